"""Serve HTTP and HTTPS: which addresses are allowed, and the server itself."""
