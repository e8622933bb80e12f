"""What a school's own office keeps, and its day."""
