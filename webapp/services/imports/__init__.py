"""Running jobs of a firm, brought in from a table."""
