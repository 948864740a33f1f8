"""The form that moves an agreed date, signed in and from the day's mail."""

from datetime import date
from typing import Any

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from tests.support.stepping import EXPLAINED, entries, move_of, moved, page_of, steps
from webapp.models import (
    Act,
    Announcement,
    Engagement,
    EngagementState,
    Milestone,
    Playbook,
    Promise,
    PromiseWords,
    Purpose,
)
from webapp.services.dates import milestones
from webapp.services.updates import notices


def test_a_date_moves_with_its_explanation_and_the_client_hears(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]

    answer = moved(alice, move_of(site, step), new_on="2026-04-30")

    assert answer.status_code == 303, answer.text[:2000]
    said = alice.page(answer.headers["Location"]).text
    assert "One date moved." in said
    assert "within a quarter of an hour" in said
    move = entries(site, step)[-1]
    assert (move.act, move.starts_on) == (Act.MOVE, date(2026, 4, 30))
    with site.writing() as session:
        stored = session.get_one(PromiseWords, move.id)
        assert (stored.why, stored.other_name, stored.language) == ("The doors are late.", "the joiner", "en")
        notices.release(session, session.get_one(Engagement, site.kitchen.engagement_id), now=site.clock.on(minutes=15))
    assert "30 April" in site.mails("delay_notice")[0].subject


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"cause": None}, "cause", "Please say who or what caused it."),
        ({"why": " "}, "why", "Please say why: choose a reason or write it."),
        ({"what_we_do": ""}, "what_we_do", "Please say what we do about it."),
        ({"new_on": ""}, "new_on", "Please give the new date"),
        ({"new_on": "2026-04-24"}, "new_on", "This is the agreed date already."),
        ({"new_on": "2026-04-03"}, "new_on", "This day has passed."),
        ({"new_kind": "range", "new_until": "2026-04-29"}, "new_until", "The last day must come after the first one."),
        ({"new_kind": "after", "after_days": "5"}, "condition", "Please say what we are waiting for."),
        ({"new_kind": "after", "condition": "plans"}, "after_days", "Please give a number of working days"),
        ({"new_kind": "unknown"}, "news_on", "Please say when they hear from us next."),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    site: Site, alice: Visitor, typed: dict[str, Any], field: str, message: str
) -> None:
    step = steps(site)[1]
    alice_typed = {"new_on": "2026-04-30", "other_name": "the joiner of Anfa", **typed}

    answer = moved(alice, move_of(site, step), **alice_typed)

    page = Page(answer.text)
    assert answer.status_code == 422
    assert message in page.message_at(field)
    assert page.form("/move")["other_name"] == "the joiner of Anfa"
    assert len(entries(site, step)) == 1


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"new_on": "2026-04-30"}, (date(2026, 4, 30), None, False, None)),
        (
            {"new_kind": "range", "new_on": "2026-04-30", "new_until": "2026-05-04"},
            (date(2026, 4, 30), date(2026, 5, 4), False, None),
        ),
        ({"new_kind": "about", "new_on": "2026-04-30"}, (date(2026, 4, 30), None, True, None)),
        ({"new_kind": "after", "after_days": "5", "condition": "your plans"}, (None, None, False, 5)),
        ({"new_kind": "unknown", "news_on": "2026-04-14"}, (None, None, False, None)),
    ],
)
def test_a_new_date_may_be_of_any_kind(site: Site, alice: Visitor, typed: dict[str, str], stored: Any) -> None:
    step = steps(site)[1]

    assert moved(alice, move_of(site, step), **typed).status_code == 303

    move = entries(site, step)[-1]
    assert (move.starts_on, move.ends_on, move.is_estimate, move.after_days) == stored


def test_an_earlier_date_needs_no_explanation(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]
    page = alice.page(move_of(site, step))

    answer = alice.post(move_of(site, step), page.form("/move").filled(new_on="2026-04-22"))

    assert "A date that comes earlier needs no explanation." in page.text
    assert answer.status_code == 303
    assert entries(site, step)[-1].starts_on == date(2026, 4, 22)


def test_the_later_steps_are_looked_at_before_they_move_along(site: Site, alice: Visitor) -> None:
    cupboards, handover = steps(site)

    looked = moved(alice, move_of(site), new_on="2026-04-23")
    page = Page(looked.text)
    form = page.form("/move")

    assert looked.status_code == 200
    assert len(site.all(Promise)) == 4
    assert (form["later-0-milestone_id"], form["later-0-moves"], form["later-0-on"]) == (
        str(handover.id),
        "y",
        "2026-04-29",
    )
    answer = alice.post(form.action, form.filled(**{"later-0-on": "2026-05-05"}))
    assert answer.status_code == 303
    assert [entries(site, step)[-1].starts_on for step in (cupboards, handover)] == [
        date(2026, 4, 23),
        date(2026, 5, 5),
    ]


def test_a_later_step_that_is_not_ticked_stays(site: Site, alice: Visitor) -> None:
    cupboards, handover = steps(site)
    form = Page(moved(alice, move_of(site), new_on="2026-04-23").text).form("/move")

    alice.post(form.action, form.filled(**{"later-0-moves": None}))

    assert [len(entries(site, step)) for step in (cupboards, handover)] == [2, 1]


