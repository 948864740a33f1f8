"""Colleagues, and how they sign in."""
