"""Detect conditions, raise and resolve alerts, and send notifications about them."""
