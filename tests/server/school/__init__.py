"""Tests of a school's own pages."""
