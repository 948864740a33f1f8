"""A season with hours of its own for updates: planned by them, told once before it begins, and by whom one can be
phoned."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.languages import language
from tests.support.factories import World, answers
from webapp.models import CalendarSeason, Engagement, OutboxEmail, Slot, Update, UpdateKind
from webapp.services.calendar import phone_hours
from webapp.services.mail.writing import read
from webapp.services.promised import calendar_changes, new_clocks, planning, redating
from webapp.services.reports import checkpoints
from webapp.services.rhythm import slots
from webapp.services.updates.snapshot import Snapshot

TUESDAY, NEXT_TUESDAY, THE_ONE_AFTER = date(2026, 4, 7), date(2026, 4, 14), date(2026, 4, 21)
SEASON: dict[str, Any] = {"starts_on": date(2026, 4, 10), "ends_on": date(2026, 4, 30)}
HOURS = ((time(9), time(15)),)


@pytest.fixture
def ramadan(session: Session, world: World) -> CalendarSeason:
    """From Friday on the firm works from 9 to 15, and updates are promised by 14:00."""
    return calendar_changes.add_season(
        session, "Ramadan", **SEASON, hours=HOURS, send_at=time(13), promised_by=time(14), by=world.dalia, now=world.now
    )


def planned(session: Session, work: Engagement) -> Slot:
    slot = slots.current(session, work)
    assert slot is not None
    return slot


def report(session: Session, world: World, slot: Slot) -> Update:
    """The report of a slot goes out at its time."""
    checkpoints.submit(
        session, slot.checkpoint, answers(), note="", based_on=0, by=world.alice, now=slot.send_at - timedelta(hours=3)
    )
    planning.advance(session, slot.id, now=slot.send_at)
    return session.scalars(select(Update).where(Update.slot_id == slot.id, Update.kind == UpdateKind.REGULAR)).one()


def test_slots_of_the_season_go_by_its_hours_and_others_by_their_own(
    session: Session, world: World, work: Engagement, ramadan: CalendarSeason
) -> None:
    first = planned(session, work)
    assert first.promised_by == datetime(2026, 4, 7, 17, tzinfo=UTC)

    report(session, world, first)

    second = planned(session, work)
    assert (second.send_at, second.promised_by) == (
        datetime(2026, 4, 14, 12, tzinfo=UTC),
        datetime(2026, 4, 14, 13, tzinfo=UTC),
    )


def test_clients_read_of_it_once_before_it_begins(
    session: Session, world: World, work: Engagement, ramadan: CalendarSeason
) -> None:
    before = report(session, world, planned(session, work))
    inside = report(session, world, planned(session, work))

    told = [Snapshot.load(update.snapshot).season for update in (before, inside)]
    assert [season.name if season else None for season in told] == ["Ramadan", None]
    mail = session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "client_update")).first()
    assert mail is not None
    assert "10 to 30 April (Ramadan): updates come by 14:00." in read(mail).text


def test_a_welcome_inside_it_says_the_usual_hour_and_that_of_the_season(
    session: Session, world: World, ramadan: CalendarSeason
) -> None:
    world.now = datetime(2026, 4, 15, 9, tzinfo=UTC)
    world.open_engagement("MA-9", is_read=False)

    text = read(session.scalars(select(OutboxEmail).where(OutboxEmail.kind == "welcome")).one()).text

    assert "by 18:00" in text.split("When you will hear from us")[1].splitlines()[1]
    assert "Tuesday 21 April, by 14:00" in text
    assert "(Ramadan): updates come by 14:00." in text


def test_a_season_that_comes_later_than_promised_keeps_the_hour_in_writing(
    session: Session, world: World, work: Engagement
) -> None:
    calendar_changes.add_season(
        session, "Summer", starts_on=TUESDAY, ends_on=NEXT_TUESDAY, hours=HOURS, send_at=time(19), promised_by=time(20),
        by=world.dalia, now=world.now,
    )  # fmt: skip

    (redated,) = calendar_changes.redate_all(session, now=world.now)

    assert redated.is_kept
    assert planned(session, work).promised_by == datetime(2026, 4, 7, 17, tzinfo=UTC)


def test_new_rules_of_time_do_not_take_an_hour_of_the_season_for_clocks_that_moved(
    session: Session, world: World, work: Engagement, ramadan: CalendarSeason, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(session, world, planned(session, work))
    slot = planned(session, work)
    inside = slot.promised_by
    monkeypatch.setattr("tzdata.IANA_VERSION", "2026x")

    new_clocks.follow(session, now=world.now)
    assert slot.promised_by == inside

    session.delete(ramadan)
    session.flush()
    session.expire(world.firm, ["calendar_seasons"])
    monkeypatch.setattr("tzdata.IANA_VERSION", "2026y")
    redating.redate(session, work, now=slot.send_at, is_rhythm_new=False)
    kept = slot.promised_by
    new_clocks.follow(session, now=world.now)
    assert slot.promised_by == kept


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (date(2026, 4, 1), date(2026, 4, 7), "Monday to Friday 9 to 18"),
        (date(2026, 4, 7), date(2026, 4, 14), "Monday to Friday 9 to 18; 10 to 30 April: 09:00 to 15:00"),
        (date(2026, 4, 14), date(2026, 4, 21), "10 to 30 April: 09:00 to 15:00"),
    ],
)
def test_a_mail_says_the_hours_of_the_days_until_the_next_news(
    world: World, ramadan: CalendarSeason, since: date, until: date, said: str
) -> None:
    world.firm.hours = "Monday to Friday 9 to 18"

    assert phone_hours.for_days(world.firm, language("en").read_in(2026), since=since, until=until) == said


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 4, 7), "Monday to Friday 9 to 18"),
        (date(2026, 4, 14), "Today 09:00 to 15:00"),
        (date(2026, 4, 18), "Closed today; back on Monday 20 April"),
    ],
)
def test_a_page_says_the_hours_of_the_day(world: World, ramadan: CalendarSeason, on: date, said: str) -> None:
    world.firm.hours = "Monday to Friday 9 to 18"

    assert phone_hours.for_today(world.firm, language("en").read_in(2026), on) == said


def test_whoever_lives_by_other_clocks_reads_whose_hours_these_are(world: World) -> None:
    world.firm.hours = "Monday to Friday 9 to 18"
    said = [
        phone_hours.for_reader(world.firm, language("en").read_in(2026), zone, since=TUESDAY, until=TUESDAY)
        for zone in ("Africa/Casablanca", "Asia/Baku")
    ]

    assert said == ["Monday to Friday 9 to 18", "Monday to Friday 9 to 18 (Casablanca time)"]
