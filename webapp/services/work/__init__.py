"""Pieces of work, their clients, and the kinds of work they start from."""
