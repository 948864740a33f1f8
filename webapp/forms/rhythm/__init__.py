"""The rhythm of updates."""
