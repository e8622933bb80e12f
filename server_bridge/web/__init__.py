"""The live page: one snapshot of the district, rendered once and handed to every open page."""
