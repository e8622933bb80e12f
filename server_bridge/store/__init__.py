"""Store the district's data: the tree of units, gates, people, cards, crossings and counts."""
