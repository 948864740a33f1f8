"""Colleagues and signing in."""
