"""Store areas of residence and their epidemic levels."""
