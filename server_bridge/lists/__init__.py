"""Lists of who is restricted, and their collection from all schools."""
