"""What schools submit to a unit by a deadline: the states, and the actions that change them."""
