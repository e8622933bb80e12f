"""Store, count and verify what gates recorded."""
