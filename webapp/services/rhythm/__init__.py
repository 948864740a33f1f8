"""When updates are due, and when a reader may be written to."""
