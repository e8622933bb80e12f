"""Areas where people live, and their epidemic levels."""
