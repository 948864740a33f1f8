"""What all forms have in common, and the firm."""
