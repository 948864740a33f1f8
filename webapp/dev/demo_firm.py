"""The demo's firm: made by the same services that people's clicks use, some of it dated in the past."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from emails.pieces import Who
from webapp import database
from webapp.database import Database
from webapp.dev.demo_words import CLIENTS, PLAYBOOK, DemoClient
from webapp.models import (
    Engagement,
    Firm,
    Link,
    MailState,
    OutboxEmail,
    PartOf,
    Playbook,
    Purpose,
    ReplyKind,
    Role,
    Stage,
    User,
    UsualMilestone,
)
from webapp.services.calendar.working_days import WorkingDays
from webapp.services.conversation import replies
from webapp.services.dates.ledger import When, Why
from webapp.services.mail import consequences
from webapp.services.people import users
from webapp.services.promised import planning
from webapp.services.reports import checkpoints
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff
from webapp.services.updates.answers import Answers, DateAnswer, Holds, LastStep, NewAsk, NextStep
from webapp.services.work import clients, engagements
from webapp.services.work.engagements import PlannedStep

OWNER = "Salma Idrissi"
OWNER_ADDRESS = "salma@darrenov.example"
ZONE = "Africa/Casablanca"
SEND_AFTER = timedelta(seconds=60)
PROMISED_AFTER = timedelta(seconds=112)
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


def is_missing(opened: Database) -> bool:
    """True before the demo's work was planted."""
    with opened.reader() as session:
        return session.scalar(select(Engagement.id).limit(1)) is None


def found(session: Session, *, now: datetime) -> None:
    """The firm, its people and its playbook."""
    session.add(
        Firm(
            id=1,
            name="Dar Renov",
            colour="#1f5f5b",
            phone="+212522204060",
            mailbox="bonjour@darrenov.example",
            hours=None,
            postal_address="14, rue Ibn Batouta, Casablanca",
            languages=["en", "ary", "az", "fr", "ar", "ru"],
            language="en",
            zone=ZONE,
            working_days=EVERY_DAY,
            days_off=[],
            day_mail_at=time(0, 0),
            last_call_minutes=0,
            notice_minutes=1,
            answer_hours=9,
        )
    )
    session.flush()
    people = [
        (OWNER, OWNER_ADDRESS, Role.ADMIN, "+212661203040"),
        ("Youssef Alami", "youssef@darrenov.example", Role.MANAGER, "+212661203041"),
        ("Karim Tazi", "karim@darrenov.example", Role.STAFF, "+212661203042"),
    ]
    for name, address, role, phone in people:
        made = users.add(session, address=address, name=name, role=role, language="en", phone=phone, by=None, now=now)
        made.joined_at = now
    playbook = Playbook(
        key="renovation",
        labels=PLAYBOOK["labels"],
        cadence=cadences.dump(_weekly(1, time(16, 0), time(18, 0))),
        reasons=PLAYBOOK["reasons"],
        sentences=PLAYBOOK["sentences"],
    )
    playbook.stages = [Stage(position=n, labels=labels) for n, labels in enumerate(PLAYBOOK["stages"], start=1)]
    playbook.usual_milestones = [
        UsualMilestone(position=n, labels=labels, offset_days=offset)
        for n, (labels, offset) in enumerate(PLAYBOOK["milestones"], start=1)
    ]
    session.add(playbook)
    session.flush()


def plant(opened: Database) -> None:
    """The running work: two clients who heard a few days ago, and one whose news is due in two minutes."""
    with opened.writer() as session:
        now = database.now(session)
        for words in CLIENTS:
            _work(session, words, now=now)
        _deliver_what_was(session, now=now)
        session.commit()


