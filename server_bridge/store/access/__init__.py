"""Who may look, with password or token, and who did."""
