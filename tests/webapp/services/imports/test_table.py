"""Reading the text of a table into rows."""

import pytest

from tests.support.importing import GOOD, table
from webapp.services.core.errors import Refused
from webapp.services.imports import bring_in


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_pasted_tabs_are_read_alike(delimiter: str) -> None:
    row = {**GOOD, "title": f"kitchen{delimiter} Anfa", "dates": "A: 2026-04-20; B: 2026-04-21"}

    read = bring_in.read(table(row, delimiter=delimiter))

    assert read.faults == ()
    cleaned = "kitchen Anfa" if delimiter == "\t" else row["title"]
    assert read.rows[0].cells == {**row, "title": cleaned}


def test_a_lone_quotation_mark_in_pasted_cells_is_text() -> None:
    read = bring_in.read('reference\ttitle\tservice\tclient\tcontact\nX-1\t"5 inch" pipe\tkitchen\tA\tB\n')

    assert read.faults == ()
    assert read.rows[0]["title"] == '"5 inch" pipe'


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    text = bring_in.decode("\ufeff".encode() + table(GOOD).encode())
    pasted = bring_in.read('\ufeff"reference",title,service,client,contact\nX-1,kitchen,kitchen,A,B\n')

    assert bring_in.read(text).columns[0] == "reference"
    assert pasted.columns[0] == "reference"


@pytest.mark.parametrize("data", ["Əliyev".encode("utf-16"), "é,ş".encode("cp1254"), "a,b".encode("utf-16-le")])
def test_a_file_that_is_not_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        bring_in.decode(data)

    assert refused.value.key == "import_fault.not_utf8"


def test_column_names_may_have_capitals_spaces_and_underscores() -> None:
    read = bring_in.read("REFERENCE, Title ,ser_vice,Client,Con tact\nX-1,kitchen,kitchen,A,B\n")

    assert read.faults == ()
    assert read.rows[0].cells == {
        "reference": "X-1",
        "title": "kitchen",
        "service": "kitchen",
        "client": "A",
        "contact": "B",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "empty")]),
        ("reference,title,service,client,contact\n", [(1, "", "no_rows")]),
        ("reference,title,service,client\nX-1,a,kitchen,A\n", [(1, "contact", "missing_column")]),
        ("reference,title,service,client,contact,colour\nX,a,kitchen,A,B,\n", [(1, "colour", "unknown_column")]),
        ("reference,title,service,client,contact,Title\nX,a,kitchen,A,B,\n", [(1, "title", "doubled_column")]),
        ("reference,title,service,client,contact\nX,a, b,kitchen,A,B\n", [(2, "", "too_many_cells")]),
        ('reference,title,service,client,contact\nX,a,kitchen,A,B\nX,"a,kitchen,A,B\n', [(3, "", "quotes")]),
    ],
)
def test_faults_of_the_table_as_such_are_named(text: str, expected: list[tuple[int, str, str]]) -> None:
    read = bring_in.read(text)

    assert [(each.row, each.column, each.key.removeprefix("import_fault.")) for each in read.faults] == expected


def test_a_table_that_is_too_long_is_refused() -> None:
    read = bring_in.read("reference\n" + "X\n" * 10_001)

    assert (read.faults[-1].row, read.faults[-1].key) == (10_002, "import_fault.too_many_rows")
