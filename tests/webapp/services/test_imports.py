"""A firm's running jobs from a table: every fault named at once, or everything in one transaction."""

import csv
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.conftest import NOW
from tests.factories import World
from webapp.database import Database
from webapp.models import (
    Act,
    AuditEntry,
    Cause,
    Client,
    Contact,
    Engagement,
    EngagementState,
    Fact,
    Milestone,
    OutboxEmail,
    PartOf,
    Promise,
    Role,
    Stage,
    User,
)
from webapp.services import cadences, engagements, imports, promises
from webapp.services.errors import Refused
from webapp.services.import_plan import Plan
from webapp.services.schedule import Every

EXAMPLE = Path(imports.__file__).parent.parent / "static" / "import-example.csv"
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
    return imports.check(session, imports.read(text), firm=world.firm)


def applied(session: Session, world: World, text: str) -> list[Engagement]:
    plan = checked(session, world, text)
    assert plan.faults == ()
    return imports.apply(session, plan, by=world.dalia, now=world.now)


def faults(plan: Plan) -> list[tuple[int, str, str]]:
    return [(each.row, each.column, each.key.removeprefix("import_fault.")) for each in plan.faults]


def test_the_example_becomes_drafts_with_everything_it_says(session: Session, world: World) -> None:
    plan = checked(session, world, imports.decode(EXAMPLE.read_bytes()))

    made = imports.apply(session, plan, by=world.dalia, now=world.now)

    assert (plan.rows, plan.new_clients, plan.new_contacts, plan.new_engagements) == (4, 2, 3, 3)
    kitchen, gauthier, maarif = made
    assert (kitchen.reference, kitchen.title, kitchen.owner) == ("MA-4471", "kitchen, Anfa", world.alice)
    assert kitchen.stage is not None
    assert kitchen.stage.labels["en"] == "Works"
    assert kitchen.client is world.client
    assert [(each.contact.name, each.part) for each in kitchen.participations] == [
        ("Maria Bennani", PartOf.DECIDES),
        ("Karim Bennani", PartOf.INFORMED),
    ]
    assert kitchen.participations[0].contact is world.bennani
    assert kitchen.participations[1].contact.phone == "+212662000000"
    assert kitchen.participations[1].contact.can_be_mailed is False
    assert session.scalars(select(Fact.text).where(Fact.engagement_id == kitchen.id).order_by(Fact.id)).all() == [
        "The cat must stay indoors",
        "keys are with the caretaker",
    ]
    assert cadences.load(gauthier.cadence).every is Every.FORTNIGHTLY
    assert cadences.load(gauthier.cadence).anchor == date(2026, 4, 14)
    assert gauthier.participations[0].contact.language == "ary"
    assert maarif.cadence == world.service.cadence
    assert (maarif.owner, maarif.stage) == (None, world.service.stages[0])
    assert {each.state for each in made} == {EngagementState.DRAFT}


def test_an_import_mails_nobody_and_leaves_a_trail(session: Session, world: World) -> None:
    made = applied(session, world, EXAMPLE.read_text(encoding="utf-8"))

    assert session.scalar(select(func.count()).select_from(OutboxEmail)) == 0
    trail = select(AuditEntry.subject_id).where(AuditEntry.act == "started", AuditEntry.subject == "engagement")
    assert session.scalars(trail.order_by(AuditEntry.id)).all() == [each.id for each in made]


