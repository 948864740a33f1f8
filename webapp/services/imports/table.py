"""Running jobs come as a table from a spreadsheet. This module turns its text into rows and checks the header only."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from emails.bidi import strip_overrides
from webapp.services.core.errors import Refused

COLUMNS = (
    "reference",
    "title",
    "service",
    "owner",
    "client",
    "contact",
    "greeting",
    "address",
    "phone",
    "language",
    "zone",
    "part",
    "stage",
    "rhythm",
    "dates",
    "known",
)
REQUIRED = ("reference", "title", "service", "client", "contact")
SEVERAL_LINES = ("dates", "known")
ROWS_MAXIMUM = 10_000

_JOINTS = re.compile(r"[\s_-]+")
_DELIMITERS = (",", ";", "\t")
# The line with which a spreadsheet program is told how a file is separated.
_SEPARATOR = re.compile(r"\A\s*sep=.(\r\n|\r|\n)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong, by the row of the spreadsheet (the header is row 1) and the column's name; "" is the
    row as a whole. `key` names the sentence in the catalogue, `values` what it quotes."""

    row: int
    column: str
    key: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of the table. `cells` has every column of the header, cleaned; an empty cell is ""."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, kw_only=True)
class Table:
    """The columns that were found, the rows that are not empty, and what is wrong with the table as such."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()


def fault(row: int, column: str, key: str, **values: object) -> Fault:
    """`key` is a whole key of the catalogue, or the last part of `import_fault.<key>`."""
    return Fault(row=row, column=column, key=key if "." in key else f"import_fault.{key}", values=values)


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Refused for any other encoding: guessing one
    would write wrong names to clients."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("import_fault.not_utf8", field="file") from error
    if "\0" in text:
        raise Refused("import_fault.not_utf8", field="file")
    return text


def read(text: str) -> Table:
    """The rows of a table with a header, separated by commas, semicolons or tabs, as RFC 4180 quotes them.

    Column names may be written in any case, with spaces or underscores. Unknown, doubled and missing columns are
    faults of the header's row; the rows are read all the same, so that their faults can be told together with these.
    """
    text = _SEPARATOR.sub("", text.removeprefix("\ufeff"))
    delimiter = _delimiter(text)
    records, faults = _records(text, delimiter)
    header = next(
        ((number, cells) for number, cells in enumerate(records, start=1) if any(map(_one_line, cells))), None
    )
    if header is None:
        return Table(faults=(*faults, fault(1, "", "empty")))
    header_number, names = header
    places, header_faults = _columns(header_number, names)
    faults += header_faults
    rows = []
    for number, cells in enumerate(records[header_number:], start=header_number + 1):
        if not any(map(_one_line, cells)):
            continue
        row = {column: _cleaned(column, cells[at]) if at < len(cells) else "" for column, at in places.items()}
        rows.append(Row(number, row))
        if any(_one_line(cell) for at, cell in enumerate(cells) if at >= len(names) or not _name(names[at])):
            faults.append(fault(number, "", "too_many_cells", expected=sum(map(bool, map(_name, names)))))
    if not rows:
        faults.append(fault(header_number, "", "no_rows"))
    if len(rows) > ROWS_MAXIMUM:
        faults.append(fault(rows[ROWS_MAXIMUM].number, "", "too_many_rows", maximum=ROWS_MAXIMUM))
    return Table(columns=tuple(places), rows=tuple(rows[:ROWS_MAXIMUM]), faults=tuple(faults))


def _delimiter(text: str) -> str:
    """The separator that makes the most known column names of the first line that has any text."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> int:
        return sum(_name(cell.strip(' "')) in COLUMNS for cell in first.split(delimiter))

    return max(_DELIMITERS, key=known)


def _records(text: str, delimiter: str) -> tuple[list[list[str]], list[Fault]]:
    records: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            records.append(cells)
    except csv.Error:
        if delimiter == "\t":
            # Spreadsheets copy a lone quotation mark (5" pipe) as it is.
            return [line.split("\t") for line in re.split(r"\r\n|\r|\n", text)], []
        return records, [fault(len(records) + 1, "", "quotes")]
    return records, []


def _columns(number: int, names: Sequence[str]) -> tuple[dict[str, int], list[Fault]]:
    places: dict[str, int] = {}
    faults = []
    for at, written in enumerate(names):
        name, shown = _name(written), _shown(written)
        if not name:
            continue
        if name not in COLUMNS:
            faults.append(fault(number, shown, "unknown_column", name=shown, columns=", ".join(COLUMNS)))
        elif name in places:
            faults.append(fault(number, name, "doubled_column", name=name))
        else:
            places[name] = at
    faults += [fault(number, name, "missing_column", name=name) for name in REQUIRED if name not in places]
    return places, faults


def _name(written: str) -> str:
    return _JOINTS.sub("", _one_line(written)).lower()


def _cleaned(column: str, text: str) -> str:
    if column not in SEVERAL_LINES:
        return _one_line(text)
    return "\n".join(filter(None, map(_one_line, strip_overrides(text).split("\n"))))


def _shown(name: str) -> str:
    """The beginning of a column's name, as it was written."""
    line = _one_line(name)
    return line if len(line) <= 40 else f"{line[:39]}…"


def _one_line(text: str) -> str:
    """Without control characters and direction overrides, each run of white space one space. A cell that starts like
    a formula is text like any other."""
    return " ".join(strip_overrides(text).split())
