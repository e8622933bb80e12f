"""From an MQTT message to rows and counts, committed once, and a receipt for the gate."""
