"""Agreed steps and moved dates."""
