"""Printed cards: card issuance, the face of a card, sheets, day passes and photos."""
