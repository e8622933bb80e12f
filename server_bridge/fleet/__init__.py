"""Manage gates: tickets, enrolment, orders, and roll-outs of updates."""
