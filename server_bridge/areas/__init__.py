"""Lists of areas and units, and areas found by their names."""
