"""Agreed dates of a work, moved one by one or together."""
