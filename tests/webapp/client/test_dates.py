"""The dates on a client's page: as sure as the last word is fresh, done early or late, fallen away, and in order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from emails.pieces import Agreed, DateLine, Standing
from tests.support.delivering import tell_all
from tests.support.moving import WHY
from tests.support.pages import Page, text_of
from tests.support.site import Site
from webapp.client import road
from webapp.models import DateAnswered, DateQuestion, Engagement, Playbook
from webapp.services.dates import ledger, milestones, questions
from webapp.services.dates.ledger import When

OLD = datetime(2026, 4, 17, 9, 0, tzinfo=UTC)
"""Nine working days after the start of a weekly rhythm."""


def page_at(site: Site, at: datetime, language: str | None = None) -> Page:
    site.clock.now = at
    visitor = site.visitor()
    path = site.page_of(site.kitchen)
    if language:
        visitor.post(f"{path}/language", {"language": language}, csrf=False)
    return visitor.page(path)


def badges(page: Page) -> list[str]:
    table = next(page.all("table"))
    return [text_of(span) for span in table.iter("span") if "badge" in (span.get("class") or "")]


def test_a_fresh_date_holds_and_the_news_says_how_old_it_is(site: Site) -> None:
    page = page_at(site, datetime(2026, 4, 9, 9, 0, tzinfo=UTC))

    assert badges(page) == ["holds", "holds"]
    assert "On track: Handover, Friday 24 April" in page.text
    assert "Confirmed on Monday 6 April" in page.text
    assert "3 days ago" in page.text


def test_a_date_that_nobody_confirmed_for_long_says_since_when(site: Site) -> None:
    page = page_at(site, OLD)

    assert badges(page) == ["not confirmed since 6 April"] * 2
    assert "Not confirmed since Monday 6 April" in page.text
    assert "On track" not in page.text
    assert "Last agreed, not confirmed lately: Handover, Friday 24 April" in page.text


def test_a_new_date_grows_old_too_but_doubt_and_what_is_done_stay_what_they_are(site: Site) -> None:
    with site.writing() as session:
        session.get_one(Playbook, site.world.playbook.id).stale_days = 2
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        cupboards, handover = work.milestones
        ledger.move(
            session, cupboards, When(starts_on=date(2026, 4, 28)), WHY, by=work.owner, now=site.clock.now, origin="test"
        )
        handover.is_at_risk = True
        tell_all(session, work, now=site.clock.now)
    fresh = badges(page_at(site, site.clock.now + timedelta(days=1)))

    old = badges(page_at(site, OLD))

    assert fresh == ["new date", "not certain yet"]
    assert old == ["not confirmed since 6 April", "not certain yet"]


def test_an_owner_who_said_yes_makes_the_page_sure_again(site: Site) -> None:
    with site.writing() as session:
        questions.ask(session, now=OLD)
        question = session.get_one(DateQuestion, 1)
        user = session.get_one(Engagement, site.kitchen.engagement_id).owner
        assert user is not None
        questions.answer(session, question, DateAnswered.YES, by=user, now=OLD)

    assert badges(page_at(site, OLD)) == ["holds", "holds"]


@pytest.mark.parametrize(
    ("done_on", "said"),
    [
        (date(2026, 4, 20), "done on 20 April"),
        (date(2026, 4, 16), "done on 16 April, earlier than agreed"),
        (date(2026, 4, 22), "done on 22 April, later than agreed"),
    ],
)
def test_what_is_done_says_honestly_whether_that_was_on_time(site: Site, done_on: date, said: str) -> None:
    at = datetime(2026, 4, 22, 9, 0, tzinfo=UTC)
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        assert work.owner is not None
        milestones.done(session, work.milestones[0], done_on, today=at.date(), by=work.owner, now=at)
        tell_all(session, work, now=at)

    assert badges(page_at(site, at))[0] == said


def test_a_step_that_fell_away_stands_with_its_reason_as_words_only(site: Site) -> None:
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        assert work.owner is not None
        milestones.drop(
            session, work.milestones[0], "<i>You</i> keep the old ones", language="en", by=work.owner,
            now=site.clock.now,
        )  # fmt: skip
        tell_all(session, work, now=site.clock.now)

    page = page_at(site, site.clock.now)

    assert badges(page) == ["no longer planned", "holds"]
    assert "<i>You</i> keep the old ones" in page.text
    assert "Cupboards" not in text_of(next(page.all("ol", class_="timeline")))


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ary", "rtl")])
def test_the_way_shows_today_among_the_dates_and_every_one_as_a_time(site: Site, language: str, direction: str) -> None:
    page = page_at(site, datetime(2026, 4, 22, 9, 0, tzinfo=UTC), language)

    way = next(page.all("ol", class_="timeline"))
    moments = [time.get("datetime") for time in way.iter("time")]
    now = [li for li in way.iter("li") if "moment-now" in (li.get("class") or "")]

    assert next(page.all("html")).get("dir") == direction
    assert moments == ["2026-04-20", "2026-04-22", "2026-04-24"]
    assert [time.get("datetime") for li in now for time in li.iter("time")] == ["2026-04-22"]


def line(label: str, on: date | None, *, moved: int = 0, done_on: date | None = None, **given: Standing) -> DateLine:
    when = Agreed(starts_on=on)
    standing = Standing.DONE if done_on else given.get("standing", Standing.HOLDS)
    return DateLine(
        milestone_id=1, labels={"en": label}, first=when, now=when, moved=moved, done_on=done_on, standing=standing
    )


def test_the_way_is_in_the_order_of_days_and_what_has_none_comes_last() -> None:
    today = date(2026, 4, 20)
    dates = [
        line("unknown", None, moved=1),
        line("for today", today),
        line("gone", today, standing=Standing.DROPPED),
        line("ahead", date(2026, 4, 24)),
        line("done today", date(2026, 4, 30), done_on=today),
        line("done", date(2026, 4, 10), done_on=date(2026, 4, 9)),
    ]

    marks = road.of(dates, today)

    assert [(mark.line.labels["en"] if mark.line else "today", mark.state) for mark in marks] == [
        ("done", "past"),
        ("done today", "past"),
        ("today", "now"),
        ("for today", "ahead"),
        ("ahead", "ahead"),
        ("unknown", "moved"),
    ]
    assert road.of([dates[2]], today) == ()
