"""Printed cards: the code, the face of one card, and the sheets they are printed on."""
