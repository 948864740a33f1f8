"""What was told beside the rhythm stands on the client's page, too."""

from datetime import date, timedelta

import pytest

from emails.pieces import StepChange, Who
from tests.support.factories import answers
from tests.support.site import Site, Visitor
from webapp.models import Checkpoint, Engagement, User
from webapp.services.dates import milestones
from webapp.services.dates.ledger import When, Why
from webapp.services.dates.milestones import Moved
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.updates import releases
from webapp.services.work import engagements

WHY = Why(cause=Who.OTHER, other_name="Zellige Fès", why="The tiles came broken.", what_we_do="New ones are ordered.")


@pytest.fixture
def reported(site: Site) -> Site:
    """The client has an update that names the carpenter as what comes next."""
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        checkpoint = session.get_one(Checkpoint, site.kitchen.checkpoint_id)
        by = session.get_one(User, site.world.alice.id)
        checkpoints.submit(session, checkpoint, answers(), note="", based_on=0, by=by, now=site.clock.now)
        planning.advance(session, site.kitchen.slot_id, now=checkpoint.slot.send_at)
        site.clock.now = checkpoint.slot.send_at + timedelta(hours=1)
        assert work.milestones
    site.deliver()
    return site


def changed(site: Site, *, moves: bool = False) -> None:
    """The cupboards fall away, told at once; with `moves` the handover moved before anybody was told."""
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        by, now = session.get_one(User, site.world.dalia.id), site.clock.now
        first, last = work.milestones
        if moves:
            to = [Moved(milestone=last, to=When(starts_on=date(2026, 5, 4)))]
            milestones.move_together(session, to, WHY, by=by, now=now, origin="test")
        milestones.drop(session, first, "Not wanted", language="en", by=by, now=now)
        releases.changed(session, work, steps={first.id: StepChange.DROPPED}, by=by, now=now)
    site.clock.now += timedelta(minutes=1)
    site.deliver()


def test_a_move_told_with_a_dropped_step_is_the_news_of_the_page(reported: Site, client: Visitor) -> None:
    changed(reported, moves=True)

    page = client.page(reported.page_of(reported.kitchen))

    assert "New date: Handover, Monday 4 May" in page.text
    assert "The delay is with Zellige Fès." in page.text
    assert "The tiles came broken." in page.text
    subject = reported.news().subject
    assert subject is not None
    assert subject.startswith("No longer planned: Cupboards; Handover: new date 4 May")


def test_what_was_to_come_next_is_not_said_any_more_once_a_step_fell_away(reported: Site, client: Visitor) -> None:
    assert "The carpenter fits the cupboards" in client.page(reported.page_of(reported.kitchen)).text

    changed(reported)

    page = client.page(reported.page_of(reported.kitchen)).text
    assert "The carpenter fits the cupboards" not in page.split("Everything so far")[0]


def test_the_list_of_all_news_names_what_changed_and_why_work_rests(reported: Site, client: Visitor) -> None:
    changed(reported)
    with reported.writing() as session:
        work = session.get_one(Engagement, reported.kitchen.engagement_id)
        by = session.get_one(User, reported.world.dalia.id)
        engagements.rest(session, work, words="You asked us to wait.", by=by, now=reported.clock.now)
    reported.deliver()

    page = client.page(reported.page_of(reported.kitchen)).text

    assert "No longer planned: Cupboards" in page
    assert "Paused for now" in page
    assert "You asked us to wait." in page
    assert "Last email" not in page
    assert "not certain yet" in page
