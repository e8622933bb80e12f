"""What gates are told of cards: rosters made, signed and published as soon as something changes."""
