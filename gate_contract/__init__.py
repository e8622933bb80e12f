"""What crosses the wire or is printed on a card: formats, signatures, topics, codes and texts.

Both the gate and the bridge import this package; it imports neither. Most modules hold values and
pure functions. `*_signing` modules make what gates verify, and only the district imports them;
`durable_file` is here because both sides need it.
"""
