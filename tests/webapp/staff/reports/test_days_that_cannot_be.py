"""Days on the form that would say something untrue: passed ones, and an order that is turned round without a word."""

from datetime import date, timedelta

import pytest

from tests.support.pages import FormOnPage, Page
from tests.support.site import Site, Visitor
from webapp.models import CheckpointRevision, Engagement

MOVED = {"cause": "us", "why": "The doors are late.", "what_we_do": "We fit the rest.", "new_kind": "day"}


def _form(visitor: Visitor, site: Site) -> FormOnPage:
    path = f"/forms/{site.kitchen.checkpoint_id}"
    return visitor.page(path).form(path)


def _send(visitor: Visitor, site: Site, **typed: object) -> tuple[int, Page]:
    answer = visitor.post(f"/forms/{site.kitchen.checkpoint_id}", _form(visitor, site).filled(done="Tiles", **typed))
    return answer.status_code, Page(answer.text)


def _days(site: Site) -> list[date]:
    """The last day of each step of the kitchen, in their order."""
    with site.looking() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        return [step.promises[-1].starts_on or date.max for step in work.milestones]


@pytest.mark.parametrize(("field", "beside"), [("step_by", "step_text"), ("ask_due", "ask_text")])
def test_nothing_is_announced_or_asked_for_by_a_day_that_has_passed(
    site: Site, alice: Visitor, field: str, beside: str
) -> None:
    status, page = _send(alice, site, **{field: "2020-02-02", beside: "The carpenter comes"})

    assert status == 422
    assert page.message_at(field) == "This day has passed."
    assert _send(alice, site, **{field: "2026-04-10", beside: "The carpenter comes"})[0] == 303


def test_dates_whose_order_is_turned_round_are_asked_about(site: Site, alice: Visitor) -> None:
    first, second = _days(site)[:2]
    assert first < second
    moved = {f"dates__0__{name}": value for name, value in MOVED.items()}
    moved |= {"dates__0__holds": "no", "dates__0__new_on": (second + timedelta(days=3)).isoformat()}

    status, page = _send(alice, site, **moved)

    assert status == 422
    assert "comes after" in page.message_at("dates-0-new_on")
    assert page.by_id("is_order_right") is not None
    assert site.all(CheckpointRevision) == []
    assert _send(alice, site, **moved, is_order_right="y")[0] == 303


def test_a_date_that_stays_before_the_next_one_is_not_asked_about(site: Site, alice: Visitor) -> None:
    moved = {f"dates__0__{name}": value for name, value in MOVED.items()}
    moved |= {"dates__0__holds": "no", "dates__0__new_on": _days(site)[1].isoformat()}

    assert _send(alice, site, **moved)[0] == 303
