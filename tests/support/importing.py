"""Tables to import, for the tests of reading, checking and applying them."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy.orm import Session

from tests.support.factories import World
from webapp.models import Engagement
from webapp.services.imports import bring_in
from webapp.services.imports.plan import Plan

GOOD = {"reference": "X-1", "title": "kitchen", "service": "kitchen", "client": "Idrissi", "contact": "Omar Idrissi"}


def table(*rows: dict[str, str], delimiter: str = ",") -> str:
    """The text of a table with these rows; the first one names the columns."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def checked(session: Session, world: World, text: str) -> Plan:
    return bring_in.check(session, bring_in.read(text), firm=world.firm)


def applied(session: Session, world: World, text: str) -> list[Engagement]:
    plan = checked(session, world, text)
    assert plan.faults == ()
    return bring_in.apply(session, plan, by=world.dalia, now=world.now)


def faults(plan: Plan) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.key.removeprefix("import_fault.")) for each in plan.faults]


def many(count: int) -> Iterator[dict[str, str]]:
    for number in range(count):
        yield {
            "reference": f"R-{number}",
            "title": f"kitchen {number}",
            "service": "Kitchen",
            "owner": "Alice",
            "client": f"Client {number}",
            "contact": f"Person {number}",
            "address": f"person{number}@client.example",
            "phone": f"06610{number:05d}",
            "rhythm": "Tuesday 16:00-18:00",
            "dates": "Cupboards: 2026-04-20; Handover: 2026-04-23 > 2026-04-30 (us: wrong order)",
            "known": "The cat stays in; keys at the caretaker",
        }