def test_history_keeps_its_order_and_the_first_promised_date(session: Session, world: World) -> None:
    dates = "Handover: 2026-04-23 > 30.04.2026 (us: wrong order; twice) > 04/05/2026; Tiles: 2026-03-30 done 2026-03-29"
    (engagement,) = applied(session, world, table({**GOOD, "dates": dates}))
    session.expire_all()

    handover, tiles = engagement.milestones
    entries = promises.effective(handover)
    assert [entry.starts_on for entry in entries] == [date(2026, 4, 23), date(2026, 4, 30), date(2026, 5, 4)]
    assert [(entry.number, entry.act, entry.cause) for entry in entries] == [
        (1, Act.FIRST, None),
        (2, Act.MOVE, Cause.US),
        (3, Act.MOVE, Cause.NOBODY),
    ]
    assert entries[1].words is not None
    assert entries[1].words.why == "wrong order; twice"
    assert {entry.origin for entry in entries} == {"import"}
    assert (tiles.done_on, promises.effective(tiles)[0].starts_on) == (date(2026, 3, 29), date(2026, 3, 30))


def test_steps_and_reasons_the_service_knows_come_in_all_its_languages(session: Session, world: World) -> None:
    dates = "cupboards: 2026-04-20 > 2026-04-22 (other: a supplier is late); Sink: 2026-04-25"
    (engagement,) = applied(session, world, table({**GOOD, "dates": dates}))

    cupboards, sink = engagement.milestones
    assert cupboards.labels == {"en": "Cupboards", "ary": "الخزانات"}
    assert cupboards.promises[1].reason_key == "supplier"
    assert sink.labels == {"en": "Sink"}


def test_an_imported_engagement_can_be_switched_live(session: Session, world: World) -> None:
    made = applied(session, world, EXAMPLE.read_text(encoding="utf-8"))

    count = engagements.go_live_together(session, made, by=world.dalia, now=world.now)

    assert count == 3
    assert {each.state for each in made} == {EngagementState.OPEN}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_pasted_tabs_are_read_alike(delimiter: str) -> None:
    row = {**GOOD, "title": f"kitchen{delimiter} Anfa", "dates": "A: 2026-04-20; B: 2026-04-21"}

    read = imports.read(table(row, delimiter=delimiter))

    assert read.faults == ()
    cleaned = "kitchen Anfa" if delimiter == "\t" else row["title"]
    assert read.rows[0].cells == {**row, "title": cleaned}


def test_a_lone_quotation_mark_in_pasted_cells_is_text() -> None:
    read = imports.read('reference\ttitle\tservice\tclient\tcontact\nX-1\t"5 inch" pipe\tkitchen\tA\tB\n')

    assert read.faults == ()
    assert read.rows[0]["title"] == '"5 inch" pipe'


def test_a_byte_order_mark_does_not_hide_the_first_column() -> None:
    text = imports.decode("\ufeff".encode() + table(GOOD).encode())
    pasted = imports.read("\ufeff" + table(GOOD))

    assert imports.read(text).columns[0] == "reference"
    assert pasted.columns[0] == "reference"


@pytest.mark.parametrize("data", ["Əliyev".encode("utf-16"), "é,ş".encode("cp1254"), "a,b".encode("utf-16-le")])
def test_a_file_that_is_not_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        imports.decode(data)

    assert refused.value.key == "import_fault.not_utf8"


def test_column_names_may_have_capitals_spaces_and_underscores() -> None:
    read = imports.read("REFERENCE, Title ,ser_vice,Client,Con tact\nX-1,kitchen,kitchen,A,B\n")

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
    read = imports.read(text)

    assert [(each.row, each.column, each.key.removeprefix("import_fault.")) for each in read.faults] == expected


def test_a_table_that_is_too_long_is_refused() -> None:
    read = imports.read("reference\n" + "X\n" * 10_001)

    assert (read.faults[-1].row, read.faults[-1].key) == (10_002, "import_fault.too_many_rows")


