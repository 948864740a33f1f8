"""One cause that moves many dates: said once, each with its own new date, all or none."""

from datetime import date
from typing import Any

from werkzeug.test import TestResponse

from emails.pieces import Who
from tests.support.pages import FormOnPage, Page
from tests.support.site import Site, Visitor
from webapp.models import Absence, Act, Milestone, Promise, PromiseWords, StandIn, User

PAGE = "/delays?within=30"
EXPLAINED = {"cause": "other", "other_name": "the tax office", "why": "Its portal is down.", "what_we_do": "We wait."}


def form_of(visitor: Visitor, path: str = PAGE) -> FormOnPage:
    return posted(visitor.page(path))


def posted(page: Page) -> FormOnPage:
    """The form that moves dates; the filter above it is only looked with."""
    return next(form for form in page.forms() if form.action.startswith("/delays"))


def ticked(form: FormOnPage, *rows: int, **typed: Any) -> list[tuple[str, str]]:
    return form.filled(**EXPLAINED, **{f"rows-{row}-moves": "y" for row in rows}, **typed)


def moves(site: Site) -> list[Promise]:
    return site.all(Promise, Promise.act == Act.MOVE)


def sent(visitor: Visitor, *rows: int, **typed: Any) -> TestResponse:
    form = form_of(visitor)
    return visitor.post(form.action, ticked(form, *rows, **typed))


def listed(page: Page) -> list[str]:
    return [title for title in ("kitchen, Anfa", "annual report") if title in page.text]


def test_staff_see_their_own_work_and_managers_all_of_it(
    alice: Visitor, bob: Visitor, dalia: Visitor, charlie: Visitor
) -> None:
    assert listed(alice.page(PAGE)) == ["kitchen, Anfa"]
    assert listed(bob.page(PAGE)) == ["annual report"]
    assert listed(dalia.page(PAGE)) == ["kitchen, Anfa", "annual report"]
    assert charlie.get(PAGE).status_code == 404


def test_who_stands_in_sees_the_work_of_who_is_away(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        bob = session.get_one(User, site.world.bob.id)
        bob.stands_in = StandIn(user_id=bob.id, stand_in_id=site.world.alice.id)
        bob.absences.append(Absence(starts_on=date(2026, 4, 6), ends_on=date(2026, 4, 10)))

    assert listed(alice.page(PAGE)) == ["kitchen, Anfa", "annual report"]


def test_the_list_holds_what_is_due_within_the_days_asked_for(dalia: Visitor) -> None:
    assert "Handover" not in dalia.page("/delays?within=14").text
    assert "Cupboards" in dalia.page("/delays?within=14").text
    assert "No agreed date is near" in dalia.page("/delays?within=5").text
    assert dalia.get("/delays?within=x&playbook=99999999999999999999").status_code == 200


def test_the_ticked_dates_move_by_the_days_typed_once_or_to_their_own(site: Site, dalia: Visitor) -> None:
    form = form_of(dalia)
    first, second = (form[f"rows-{row}-milestone_id"] for row in (0, 1))

    answer = dalia.post(form.action, ticked(form, 0, 1, days=3, **{"rows-1-on": "2026-04-30"}))

    assert answer.status_code == 303, answer.text[:2000]
    said = dalia.page(answer.headers["Location"]).text
    assert "2 dates moved." in said
    assert "One client will be told." in said
    assert [(str(move.milestone_id), move.starts_on, move.cause) for move in moves(site)] == [
        (first, date(2026, 4, 23), Who.OTHER),
        (second, date(2026, 4, 30), Who.OTHER),
    ]
    with site.looking() as session:
        assert session.get_one(PromiseWords, moves(site)[1].id).other_name == "the tax office"


def test_the_dates_can_be_looked_at_before_anything_moves(site: Site, dalia: Visitor) -> None:
    shown = posted(Page(sent(dalia, 0, 2, days=3, look="1").text))

    assert [(shown[f"rows-{row}-on"]) for row in range(4)] == ["2026-04-23", "", "2026-04-29", ""]
    assert shown["why"] == "Its portal is down."
    assert moves(site) == []


def test_one_date_that_cannot_be_keeps_all_where_they_are(site: Site, dalia: Visitor) -> None:
    for on, message in (("2026-04-03", "This day has passed."), ("", "Please give its date, or the working days")):
        answer = sent(dalia, 0, 1, **{"rows-0-on": "2026-04-30", "rows-1-on": on})

        page = Page(answer.text)
        assert answer.status_code == 422
        assert message in page.message_at("rows-1-on")
        assert posted(page)["rows-0-on"] == "2026-04-30"
    same = sent(dalia, 0, 1, **{"rows-0-on": "2026-04-30", "rows-1-on": "2026-04-20"})
    assert same.status_code == 422
    assert "This is the agreed date already." in Page(same.text).text

    assert moves(site) == []


def test_the_cause_is_asked_for_and_what_was_typed_stays(site: Site, dalia: Visitor) -> None:
    for name, message in (
        ("cause", "Please say who or what caused it."),
        ("why", "Please say why: choose a reason or write it."),
        ("what_we_do", "Please say what we do about it."),
    ):
        form = form_of(dalia)
        answer = dalia.post(form.action, dict(ticked(form, 0, days=3)) | {name: ""})

        page = Page(answer.text)
        assert answer.status_code == 422
        assert page.message_at(name) == message
        assert posted(page)["rows-0-moves"] == "y"

    assert moves(site) == []


def test_nothing_ticked_moves_nothing(dalia: Visitor) -> None:
    answer = sent(dalia, days=3)

    assert answer.status_code == 422
    assert "Please tick at least one date." in Page(answer.text).message_at("days")


def test_the_reasons_are_those_of_the_kind_of_work_that_was_chosen(site: Site, dalia: Visitor) -> None:
    reason = {"value": "supplier"}
    assert not list(dalia.page(PAGE).all("option", **reason))
    form = form_of(dalia, f"{PAGE}&playbook={site.world.playbook.id}")

    fields = dict(ticked(form, 0, days=3)) | {"why": "", "reason": "supplier"}
    answer = dalia.post(form.action, fields)

    assert answer.status_code == 303
    assert moves(site)[0].reason_key == "supplier"


def test_a_step_that_was_done_meanwhile_stops_all(site: Site, dalia: Visitor) -> None:
    form = form_of(dalia)
    with site.writing() as session:
        session.get_one(Milestone, int(form["rows-0-milestone_id"])).done_on = date(2026, 4, 6)

    answer = dalia.post(form.action, ticked(form, 0, 1, days=3))

    assert answer.status_code == 422
    assert "Nothing has moved." in Page(answer.text).text
    assert moves(site) == []


def test_nobody_moves_a_colleagues_date_by_naming_it(site: Site, alice: Visitor, bob: Visitor) -> None:
    theirs = form_of(bob)["rows-0-milestone_id"]

    answer = sent(alice, 0, days=3, **{"rows-0-milestone_id": theirs})

    assert answer.status_code == 422
    assert moves(site) == []


def test_the_list_of_work_leads_there(dalia: Visitor, charlie: Visitor) -> None:
    assert "/delays" in [link.get("href") for link in dalia.page("/engagements").all("a")]
    assert "/delays" not in [link.get("href") for link in charlie.page("/engagements").all("a")]
