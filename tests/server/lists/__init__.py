"""Lists and collections."""
