"""The district: ingest, store, live page, cards."""
