"""Run the long-running parts of the bridge in one process."""
