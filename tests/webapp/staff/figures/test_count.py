"""The page of numbers: who sees whose, what each figure opens, and the same rows in a file."""

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.factories import answers
from tests.support.moving import WHY
from tests.support.pages import text_of
from tests.support.site import Site, Visitor
from webapp.models import Checkpoint, Client, Engagement, Telling, TellingState, User
from webapp.services.dates import ledger, milestones
from webapp.services.dates.ledger import When
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates import next_news, notices, telling
from webapp.services.work import engagements

FIRM, OWN = "/numbers", "/numbers/mine"
EVERYTHING = "?period=all"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def facts(site: Site) -> Site:
    """alice's cupboards moved from 20 to 28 April, told the same day; her report was in time. bob's steps went by."""
    now, kitchen = site.clock.now, site.kitchen
    with site.writing() as session:
        work = session.get_one(Engagement, kitchen.engagement_id)
        alice = session.get_one(User, site.world.alice.id)
        cupboards, handover = work.milestones
        ledger.move(session, cupboards, When(starts_on=date(2026, 4, 28)), WHY, by=alice, now=now, origin="test")
        quarter = now + timedelta(minutes=15)
        notices.release(session, work, now=quarter)
        _phone(session, work, by=alice, at=now + timedelta(hours=1))
        milestones.done(session, handover, date(2026, 4, 24), today=date(2026, 4, 24), by=alice, now=now)
        milestones.done(session, cupboards, date(2026, 4, 28), today=date(2026, 4, 28), by=alice, now=now)
        form = session.get_one(Checkpoint, kitchen.checkpoint_id)
        checkpoints.submit(session, form, answers(), note="", based_on=0, by=alice, now=now)
        slot = form.slot
        planning.advance(session, slot.id, now=slot.send_at)
        _phone(session, work, by=alice, at=slot.send_at)
        next_news.score(session, now=slot.promised_by + next_news.TOLERANCE)
    site.clock.now = datetime(2026, 5, 4, 9, tzinfo=UTC)
    return site


def _phone(session: Session, work: Engagement, *, by: User, at: datetime) -> None:
    """Everybody who was not told yet is told by phone."""
    waiting = select(Telling).where(Telling.state == TellingState.DUE, Telling.update.has(engagement_id=work.id))
    for due in session.scalars(waiting).all():
        telling.by_phone(session, due, by=by, now=at)


def lines(visitor: Visitor, path: str) -> list[dict[str, str]]:
    """A file as a spreadsheet reads it."""
    answer = visitor.get(path)
    assert answer.status_code == 200, path
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_a_manager_sees_the_firms_figures_each_with_how_many_of_how_many(facts: Site) -> None:
    dalia = facts.visitor(facts.world.dalia)

    page = dalia.page(FIRM + EVERYTHING)

    leads = [text_of(figure) for figure in page.all("li", class_="lead-figure")]
    assert leads == [
        "100% moved dates told in time 1 of 1",
        "25% dates kept 1 of 4",
        "50% next news kept 1 of 2",
        "100% updates on time 1 of 1",
        "1 h 0 min from when we knew until the client was told 1 h 0 min in working hours",
    ]


def test_each_figure_opens_its_rows_and_says_the_rule_it_is_counted_by(facts: Site) -> None:
    page = facts.visitor(facts.world.dalia).page(FIRM + EVERYTHING)

    moves = page.by_id("moves")
    dates = page.by_id("dates")

    assert moves is not None
    assert dates is not None
    assert "before the day they knew was over" in text_of(moves)
    assert "Cupboards 20 April 28 April 6 April, 10:00 6 April, 11:00 1 h 0 min 1 h 0 min In time" in text_of(moves)
    assert "Kept as agreed last: 50% (2 of 4)" in text_of(dates)
    assert "Moved at least once: 25% (1 of 4)" in text_of(dates)


def test_a_chart_says_in_words_what_it_shows(facts: Site) -> None:
    page = facts.visitor(facts.world.dalia).page("/numbers?period=year")

    dates = page.by_id("dates")

    assert dates is not None
    (chart,) = (drawn for drawn in dates.iter(f"{SVG}svg") if drawn.get("role") == "img")
    names = (chart.get("aria-labelledby") or "").split()
    title, words = (page.by_id(name) for name in names)
    assert title is not None
    assert words is not None
    assert (text_of(title), text_of(words)) == (
        "Dates kept, by month",
        "April 2026: Kept 1, Moved 1 and Not kept 2",
    )
    assert len(list(chart.iter(f"{SVG}rect"))) == 3
    table = next(found for found in dates.iter("table") if found.get("class") == "chart-table")
    rows = [[text_of(cell) for cell in row] for row in table.iter("tr")]
    assert ["April 2026", "1", "1", "2"] in rows


