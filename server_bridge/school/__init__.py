"""What a school's office is shown of its own day, its people and a roll-call. Pure."""
