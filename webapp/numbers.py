"""Numbers of rows as they come from outside: one that no row can have is no number."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**31 - 1


class RowNumber(IntegerConverter):
    """`<int:...>` in an address. Anything beyond what the databases can hold leads nowhere."""

    def __init__(self, routes: Map, **given: Any) -> None:
        super().__init__(routes, **{"max": LARGEST, **given})


def row_number(text: str) -> int:
    """A number from a query or a form; ValueError for what no row can have."""
    number = int(text)
    if not 0 <= number <= LARGEST:
        raise ValueError(text)
    return number
