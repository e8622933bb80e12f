"""Where people live and learn: lists of areas and units, and areas known by their names."""
