"""From a camera frame to a committed record and a signal. No network in here."""
