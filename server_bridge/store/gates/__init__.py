"""Gates: how they are, what they were told, what proves who they are."""
