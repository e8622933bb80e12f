"""Store gates: their health, orders, rosters, updates, certificates and tickets."""
