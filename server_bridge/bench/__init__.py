"""How long a whole province takes, measured here and now."""
