"""What reports are read from, and what schools are asked to hand in."""
