"""The tables as the first migration creates them, by capability. Do not change: add a migration."""
