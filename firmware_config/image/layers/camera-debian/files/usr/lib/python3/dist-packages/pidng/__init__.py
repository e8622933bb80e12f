"""Stands in for PiDNG: a gate never keeps a picture, raw or otherwise."""
