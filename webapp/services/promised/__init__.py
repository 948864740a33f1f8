"""What was promised and comes due: the rhythm at work, and what a changed calendar does to it."""
