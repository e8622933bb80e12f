"""Store report tallies, and what schools are asked to submit or confirm."""