@pytest.mark.parametrize(
    ("column", "text", "key"),
    [
        ("reference", "", "required"),
        ("title", "", "required"),
        ("service", "", "required"),
        ("client", "", "required"),
        ("contact", "", "required"),
        ("reference", "x" * 41, "too_long"),
        ("title", "x" * 201, "too_long"),
        ("client", "x" * 121, "too_long"),
        ("contact", "x" * 121, "too_long"),
        ("greeting", "x" * 121, "too_long"),
        ("known", "x" * 1001, "too_long"),
        ("dates", f"{'x' * 121}: 2026-04-20", "too_long"),
        ("reference", "MA-4471", "reference_taken"),
        ("service", "Bathroom", "service_unknown"),
        ("owner", "Zoe", "owner_unknown"),
        ("owner", "Charlie", "owner_only_looks"),
        ("language", "fr", "language_unknown"),
        ("zone", "Mars/Olympus", "zone_unknown"),
        ("address", "a@x.example, b@y.example", "address_bad"),
        ("phone", "call me", "phone_bad"),
        ("phone", "12", "phone_bad"),
        ("part", "pays", "part_unknown"),
        ("stage", "Demolition", "stage_unknown"),
        ("rhythm", "now and then", "rhythm_unread"),
        ("rhythm", "monthly 40 16:00-18:00", "rhythm_unread"),
        ("rhythm", "Tuesday 18:00-16:00", "rhythm_hours"),
        ("rhythm", "Tuesday 16:00-25:00", "rhythm_hours"),
        ("dates", "Handover: soon", "date_unread"),
        ("dates", "Handover: 2026-02-30", "date_unread"),
        ("dates", "Handover 2026-04-20", "step_unread"),
        ("dates", "Handover:", "step_unread"),
        ("dates", "Handover: 2026-04-20; handover: 2026-04-21", "step_twice"),
        ("dates", "Handover: 2026-04-20 > 20.04.2026", "step_not_moved"),
        ("dates", "Handover: 2026-04-20 (late)", "reason_on_first"),
        ("dates", "; ".join(f"S{number}: 2026-04-20" for number in range(51)), "too_many_steps"),
    ],
)
def test_a_fault_names_its_row_and_column(session: Session, world: World, column: str, text: str, key: str) -> None:
    world.engagement("MA-4471")
    other = {**GOOD, "reference": "X-2", "contact": "Nadia Idrissi"}

    plan = checked(session, world, table(other, {**GOOD, column: text}))

    assert faults(plan) == [(3, column, key)]


def test_every_fault_is_told_at_once_even_several_in_one_cell(session: Session, world: World) -> None:
    first = {**GOOD, "title": "", "owner": "Zoe", "rhythm": "never", "colour": "red"}
    second = {**GOOD, "reference": "X-2", "service": "Bathroom", "dates": "A: soon; B: later", "phone": "?"}

    plan = checked(session, world, table(first, second))

    assert faults(plan) == [
        (1, "colour", "unknown_column"),
        (2, "title", "required"),
        (2, "owner", "owner_unknown"),
        (2, "rhythm", "rhythm_unread"),
        (3, "service", "service_unknown"),
        (3, "phone", "phone_bad"),
        (3, "dates", "date_unread"),
        (3, "dates", "date_unread"),
    ]


def test_rows_are_counted_as_in_the_spreadsheet(session: Session, world: World) -> None:
    text = table({**GOOD, "known": "one\ntwo"}, {**GOOD, "reference": "X-2", "contact": "A", "owner": "Zoe"})
    header, _, rest = text.partition("\r\n")

    plan = checked(session, world, f"{header}\r\n,,,,,,\r\n{rest}")

    assert faults(plan) == [(4, "owner", "owner_unknown")]


def test_several_rows_of_one_reference_are_several_contacts(session: Session, world: World) -> None:
    repeated = {"reference": "X-1", "title": "kitchen", "service": "Mətbəx", "contact": "Nadia", "part": "supplies"}

    (engagement,) = applied(session, world, table(GOOD, repeated, {"reference": "X-1", "contact": "Samir"}))

    assert [(each.contact.name, each.part.value) for each in engagement.participations] == [
        ("Omar Idrissi", "decides"),
        ("Nadia", "supplies"),
        ("Samir", "decides"),
    ]


