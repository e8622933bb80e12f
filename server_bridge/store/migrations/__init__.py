"""Migrate the database with Alembic."""
