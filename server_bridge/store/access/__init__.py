"""Store who may sign in or read with a token, and the log of accesses."""
