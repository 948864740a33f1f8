"""Checking a table: every fault at once, by row and column, and what its words mean."""

import pytest
from sqlalchemy.orm import Session

from tests.support.factories import World
from tests.support.importing import GOOD, applied, checked, faults, table
from webapp.models import (
    Client,
    Contact,
    Role,
    User,
)
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Every


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
        ("owner", "Charlie", "handover.only_looks"),
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


def test_stages_weekdays_and_languages_may_be_named_in_the_firms_languages(session: Session, world: World) -> None:
    row = {**GOOD, "service": "الكوزينة", "stage": "الأشغال", "language": "Azərbaycanca", "zone": "asia/baku"}
    row["rhythm"] = "ÇƏRŞƏNBƏ AXŞAMI, cümə 9:00-12:00"

    (engagement,) = applied(session, world, table(row))

    assert engagement.stage is world.playbook.stages[1]
    assert cadences.load(engagement.cadence).weekdays == (1, 4)
    contact = engagement.participations[0].contact
    assert (contact.language, contact.zone) == ("az", "Asia/Baku")


def test_a_phone_without_a_country_is_of_the_contacts_zone(session: Session, world: World) -> None:
    row = {**GOOD, "zone": "Asia/Baku", "phone": "050 123 45 67"}

    (engagement,) = applied(session, world, table(row))

    assert engagement.participations[0].contact.phone == "+994501234567"


@pytest.mark.parametrize(
    ("text", "every", "weeks", "weekdays", "day", "nth"),
    [
        ("Tuesday", Every.WEEKLY, 1, [1], None, None),
        ("Mon,Thu 9:00-12:00", Every.WEEKLY, 1, [0, 3], None, None),
        ("every second Tuesday 16:00–18:00", Every.WEEKLY, 2, [1], None, None),
        ("every 3 weeks on Tuesday 16:00-18:00", Every.WEEKLY, 3, [1], None, None),
        ("fortnightly Monday", Every.WEEKLY, 2, [0], None, None),
        ("monthly 15 16:00-18:00", Every.MONTHLY_DAY, 1, [], 15, None),
        ("Monthly first Tuesday 16:00-18:00", Every.MONTHLY_WEEKDAY, 1, [1], None, 1),
        ("monthly last friday", Every.MONTHLY_WEEKDAY, 1, [4], None, -1),
    ],
)
def test_a_rhythm_is_read_from_words(
    session: Session,
    world: World,
    text: str,
    every: Every,
    weeks: int,
    weekdays: list[int],
    day: int | None,
    nth: int | None,
) -> None:
    plan = checked(session, world, table({**GOOD, "rhythm": text}))

    cadence = plan.engagements[0].cadence
    assert (cadence["every"], cadence["weekdays"], cadence["day"], cadence["nth"]) == (every, weekdays, day, nth)
    assert cadence["weeks"] == weeks
    assert cadence["zone"] == "Africa/Casablanca"
