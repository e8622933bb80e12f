"""What the district wants of this gate: kept, tried, and taken back if it does not work."""
