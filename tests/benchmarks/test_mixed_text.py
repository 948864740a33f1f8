"""Text of mixed directions, which anybody may send us: twice the length costs no more than twice the work and a bit."""

from time import process_time

import pytest

from emails import bidi

MOST_TIMES = 3.0
LONG = 60_000


@pytest.mark.parametrize("piece", ["7", "7-", "a7", "7.", "#7", "+", "سلام 7 ", "7a ", "1,234.5 kg "])
def test_twice_the_text_takes_at_most_three_times_as_long(piece: str) -> None:
    once, twice = (piece * (length // len(piece)) for length in (LONG, 2 * LONG))

    pairs = [(_seconds(once), _seconds(twice)) for _ in range(15)]

    one, two = (min(times) for times in zip(*pairs, strict=True))
    assert two <= one * MOST_TIMES, f"{one * 1e3:.1f} ms and {two * 1e3:.1f} ms"


def _seconds(text: str) -> float:
    before = process_time()
    bidi.isolate_html(text, "rtl")
    return process_time() - before
