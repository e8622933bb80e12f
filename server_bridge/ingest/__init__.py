"""Store messages from gates as rows and counts, committed once, and answer with receipts."""
