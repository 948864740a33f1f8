"""How many examples a property is tried with: the usual number in every run, many times that at night."""

import os

NIGHTLY = 40


def many(usual: int) -> int:
    return usual * NIGHTLY if os.environ.get("HYPOTHESIS_PROFILE") == "night" else usual
