"""Figures for other programs: JSON over HTTP, by tokens. Counts and gates, never people."""