def test_rows_of_one_reference_must_not_contradict_each_other(session: Session, world: World) -> None:
    second = {"reference": "X-1", "title": "bath", "client": "Alami", "contact": "Nadia", "owner": "Bob"}

    plan = checked(session, world, table({**GOOD, "owner": "Alice"}, second, {**GOOD, "owner": ""}))

    assert faults(plan) == [
        (3, "title", "contradicts"),
        (3, "owner", "contradicts"),
        (3, "client", "contradicts"),
        (4, "contact", "contact_twice"),
    ]
    assert plan.faults[0].values == {"text": "bath", "first": "kitchen", "first_row": 2}


def test_one_person_in_two_engagements_is_one_contact_even_when_told_in_parts(session: Session, world: World) -> None:
    first = {**GOOD, "address": "Omar@Idrissi.example", "phone": ""}
    second = {**GOOD, "reference": "X-2", "phone": "06 61 22 33 44"}

    one, other = applied(session, world, table(first, second))

    contact = one.participations[0].contact
    assert other.participations[0].contact is contact
    assert (contact.address, contact.phone) == ("omar@idrissi.example", "+212661223344")
    assert session.scalar(select(func.count()).select_from(Client).where(Client.name == "Idrissi")) == 1


def test_two_addresses_for_one_person_are_a_fault(session: Session, world: World) -> None:
    first = {**GOOD, "address": "omar@idrissi.example"}
    second = {**GOOD, "reference": "X-2", "address": "o@idrissi.example"}

    plan = checked(session, world, table(first, second))

    assert faults(plan) == [(3, "address", "contact_contradicts")]


def test_what_the_database_knows_about_a_contact_is_never_overwritten(session: Session, world: World) -> None:
    known = {**GOOD, "client": "Bennani", "contact": "Maria Bennani", "phone": "0661 00 00 00"}

    same = checked(session, world, table(known))
    different = checked(session, world, table({**known, "phone": "0661 00 00 01"}))

    assert (same.faults, same.new_contacts) == ((), 0)
    assert faults(different) == [(2, "phone", "contact_known_otherwise")]
    assert different.faults[0].values["known"] == "+212661000000"


def test_people_may_share_one_address(session: Session, world: World) -> None:
    couple = [{**GOOD, "contact": name, "address": "family@idrissi.example"} for name in ("Omar", "Nadia")]

    (engagement,) = applied(session, world, table(*couple))

    assert [each.contact.name for each in engagement.participations] == ["Omar", "Nadia"]


def test_names_that_fit_more_than_one_are_a_fault(session: Session, world: World) -> None:
    session.add(Client(name="Bennani", created_at=world.now))
    session.add(User(address="alice2@x.example", name="Alice", role=Role.STAFF, language="en", created_at=world.now))
    world.contact("Twin")
    world.contact("Twin", address=None)
    client = Client(name="Alami", created_at=world.now)
    session.add_all(
        Contact(client=client, name="Nour", language="en", zone="UTC", created_at=world.now) for _ in range(2)
    )
    session.flush()

    plan = checked(
        session,
        world,
        table(
            {**GOOD, "client": "Bennani", "owner": "Alice"},
            {**GOOD, "reference": "X-2", "client": "Alami", "contact": "Nour", "owner": "alice2@x.example"},
        ),
    )

    assert faults(plan) == [
        (2, "owner", "owner_ambiguous"),
        (2, "client", "client_ambiguous"),
        (3, "contact", "contact_ambiguous"),
    ]


def test_formulas_are_text_and_controls_are_dropped(session: Session, world: World) -> None:
    title = '=HYPERLINK("http://evil.example")'
    row = {**GOOD, "title": title, "client": "@\0Idrissi\u202e", "contact": "-Omar\x07\u200f", "phone": "+212661223344"}

    (engagement,) = applied(session, world, table(row))

    contact = engagement.participations[0].contact
    assert (engagement.title, engagement.client.name) == (title, "@Idrissi")
    assert (contact.name, contact.phone) == ("-Omar\u200f", "+212661223344")


