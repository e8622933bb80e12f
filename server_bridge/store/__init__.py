"""What the district keeps, and the questions that are asked of it."""