def test_another_new_date_is_offered_with_its_own_shift_and_what_was_unticked_stays_so(
    site: Site, alice: Visitor
) -> None:
    form = Page(moved(alice, move_of(site), new_on="2026-04-23").text).form("/move")

    again = Page(alice.post(form.action, form.filled(new_on="2026-04-24", **{"later-0-moves": None})).text)

    form = again.form("/move")
    assert form["later-0-on"] == "2026-04-30"
    assert "later-0-moves" not in dict(form.fields)
    assert len(site.all(Promise)) == 4


def test_a_later_step_needs_its_date_while_it_is_ticked(site: Site, alice: Visitor) -> None:
    form = Page(moved(alice, move_of(site), new_on="2026-04-23").text).form("/move")

    answer = alice.post(form.action, form.filled(**{"later-0-on": ""}))

    assert answer.status_code == 422
    assert Page(answer.text).message_at("later-0-on") == "Please give its date, or untick it."
    assert len(site.all(Promise)) == 4


def test_a_form_opened_before_somebody_else_moved_the_date_moves_nothing(
    site: Site, alice: Visitor, dalia: Visitor
) -> None:
    step = steps(site)[1]
    form = alice.page(move_of(site, step)).form("/move")
    moved(dalia, move_of(site, step), new_on="2026-04-30")

    answer = alice.post(form.action, form.filled(**EXPLAINED, new_on="2026-05-07"))

    assert answer.status_code == 409
    page = Page(answer.text)
    assert "It is Thursday 30 April now." in page.text
    assert page.form("/move")["new_on"] == "2026-05-07"
    assert len(entries(site, step)) == 2
    form = page.form("/move")
    assert alice.post(form.action, form.fields).status_code == 303


def test_pressed_twice_it_is_one_move(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]
    form = alice.page(move_of(site, step)).form("/move")
    fields = form.filled(**EXPLAINED, new_on="2026-04-30")

    first, second = alice.post(form.action, fields), alice.post(form.action, fields)

    assert (first.status_code, second.status_code) == (303, 303)
    assert len(entries(site, step)) == 2


def test_the_last_explanation_is_shown_and_not_taken_over(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]
    moved(alice, move_of(site, step), new_on="2026-04-30")

    page = alice.page(move_of(site, step))

    assert "The doors are late." in page.text
    form = page.form("/move")
    assert (form["why"], form["what_we_do"], form["new_on"]) == ("", "", "2026-04-30")


def test_it_is_said_what_will_happen(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]
    far = alice.page(move_of(site, step)).text
    assert "A move of one working day comes first in the update of Tuesday 7 April" in far
    assert "within a quarter of an hour" in far

    with site.writing() as session:
        session.get_one(Playbook, site.world.playbook.id).managers_read_first = True
    assert "A manager reads it first." in alice.page(move_of(site, step)).text
    with site.writing() as session:
        session.get_one(Engagement, site.kitchen.engagement_id).state = EngagementState.DRAFT
    assert "no emails go out" in alice.page(move_of(site, step)).text


def test_what_was_said_is_what_happens(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]

    small = alice.page(moved(alice, move_of(site, step), new_on="2026-04-27").headers["Location"]).text

    assert "It comes first in the update of Tuesday 7 April" in small
    assert site.one(Announcement).release_at == site.slot(site.kitchen).promised_by


def test_the_notice_is_previewed_in_the_clients_language_and_nothing_is_kept(site: Site, alice: Visitor) -> None:
    step = steps(site)[1]
    with site.writing() as session:
        session.get_one(type(site.world.bennani), site.world.bennani.id).language = "az"
    form = alice.page(move_of(site, step)).form("/move")
    before = site.dump()

    look = f"{page_of(site)}/{step.id}/preview"
    shown = alice.post(look, form.filled(**EXPLAINED, new_on="2026-04-30"))
    mine = alice.post(look, form.filled(**EXPLAINED, new_on="2026-04-30", preview_mine="1"))
    nothing = alice.post(look, form.fields)

    assert "30 aprel" in shown.text
    assert "30 April" in mine.text
    assert "as soon as there is a new date" in nothing.text
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert site.dump() == before


def test_a_question_answered_no_opens_the_form(site: Site, alice: Visitor) -> None:
    assert "You said that this date does not hold." in alice.page(f"{move_of(site)}?no=1").text


def test_the_form_opens_from_the_mail_without_signing_in(site: Site, client: Visitor) -> None:
    step = steps(site)[1]
    path = f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.alice)}/dates/{step.id}/move"
    form = client.page(path).form("/move")

    looked = client.post(path.replace("/move", "/preview"), form.filled(**EXPLAINED, new_on="2026-04-30"), csrf=False)
    answer = client.post(path, form.filled(**EXPLAINED, new_on="2026-04-30"), csrf=False)

    assert "30 April" in looked.text
    assert answer.status_code == 303
    assert "Thursday 30 April" in client.page(answer.headers["Location"]).text
    assert entries(site, step)[-1].recorded_by_id == site.world.alice.id


def test_the_link_of_a_colleague_moves_nobody_elses_dates(site: Site, client: Visitor) -> None:
    path = f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.bob)}/dates/{steps(site)[1].id}/move"

    assert client.get(path).status_code == 404
    assert client.post(path, {**EXPLAINED, "new_on": "2026-04-30"}, csrf=False).status_code == 404


def test_a_done_step_cannot_be_moved(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        step = session.get_one(Milestone, steps(site)[0].id)
        milestones.done(
            session, step, date(2026, 4, 6), today=date(2026, 4, 6), by=site.world.alice, now=site.clock.now
        )

    assert alice.get(move_of(site)).status_code == 404
