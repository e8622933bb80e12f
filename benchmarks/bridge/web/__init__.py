"""Measure what the pages cost, with a day of crossings and with a year of them."""
