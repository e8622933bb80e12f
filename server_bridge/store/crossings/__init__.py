"""What gates recorded: taken in, counted, proven."""
