"""The fleet of gates: their tickets, the desk that enrols them, and what is wanted of each."""
