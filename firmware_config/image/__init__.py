"""The image of a gate's SD card: its root, its partitions, and the updates that replace it."""
