"""People, their cards, and visitors without one."""
