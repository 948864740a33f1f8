"""How fast things are, measured against a yardstick in the same run, so that a busy machine judges both alike."""
