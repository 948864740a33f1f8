"""The working calendar, and days away."""
