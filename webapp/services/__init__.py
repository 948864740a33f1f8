"""The rules of each noun. No Flask here: services take a session and the time, flush, and never commit."""
