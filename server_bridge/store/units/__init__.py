"""The tree of units, and the gates of its schools."""
