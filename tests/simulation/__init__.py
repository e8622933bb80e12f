"""The code that ships, on a simulated network and clock, driven by one seeded scheduler."""
