"""What the district tells a gate of cards, in files that gate-uplink writes and gate-scan reads.

Both verify every word of them: neither takes the other's for it.
"""
