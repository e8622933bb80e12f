"""Schools and the units above them, areas where people live, and the levels of these."""
