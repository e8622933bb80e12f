"""The gates room: what is wrong with a gate, what to do next, and what befell it."""
