"""A school's day and a person's school year, for the school's office. Pure."""
