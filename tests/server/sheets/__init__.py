"""Spreadsheets from outside."""
