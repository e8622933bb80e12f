"""The code that ships, on a simulated wire and clock, driven by one seeded scheduler."""
