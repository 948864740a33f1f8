"""The other entrypoint: RQ jobs, the clock, and the line to the mail server. It imports webapp, never the reverse."""
