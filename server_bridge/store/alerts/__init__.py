"""Alerts and the messages about them."""