@pytest.mark.parametrize(("tag", "is_last"), [("en", True), ("ary", False)])
def test_time_runs_the_way_the_page_is_read(facts: Site, tag: str, is_last: bool) -> None:
    with facts.writing() as session:
        session.get_one(User, facts.world.dalia.id).language = tag

    page = facts.visitor(facts.world.dalia).page("/numbers?period=quarter")

    dates = page.by_id("dates")
    assert dates is not None
    months = [text for text in dates.iter(f"{SVG}text") if text.get("class") == "chart-month"]
    places = [float(text.get("x") or 0) for text in months]
    assert (places == sorted(places)) is is_last
    assert len(set(places)) == 3


def test_where_nothing_happened_the_page_says_so_and_shows_no_percentage(site: Site, dalia: Visitor) -> None:
    page = dalia.page(FIRM)

    assert "Nothing to count yet" in page.text
    assert "%" not in text_of(page.by_id("main"))  # type: ignore[arg-type]


def test_a_figure_without_rows_says_nothing_yet_beside_those_that_have_some(site: Site) -> None:
    site.clock.now = datetime(2026, 5, 4, 9, tzinfo=UTC)

    page = site.visitor(site.world.dalia).page(FIRM + EVERYTHING)

    told, kept, *_ = (text_of(figure) for figure in page.all("li", class_="lead-figure"))
    assert told == "– moved dates told in time nothing yet"
    assert kept == "0% dates kept 0 of 4"


def test_who_owns_work_comes_to_their_own_numbers(facts: Site) -> None:
    alice = facts.visitor(facts.world.alice)

    answer = alice.get(FIRM)
    page = alice.page(OWN + EVERYTHING)

    assert (answer.status_code, answer.location) == (303, "/numbers/mine?period=quarter")
    assert "Only you see this page." in page.text
    assert "kitchen, Anfa" in page.text
    assert "annual report" not in page.text


@pytest.mark.parametrize("name", ["bob", "dalia", "amina"])
def test_nobody_sees_another_owners_own_figures_whatever_they_ask_for(facts: Site, name: str) -> None:
    visitor = facts.visitor(getattr(facts.world, name))
    alice = facts.world.alice.id

    for query in (f"owner={alice}", f"owner_id={alice}", f"user={alice}", f"user_id={alice}"):
        page = visitor.page(f"{OWN}{EVERYTHING}&{query}")
        assert "kitchen, Anfa" not in page.text
        assert lines(visitor, f"{OWN}.csv{EVERYTHING}&{query}") == lines(visitor, f"{OWN}.csv{EVERYTHING}")
    assert visitor.get(f"{OWN}/{alice}").status_code == 404
    assert visitor.get(f"/people/{alice}/numbers").status_code == 404


def test_the_firms_figures_name_no_owner_and_offer_none(facts: Site) -> None:
    dalia = facts.visitor(facts.world.dalia)

    page = dalia.page(FIRM + EVERYTHING)
    everybody = dalia.get(f"{FIRM}.csv{EVERYTHING}").text

    content = text_of(page.by_id("main"))  # type: ignore[arg-type]
    assert not re.search("alice|bob", content + everybody, re.IGNORECASE)
    assert not list(page.all("select", name="owner"))
    assert dalia.page(f"{FIRM}{EVERYTHING}&owner={facts.world.alice.id}").text == page.text


def test_staff_get_no_file_of_everybody(facts: Site) -> None:
    assert facts.visitor(facts.world.alice).get(f"{FIRM}.csv{EVERYTHING}").status_code == 404


def test_who_only_looks_sees_the_firm_but_no_playbook_and_owns_nothing(facts: Site) -> None:
    charlie = facts.visitor(facts.world.charlie)

    assert "25%" in charlie.page(FIRM + EVERYTHING).text
    assert charlie.get(f"{FIRM}?playbook={facts.world.playbook.id}").status_code == 404
    assert charlie.get(OWN).status_code == 404


def test_a_piece_of_work_shows_its_own_figures_and_is_linked_from_its_page(facts: Site) -> None:
    charlie = facts.visitor(facts.world.charlie)
    address = f"/engagements/{facts.report.engagement_id}/numbers"

    page = charlie.page(address + EVERYTHING)

    assert "annual report" in page.text
    assert "kitchen, Anfa" not in page.text
    assert {line["Title"] for line in lines(charlie, f"{address}.csv{EVERYTHING}")} == {"annual report"}


