"""The JSON API for other programs, with tokens: counts and gates, never people."""
