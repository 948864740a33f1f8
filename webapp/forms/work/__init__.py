"""A piece of work, its clients and its kind."""
