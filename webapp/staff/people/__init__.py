"""Colleagues, days away, and signing in."""
