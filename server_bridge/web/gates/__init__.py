"""The gates pages: what is wrong with a gate, what to do about it, its history."""
