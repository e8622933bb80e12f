"""From the orders to the slot: what is wanted is fetched, installed, and told of."""
