"""A firm with sixty works: no act changes more than a batch of them in one transaction, and all of them in the end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support import works_at_once
from tests.support.site import Site, Visitor
from webapp.models import BulkAct, BulkState, Engagement, EngagementState, Participation, Promise, Slot
from webapp.services.bulk import acts
from webapp.services.work import engagements
from webapp.services.work.engagements import PlannedStep
from workers.clock import Clock

SIXTY = 60


@pytest.fixture(autouse=True)
def _counted(site: Site) -> Iterator[None]:
    """Sixty drafts beside the two live works; from here on transactions are counted."""
    with site.writing() as session:
        known = session.get_one(Engagement, site.kitchen.engagement_id)
        parts = [(part.contact, part.part) for part in known.participations]
        steps = [PlannedStep(labels=step.labels, on=step.promises[0].starts_on) for step in known.milestones]
        for number in range(SIXTY):
            engagements.start(
                session, reference=f"D-{number}", title="bath", client=known.client, playbook=known.playbook,
                owner=known.owner, contacts=parts, steps=steps, cadence=known.cadence, by=None, now=site.clock.now,
            )  # fmt: skip
    with works_at_once.counted():
        yield


def carry_on(site: Site) -> int:
    """What a worker does, a batch in a transaction; the number of batches."""
    batches = 0
    while True:
        with site.writing() as session:
            if not acts.carry_on(session, now=site.clock.now):
                return batches
        batches += 1


def test_all_go_live_their_dates_move_for_one_cause_and_the_firm_is_closed_tomorrow(site: Site, dalia: Visitor) -> None:
    dalia.post("/engagements/live")
    assert carry_on(site) == 2
    assert len(site.all(Engagement, Engagement.state == EngagementState.OPEN)) == SIXTY + 2
    site.deliver()

    form = next(form for form in dalia.page("/delays?within=30").forms() if form.action.startswith("/delays"))
    why = {"cause": "other", "other_name": "the port", "why": "It is closed.", "what_we_do": "We wait."}
    before = len(site.all(Promise))
    ticks = {f"rows-{row}-moves": "y" for row in range(2 * (SIXTY + 2))}
    dalia.post(form.action, form.filled(**why, **ticks, days="3"))
    carry_on(site)
    assert len(site.all(Promise)) == before + 2 * (SIXTY + 2)

    dalia.post("/settings/calendar/tomorrow", {"in_writing": "keep"})
    carry_on(site)

    assert {act.state for act in site.all(BulkAct)} == {BulkState.DONE}


def test_a_clock_that_comes_back_on_tuesday_evening_takes_them_one_by_one(site: Site, dalia: Visitor) -> None:
    dalia.post("/engagements/live")
    carry_on(site)
    site.deliver()
    site.clock.now += timedelta(days=2)

    Clock(site.database, site.settings).tick()

    assert len(site.all(Slot)) > SIXTY + 2
    assert len(site.all(Participation)) == SIXTY + 2


def test_a_table_of_sixty(site: Site, amina: Visitor) -> None:
    rows = "\n".join(f"N-{number};kitchen;Kitchen;Client {number};Sara" for number in range(SIXTY))
    table = f"reference;title;service;client;contact\n{rows}"

    amina.post("/settings/import", {"table": table, "apply": "1"})
    assert not site.all(Engagement, Engagement.reference.like("N-%"))
    carry_on(site)

    assert len(site.all(Engagement, Engagement.reference.like("N-%"))) == SIXTY
