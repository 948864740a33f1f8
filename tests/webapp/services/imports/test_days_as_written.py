"""Days as spreadsheets of the world write them; the day always comes before the month."""

from datetime import date

import pytest

from webapp.services.imports import cells, table
from webapp.services.imports.cells import Unreadable


@pytest.mark.parametrize(
    "text",
    ["2026-04-05", "2026/04/05", "2026.4.5", "05.04.2026", "5/4/2026", "05-04-2026", "05/04/26", "5.4.26"],
)
def test_a_day_is_read_however_it_is_separated(text: str) -> None:
    assert cells.day(text) == date(2026, 4, 5)


@pytest.mark.parametrize("text", ["2026-04/05", "05-04.2026", "5/4", "32.04.2026", "04/2026", "1999-01-01"])
def test_what_is_no_day_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Unreadable):
        cells.day(text)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_the_line_that_names_the_separator_is_no_row(end: str) -> None:
    assert table.read(f"sep=;{end}title;client{end}kitchen;Bennani{end}").columns == ("title", "client")
