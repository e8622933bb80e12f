"""Decide who may sign in and what they may see: roles, passwords, OpenID."""
