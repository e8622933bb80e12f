"""Replacing a gate's root by the next one, so that it boots whatever happens on the way."""
