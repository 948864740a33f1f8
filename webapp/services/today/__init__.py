"""Who is about to be left in the dark, and what waits for a person."""
