"""Who is about to be left in the dark."""
