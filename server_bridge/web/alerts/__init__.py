"""The alerts page: what is open, what is over, what to do, and who sees to it."""
