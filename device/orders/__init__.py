"""The district's orders for this gate: stored, tried, and reverted if they do not work."""