def test_stages_weekdays_and_languages_may_be_named_in_the_firms_languages(session: Session, world: World) -> None:
    row = {**GOOD, "service": "الكوزينة", "stage": "الأشغال", "language": "Azərbaycanca", "zone": "asia/baku"}
    row["rhythm"] = "ÇƏRŞƏNBƏ AXŞAMI, cümə 9:00-12:00"

    (engagement,) = applied(session, world, table(row))

    assert engagement.stage is world.service.stages[1]
    assert cadences.load(engagement.cadence).weekdays == (1, 4)
    contact = engagement.participations[0].contact
    assert (contact.language, contact.zone) == ("az", "Asia/Baku")


def test_a_phone_without_a_country_is_of_the_contacts_zone(session: Session, world: World) -> None:
    row = {**GOOD, "zone": "Asia/Baku", "phone": "050 123 45 67"}

    (engagement,) = applied(session, world, table(row))

    assert engagement.participations[0].contact.phone == "+994501234567"


@pytest.mark.parametrize(
    ("text", "every", "weekdays", "day", "nth"),
    [
        ("Tuesday", Every.WEEKLY, [1], None, None),
        ("Mon,Thu 9:00-12:00", Every.WEEKLY, [0, 3], None, None),
        ("every second Tuesday 16:00–18:00", Every.FORTNIGHTLY, [1], None, None),
        ("monthly 15 16:00-18:00", Every.MONTHLY_DAY, [], 15, None),
        ("Monthly first Tuesday 16:00-18:00", Every.MONTHLY_WEEKDAY, [1], None, 1),
        ("monthly last friday", Every.MONTHLY_WEEKDAY, [4], None, -1),
    ],
)
def test_a_rhythm_is_read_from_words(
    session: Session, world: World, text: str, every: Every, weekdays: list[int], day: int | None, nth: int | None
) -> None:
    plan = checked(session, world, table({**GOOD, "rhythm": text}))

    cadence = plan.engagements[0].cadence
    assert (cadence["every"], cadence["weekdays"], cadence["day"], cadence["nth"]) == (every, weekdays, day, nth)
    assert cadence["zone"] == "Africa/Casablanca"


def test_a_plan_with_faults_writes_nothing(session: Session, world: World) -> None:
    before = counts(session)
    plan = checked(session, world, table(GOOD, {**GOOD, "reference": "X-2", "owner": "Zoe"}))

    with pytest.raises(Refused) as refused:
        imports.apply(session, plan, by=world.dalia, now=world.now)

    assert refused.value.values == {"count": 1}
    assert counts(session) == before


def test_a_reference_taken_since_the_check_leaves_nothing_half_written(database: Database) -> None:
    with database.writer() as session:
        world = World.build(session, now=NOW)
        session.commit()
        plan = checked(session, world, table({**GOOD, "reference": "X-0"}, GOOD))
        world.engagement("X-1")
        session.commit()
        before = counts(session)
        session.commit()

        with pytest.raises(Exception, match="reference"):
            imports.apply(session, plan, by=world.dalia, now=world.now)
        session.rollback()

        assert counts(session) == before


def test_two_thousand_rows_go_in_at_once(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writer() as session:
        world = World.build(session, now=NOW)
        text = table(*many(2_000))

        made = applied(session, world, text)
        session.commit()

        assert len(made) == 2_000
        assert session.scalar(select(func.count()).select_from(Promise)) == 6_000
    database.dispose()


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


def counts(session: Session) -> list[int | None]:
    tables = (Client, Contact, Engagement, Milestone, Promise, Fact, AuditEntry, OutboxEmail, Stage)
    return [session.scalar(select(func.count()).select_from(each)) for each in tables]
