"""Lists of people by the level of their area, and the collection of lists from all schools."""
