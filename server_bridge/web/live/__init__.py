"""The live page: one snapshot of the district, rendered once for all open pages."""
