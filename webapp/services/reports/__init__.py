"""The half-minute form: filed, due, missed, and how its owner is reminded."""
