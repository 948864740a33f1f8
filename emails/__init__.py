"""Typed context in, rendered e-mail out: a leaf that knows no database, no request and no clock."""
