"""Short ways to the pages of agreed dates and through their forms."""

from typing import Any

from werkzeug.test import TestResponse

from emails.pieces import Who
from tests.support.site import Site, Visitor, Work
from webapp.models import (
    Milestone,
    Promise,
)
from webapp.services.dates import ledger
from webapp.services.dates.ledger import When, Why

EXPLAINED = {
    "cause": "other",
    "other_name": "the joiner",
    "why": "The doors are late.",
    "what_we_do": "We do the rest.",
}


def steps(site: Site, work: Work | None = None) -> list[Milestone]:
    wanted = (work or site.kitchen).engagement_id
    return sorted(site.all(Milestone, Milestone.engagement_id == wanted), key=lambda step: step.position)


def page_of(site: Site, work: Work | None = None) -> str:
    return f"/engagements/{(work or site.kitchen).engagement_id}/dates"


def move_of(site: Site, step: Milestone | None = None) -> str:
    return f"{page_of(site)}/{(step or steps(site)[0]).id}/move"


def sent(visitor: Visitor, path: str, action: str, **typed: Any) -> TestResponse:
    form = visitor.page(path).form(action)
    return visitor.post(form.action, form.filled(**typed))


def moved(visitor: Visitor, path: str, **typed: Any) -> TestResponse:
    return sent(visitor, path, path.split("?")[0], **{**EXPLAINED, **typed})


def entries(site: Site, step: Milestone) -> list[Promise]:
    return site.all(Promise, Promise.milestone_id == step.id)


def wait_for_plans(site: Site) -> None:
    with site.writing() as session:
        step = session.get_one(Milestone, steps(site)[0].id)
        to = When(after_days=5, condition="your plans")
        why = Why(cause=Who.YOU, why="We need them.", what_we_do="We wait.")
        ledger.move(session, step, to, why, by=None, now=site.clock.now, origin="test")