def _work(session: Session, words: DemoClient, *, now: datetime) -> None:
    """One engagement: started ten days ago, one update a few days ago, the next one ahead."""
    here = now.astimezone(ZoneInfo(ZONE))
    if words.is_due:
        send_at, promised_by = _soon(here)
        weekday = send_at.weekday()
        cadence = _weekly(weekday, send_at.time(), promised_by.time())
    else:
        cadence = _weekly((here.weekday() + words.days_ahead) % 7, time(16, 0), time(18, 0))
    begun = now - timedelta(days=10)
    playbook = session.scalars(select(Playbook)).one()
    owner = session.scalars(select(User).where(User.address == words.owner)).one()
    client = clients.add(session, words.client, by=owner, now=begun)
    contact = clients.add_contact(
        session,
        client,
        name=words.contact,
        greeting=words.greeting,
        address=words.address,
        phone=words.phone,
        language=words.language,
        zone=ZONE,
        by=owner,
        now=begun,
    )
    steps = [
        PlannedStep(labels=playbook.usual_milestones[n].labels, on=_working_day(here.date(), days))
        for n, days in enumerate(words.step_days)
    ]
    engagement = engagements.start(
        session,
        reference=words.reference,
        title=words.title,
        client=client,
        playbook=playbook,
        owner=owner,
        contacts=[(contact, PartOf.DECIDES)],
        steps=steps,
        cadence=cadences.dump(cadence),
        facts=words.facts,
        stage=playbook.stages[1],
        by=owner,
        now=begun,
    )
    slot = engagements.go_live(session, engagement, by=owner, now=begun)
    checkpoints.submit(
        session,
        slot.checkpoint,
        _report(words, engagement, here.date()),
        note=words.note,
        based_on=0,
        by=owner,
        now=slot.send_at - timedelta(hours=1),
    )
    planning.advance(session, slot.id, now=slot.send_at)
    if words.question:
        _question(session, engagement, words.question, now=now - timedelta(hours=2))


def _report(words: DemoClient, engagement: Engagement, today: date) -> Answers:
    steps = engagement.milestones
    dates = [DateAnswer(milestone_id=step.id, holds=Holds.YES) for step in steps]
    if words.is_first_done:
        dates[0] = DateAnswer(
            milestone_id=steps[0].id, holds=Holds.DONE, done_on=_working_day(today, words.step_days[0])
        )
    if words.delay_days:
        dates[-1] = DateAnswer(
            milestone_id=steps[-1].id,
            holds=Holds.NO,
            to=When(starts_on=_working_day(today, words.step_days[-1] + words.delay_days)),
            why=Why(
                cause=Who.OTHER,
                other_name=words.delay_who,
                reason_key="supplier",
                why=words.delay_why,
                what_we_do=words.delay_action,
                language=words.language,
            ),
        )
    return Answers(
        language=words.language,
        done=words.done,
        last_step=LastStep.YES,
        step=NextStep(text=words.step, who=Who.US, by=_working_day(today, words.step_by)),
        dates=tuple(dates),
        new_ask=NewAsk(text=words.ask, due_on=_working_day(today, 4)) if words.ask else None,
    )


def _question(session: Session, engagement: Engagement, text: str, *, now: datetime) -> None:
    """A client's question that waits for an answer. It came through a link, like every other."""
    contact = engagement.participations[0].contact
    link = Link(
        nonce=engagement.thread_id.encode()[:16],
        key_number=1,
        purpose=Purpose.PAGE,
        contact=contact,
        engagement=engagement,
        created_at=now,
        revoked_at=now,
    )
    session.add(link)
    session.flush()
    replies.submit(session, link, ReplyKind.QUESTION, text, once=f"demo:{engagement.id}", now=now)


def _deliver_what_was(session: Session, *, now: datetime) -> None:
    """Mails of the past days lie in the inbox from the start: they go out now, with the dates they had, and count as
    told then, so that nobody is alarmed in the first minute."""
    session.flush()
    for mail in session.scalars(select(OutboxEmail).where(OutboxEmail.state == MailState.QUEUED)).all():
        consequences.told(session, mail, now=mail.not_before)
        mail.expires_at += now - mail.not_before
        mail.not_before = now


def _soon(here: datetime) -> tuple[datetime, datetime]:
    """Sending and promised time a moment from now, both on one day."""
    send_at, promised_by = here + SEND_AFTER, here + PROMISED_AFTER
    if promised_by.date() != here.date():
        midnight = datetime.combine(promised_by.date(), time(0), tzinfo=here.tzinfo)
        return midnight, midnight + PROMISED_AFTER
    return send_at, promised_by


def _weekly(weekday: int, send_at: time, promised_by: time) -> Cadence:
    return Cadence(
        every=Every.WEEKLY,
        weekdays=(weekday,),
        anchor=date(2026, 1, 5),
        zone=ZONE,
        send_at=send_at.replace(microsecond=0),
        promised_by=promised_by.replace(microsecond=0),
        day_off=OnDayOff.SEND,
    )


def _working_day(today: date, days: int) -> date:
    """A day about so many days away, never at a weekend: made-up dates should look like real ones."""
    return WorkingDays(weekdays=frozenset({0, 1, 2, 3, 4})).on_or_after(today + timedelta(days=days))
