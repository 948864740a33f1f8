"""What clients are told: composed from what staff reported, frozen, told to each contact."""
