"""One mail says one hour: the rhythm and the next news by the reader's clocks, named where the firm's show another."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from emails.kinds.welcome import Welcome
from emails.languages import LANGUAGES
from emails.rendering import render
from tests.support.factories import World
from webapp.models import UpdateKind
from webapp.services.updates import composing
from webapp.services.updates.snapshot import Snapshot

ZONES = (
    "Africa/Casablanca", "America/Argentina/Buenos_Aires", "America/Los_Angeles", "America/New_York", "Asia/Baku",
    "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe", "Europe/Lisbon", "Europe/Paris", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Honolulu", "UTC",
)  # fmt: skip
TUESDAY = datetime(2026, 4, 7, 18, tzinfo=ZoneInfo("Africa/Casablanca"))


def welcome(session: Session, world: World, zone: str, tag: str = "en") -> Welcome:
    """The welcome of somebody who lives in a zone, to work of a firm in Casablanca whose news comes on Tuesdays."""
    engagement, _ = world.open_engagement()
    part = world.participation(engagement)
    part.contact.zone, part.contact.language = zone, tag
    session.flush()
    frozen = Snapshot(title="kitchen", reference="MA-1", cadence=engagement.cadence, next_news_at=TUESDAY)
    to = composing.For.contact(world.firm, part, now=TUESDAY - timedelta(days=1))
    context = composing.client_mail(UpdateKind.WELCOME, frozen, to)
    assert isinstance(context, Welcome)
    return context


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("zone", ZONES)
def test_rhythm_and_next_news_say_the_same_day_and_hour(session: Session, world: World, zone: str, tag: str) -> None:
    context = welcome(session, world, zone, tag)

    at = context.next_news_at
    assert at is not None
    words = LANGUAGES[tag]
    assert words.time(at) in context.rhythm
    assert words.text(f"rhythm.weekday.d{at.weekday()}") in context.rhythm


@pytest.mark.parametrize("tag", LANGUAGES)
def test_other_clocks_are_named_beside_rhythm_and_next_news(session: Session, world: World, tag: str) -> None:
    text = render(welcome(session, world, "Europe/Paris", tag)).text

    bracket = LANGUAGES[tag].text("dates.in_zone", text="", city=_paris(tag)).strip()
    assert text.count(bracket) == 2
    words = LANGUAGES[tag]
    assert words.time(time(19)) in text
    assert words.time(time(18)) not in text


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Europe/London"])
def test_clocks_that_show_the_same_hour_need_no_name(session: Session, world: World, zone: str) -> None:
    context = welcome(session, world, zone)

    assert context.rhythm == "Every Tuesday by 18:00"
    assert "time)" not in render(context).text


def test_the_hour_is_the_one_after_quiet_hours(session: Session, world: World) -> None:
    world.firm.quiet_from, world.firm.quiet_until = time(17), time(8, 30)

    context = welcome(session, world, "Africa/Casablanca")

    assert context.rhythm == "Every Wednesday by 08:30"
    assert context.next_news_at is not None
    assert context.next_news_at.time() == time(8, 30)


def _paris(tag: str) -> str:
    return {"ru": "Париж", "ar": "باريس", "ary": "باريس"}.get(tag, "Paris")
