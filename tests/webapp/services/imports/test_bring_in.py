"""A firm's running jobs from a table: every fault named at once, or everything in one transaction."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.conftest import NOW
from tests.support.factories import World
from tests.support.importing import GOOD, applied, checked, many, table
from webapp.database import Database
from webapp.models import (
    Act,
    AuditEntry,
    Client,
    Contact,
    Engagement,
    EngagementState,
    Fact,
    Milestone,
    OutboxEmail,
    PartOf,
    Promise,
    Stage,
)
from webapp.services.core.errors import Refused
from webapp.services.dates import ledger
from webapp.services.imports import bring_in
from webapp.services.rhythm import cadences
from webapp.services.work import engagements

EXAMPLE = Path(bring_in.__file__).parents[2] / "static" / "import-example.csv"


def test_the_example_becomes_drafts_with_everything_it_says(session: Session, world: World) -> None:
    plan = checked(session, world, bring_in.decode(EXAMPLE.read_bytes()))

    made = bring_in.apply(session, plan, by=world.dalia, now=world.now)

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
    assert cadences.load(gauthier.cadence).weeks == 2
    assert cadences.load(gauthier.cadence).anchor == date(2026, 4, 14)
    assert gauthier.participations[0].contact.language == "ary"
    assert maarif.cadence == world.playbook.cadence
    assert (maarif.owner, maarif.stage) == (None, world.playbook.stages[0])
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
    entries = ledger.effective(handover)
    assert [entry.starts_on for entry in entries] == [date(2026, 4, 23), date(2026, 4, 30), date(2026, 5, 4)]
    assert [(entry.number, entry.act, entry.cause) for entry in entries] == [
        (1, Act.FIRST, None),
        (2, Act.MOVE, Who.US),
        (3, Act.MOVE, Who.NOBODY),
    ]
    assert entries[1].words is not None
    assert entries[1].words.why == "wrong order; twice"
    assert {entry.origin for entry in entries} == {"import"}
    assert (tiles.done_on, ledger.effective(tiles)[0].starts_on) == (date(2026, 3, 29), date(2026, 3, 30))


def test_steps_and_reasons_the_playbook_knows_come_in_all_its_languages(session: Session, world: World) -> None:
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


def test_several_rows_of_one_reference_are_several_contacts(session: Session, world: World) -> None:
    repeated = {"reference": "X-1", "title": "kitchen", "service": "Mətbəx", "contact": "Nadia", "part": "supplies"}

    (engagement,) = applied(session, world, table(GOOD, repeated, {"reference": "X-1", "contact": "Samir"}))

    assert [(each.contact.name, each.part.value) for each in engagement.participations] == [
        ("Omar Idrissi", "decides"),
        ("Nadia", "supplies"),
        ("Samir", "decides"),
    ]


def test_one_person_in_two_engagements_is_one_contact_even_when_told_in_parts(session: Session, world: World) -> None:
    first = {**GOOD, "address": "Omar@Idrissi.example", "phone": ""}
    second = {**GOOD, "reference": "X-2", "phone": "06 61 22 33 44"}

    one, other = applied(session, world, table(first, second))

    contact = one.participations[0].contact
    assert other.participations[0].contact is contact
    assert (contact.address, contact.phone) == ("omar@idrissi.example", "+212661223344")
    assert session.scalar(select(func.count()).select_from(Client).where(Client.name == "Idrissi")) == 1


def test_people_may_share_one_address(session: Session, world: World) -> None:
    couple = [{**GOOD, "contact": name, "address": "family@idrissi.example"} for name in ("Omar", "Nadia")]

    (engagement,) = applied(session, world, table(*couple))

    assert [each.contact.name for each in engagement.participations] == ["Omar", "Nadia"]


def test_formulas_are_text_and_controls_are_dropped(session: Session, world: World) -> None:
    title = '=HYPERLINK("http://evil.example")'
    row = {**GOOD, "title": title, "client": "@\0Idrissi\u202e", "contact": "-Omar\x07\u200f", "phone": "+212661223344"}

    (engagement,) = applied(session, world, table(row))

    contact = engagement.participations[0].contact
    assert (engagement.title, engagement.client.name) == (title, "@Idrissi")
    assert (contact.name, contact.phone) == ("-Omar\u200f", "+212661223344")


def test_a_plan_with_faults_writes_nothing(session: Session, world: World) -> None:
    before = counts(session)
    plan = checked(session, world, table(GOOD, {**GOOD, "reference": "X-2", "owner": "Zoe"}))

    with pytest.raises(Refused) as refused:
        bring_in.apply(session, plan, by=world.dalia, now=world.now)

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
            bring_in.apply(session, plan, by=world.dalia, now=world.now)
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


def counts(session: Session) -> list[int | None]:
    tables = (Client, Contact, Engagement, Milestone, Promise, Fact, AuditEntry, OutboxEmail, Stage)
    return [session.scalar(select(func.count()).select_from(each)) for each in tables]
