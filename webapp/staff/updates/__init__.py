"""Updates that were told: put right, read first, told by phone."""
