"""The half-minute form."""
