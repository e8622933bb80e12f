"""Who may see what: accounts, roles, sessions."""
