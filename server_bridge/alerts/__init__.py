"""Alerts: what somebody should be told of, once, and when it is over."""
