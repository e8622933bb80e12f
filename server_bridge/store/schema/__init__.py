"""The tables of the district, for SQLite and PostgreSQL, by capability.

Times are UTC in ms, days are local.
"""
