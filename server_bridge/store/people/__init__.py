"""Store people, their cards, and the sealed details of visitors without a card."""
