"""Build the image of a gate's SD card: its root, its partitions, and its updates."""
