"""When the firm works, when its clients do not, and who stands in for whom."""
