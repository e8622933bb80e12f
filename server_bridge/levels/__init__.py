"""Epidemic levels: read notices, and work out whom they affect."""
