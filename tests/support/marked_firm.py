"""The personas' firm in a language nobody speaks: all that its people wrote is marked as said by people."""

from datetime import date
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.addresses import Addresses
from tests.support.factories import World
from tests.support.pseudo_language import TAG, said
from tests.support.site import Clock, Site, Work
from tests.webapp.conftest import settings_for
from webapp.database import Database
from webapp.models import (
    Checkpoint,
    HandOver,
    Participation,
    PartOf,
    Playbook,
    Reply,
    Slot,
    Stage,
    Update,
    UpdateKind,
    UsualMilestone,
)
from webapp.services.work.engagements import PlannedStep


def marked_site(app: Flask, sqlite_url: str, home: Path, clock: Clock) -> Site:
    """Two live works; the first has news with a moved date, a step, an ask, and a question waiting."""
    app.extensions["settings"] = settings_for(home, sqlite_url)
    database = app.extensions["database"] = Database(sqlite_url, busy_timeout_ms=500)
    with database.writer() as session:
        world = World.build(session, now=clock.now)
        _mark(world)
        works = [_work(world, reference, title) for reference, title in (("MA-4471", "kitchen"), ("BA-118", "report"))]
        session.commit()
    site = Site(app, app.extensions["settings"], database, clock, world, works[0], works[1])
    _tell_news(site)
    return site


def addresses_of(site: Site) -> Addresses:
    """An address for every rule, about the first work; what was planted with it is marked too."""
    made = Addresses(site, site.kitchen)
    made.numbers["tag"] = TAG
    with site.writing() as session:
        for reply in session.scalars(select(Reply)):
            reply.text = said("When?")
        for brief in session.scalars(select(HandOver)):
            brief.brief = said("Read")
    return made


def _mark(world: World) -> None:
    firm, playbook, session = world.firm, world.playbook, world.session
    firm.name, firm.languages, firm.language = said(firm.name), [TAG], TAG
    for user in (world.alice, world.bob, world.charlie, world.dalia, world.amina):
        user.name, user.language = said(user.name), TAG
    with_labels: list[Playbook | Stage | UsualMilestone] = [playbook, *playbook.stages, *playbook.usual_milestones]
    for labelled in with_labels:
        labelled.labels = _own(labelled.labels)
    playbook.reasons = [{**reason, "labels": _own(reason["labels"])} for reason in playbook.reasons]
    playbook.sentences = [{**sentence, "labels": _own(sentence["labels"])} for sentence in playbook.sentences]
    world.client.name = said(world.client.name)
    world.bennani.name, world.bennani.greeting = said("Maria Bennani"), said("Mrs Bennani")
    world.bennani.language = TAG
    session.flush()


def _own(labels: dict[str, Any]) -> dict[str, str]:
    return {TAG: said(str(labels["en"]))}


def _work(world: World, reference: str, title: str) -> Work:
    steps = [
        PlannedStep(labels=_own({"en": "Cupboards"}), on=date(2026, 4, 20)),
        PlannedStep(labels=_own({"en": "Handover"}), on=date(2026, 4, 24)),
    ]
    engagement, slot = world.open_engagement(reference, title=said(title), steps=steps)
    silent = world.contact(f"Without address {reference}", address=None, phone="+212661000002", language=TAG)
    silent.name = said(silent.name)
    world.session.add(Participation(engagement=engagement, contact=silent, part=PartOf.INFORMED))
    world.session.flush()
    return Work(engagement.id, slot.id, _checkpoint(world.session, slot), world.bennani.id)


def _checkpoint(session: Session, slot: Slot) -> int:
    return session.scalars(select(Checkpoint.id).where(Checkpoint.slot_id == slot.id)).one()


def _tell_news(site: Site) -> None:
    alice, path = site.visitor(site.world.alice), f"/forms/{site.kitchen.checkpoint_id}"
    typed = {
        "done": said("Tiles"), "step_text": said("The carpenter comes"), "ask_text": said("Which tap?"),
        "note": said("Slow tiler"), "dates__1__holds": "no", "dates__1__cause": "other",
        "dates__1__other_name": said("Zellij"), "dates__1__why": said("Taps are late"),
        "dates__1__what_we_do": said("We fetch them"), "dates__1__new_on": "2026-04-28",
    }  # fmt: skip
    answer = alice.post(path, alice.page(path).form(path).filled(**typed))
    assert answer.status_code == 303, answer.text
    site.clock.on(days=1, hours=7)
    site.advance(site.kitchen)
    alice.sign_in(site.world.alice)
    wrong = f"/updates/{site.all(Update, Update.kind == UpdateKind.REGULAR)[0].id}/correct"
    answer = alice.post(wrong, alice.page(wrong).form("/correct").filled(done=said("Floor tiles")))
    assert answer.status_code == 303, answer.text
