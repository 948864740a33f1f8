"""A table of running jobs."""
