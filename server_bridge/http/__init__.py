"""HTTPS servers of the bridge: where they may listen, and how they run."""