def test_a_playbook_narrows_the_figures_for_a_manager(facts: Site) -> None:
    dalia = facts.visitor(facts.world.dalia)

    known = dalia.page(f"{FIRM}{EVERYTHING}&playbook={facts.world.playbook.id}")
    unknown = dalia.page(f"{FIRM}{EVERYTHING}&playbook=999")

    assert "25% dates kept" in known.text
    assert "Nothing to count yet" in unknown.text


def test_a_file_has_the_rows_of_one_figure_with_days_that_machines_read(facts: Site) -> None:
    dalia = facts.visitor(facts.world.dalia)

    answer = dalia.get(f"{FIRM}.csv{EVERYTHING}&figure=moves")

    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=numbers-moves-all-2026-05-04.csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    (line,) = lines(dalia, f"{FIRM}.csv{EVERYTHING}&figure=moves")
    assert line == {
        "Figure": "Moved dates",
        "Reference": "MA-4471",
        "Client": "Bennani",
        "Title": "kitchen, Anfa",
        "Step": "Cupboards",
        "The day they knew": "2026-04-20",
        "Agreed now": "2026-04-28",
        "We knew": "2026-04-06T10:00+01:00",
        "Last person told": "2026-04-06T11:00+01:00",
        "Time taken": "1:00",
        "In working hours": "1:00",
        "Result": "In time",
    }


def test_one_file_has_the_rows_of_all_figures(facts: Site) -> None:
    found = lines(facts.visitor(facts.world.dalia), f"{FIRM}.csv{EVERYTHING}")

    counted = {name: sum(line["Figure"] == name for line in found) for name in {line["Figure"] for line in found}}
    assert counted == {"Moved dates": 1, "Dates kept": 4, "Next news": 2, "Updates": 1}


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\uff1d1"])
def test_no_cell_of_a_file_is_a_formula(facts: Site, name: str) -> None:
    with facts.writing() as session:
        session.get_one(Engagement, facts.kitchen.engagement_id).title = name
        session.get_one(Client, facts.world.client.id).name = name

    found = lines(facts.visitor(facts.world.dalia), f"{FIRM}.csv{EVERYTHING}&figure=moves")

    assert [(line["Client"], line["Title"]) for line in found] == [(f"'{name}", f"'{name}")]


def test_the_file_speaks_the_readers_language(facts: Site) -> None:
    with facts.writing() as session:
        session.get_one(User, facts.world.dalia.id).language = "az"

    found = lines(facts.visitor(facts.world.dalia), f"{FIRM}.csv{EVERYTHING}&figure=moves")

    assert found[0]["Nəticə"] == "Vaxtında"


@pytest.mark.parametrize("tag", ["en", "fr", "az", "ru", "ar", "ary"])
def test_no_two_columns_of_a_file_have_one_name(facts: Site, tag: str) -> None:
    with facts.writing() as session:
        session.get_one(User, facts.world.dalia.id).language = tag

    dalia = facts.visitor(facts.world.dalia)
    for figure in ("moves", "dates", "news", "updates"):
        first = dalia.get(f"{FIRM}.csv{EVERYTHING}&figure={figure}").data.decode("utf-8-sig").splitlines()[0]
        names = next(csv.reader([first]))
        assert len(names) == len(set(names))


def test_the_newest_clients_stand_beside_the_first_ones_since_the_start_only(facts: Site) -> None:
    with facts.writing() as session:
        work = session.get_one(Engagement, facts.kitchen.engagement_id)
        contacts = [(part.contact, part.part) for part in work.participations]
        for number in range(6):
            made = engagements.start(
                session,
                reference=f"N-{number}",
                title="kitchen",
                client=Client(name=f"Client {number}", created_at=facts.clock.now),
                playbook=work.playbook,
                owner=None,
                contacts=contacts,
                steps=[],
                cadence=work.cadence,
                by=None,
                now=facts.clock.now,
            )
            engagements.go_live(session, made, by=None, now=facts.clock.now)

    dalia = facts.visitor(facts.world.dalia)

    compared = dalia.page(FIRM + EVERYTHING).by_id("compared")
    assert compared is not None
    assert "Clients on each side: 3." in text_of(compared)
    assert "dates kept25% (1 of 4)nothing yet" in text_of(compared)
    assert dalia.page("/numbers?period=year").by_id("compared") is None
