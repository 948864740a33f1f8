"""Text of mixed directions, which anybody may send us, is looked at once, however long it is."""

import resource
import subprocess
import sys

import pytest

CPU_SECONDS = 30
"""Of a child. Where each digit is looked at from each digit before it, these texts take minutes."""
LENGTH = 400_000
SCRIPT = (
    "import sys; from emails import bidi; piece, length = sys.argv[1], int(sys.argv[2]); "
    "bidi.isolate_html(piece * (length // len(piece)), 'rtl')"
)


@pytest.mark.parametrize("piece", ["7", "7-", "7."])
def test_hundreds_of_thousands_of_digits_are_shown_all_the_same(piece: str) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, piece, str(LENGTH)],
        preexec_fn=limit,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
