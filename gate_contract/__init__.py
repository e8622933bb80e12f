"""What crosses the wire or the card: pure values, imported by the gate and by the bridge."""
