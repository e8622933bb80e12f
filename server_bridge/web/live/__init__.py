"""The live page: one snapshot of the district, rendered once and sent to all open pages."""
