"""Areas and units."""
