"""What schools submit to a unit by a deadline: the rule, and the actions."""
