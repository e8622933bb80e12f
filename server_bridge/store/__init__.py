"""What the district keeps: the tree of units, gates, cards, crossings, and the counts of them."""
