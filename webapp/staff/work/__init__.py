"""Pieces of work, their clients, and kinds of work."""
