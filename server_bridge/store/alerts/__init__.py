"""Store alerts and the messages about them."""
