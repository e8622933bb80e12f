"""Levels: how notices are read, and whom they affect."""
