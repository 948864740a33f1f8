"""Engagements: starting one from a playbook, switching it live, resting, closing, changing owner and rhythm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.models import (
    Client,
    Contact,
    Engagement,
    EngagementState,
    Fact,
    HandOver,
    Labels,
    Milestone,
    Participation,
    PartOf,
    Playbook,
    Slot,
    Stage,
    Task,
    TaskKind,
    User,
)
from webapp.services.calendar import firm_calendar, stand_ins
from webapp.services.core import audits, locks, tasks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.core.firm import known_firm
from webapp.services.dates import ledger, to_tell
from webapp.services.dates.ledger import When
from webapp.services.mail import queueing
from webapp.services.promised import planning, redating
from webapp.services.promised.redating import Redated
from webapp.services.rhythm import cadences, schedule
from webapp.services.updates import releases, renewing, untold
from webapp.timezones import local

RESTS_DAYS = 20
AT_ONCE = 50


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A milestone of a new engagement: its labels and the date agreed at the sale."""

    labels: Labels
    on: date | None


def can_act(user: User, engagement: Engagement, *, on: date, is_by_mail: bool = False) -> bool:
    """Who may change an engagement on a day: its owner, whoever stands in for them, managers and admins. Viewers only
    look. Through the link of a mail (`is_by_mail`), which may have been forwarded, nobody reaches work that they do
    not look after."""
    if user.role.leads and not is_by_mail:
        return True
    owner = engagement.owner
    if not user.role.acts or owner is None:
        return False
    return owner.id == user.id or stand_ins.on_duty(owner, on).id == user.id


def get(session: Session, engagement_id: int) -> Engagement:
    """The engagement; NotFound where there is none."""
    engagement = session.get(Engagement, engagement_id)
    if engagement is None:
        raise NotFound
    return engagement


def get_acting(session: Session, engagement_id: int, user: User, *, on: date, is_by_mail: bool = False) -> Engagement:
    """The engagement, for somebody who may act on it; NotFound, the same answer, where they may not."""
    engagement = get(session, engagement_id)
    if not can_act(user, engagement, on=on, is_by_mail=is_by_mail):
        raise NotFound
    return engagement


def enter_stage(session: Session, engagement: Engagement, stage: Stage, *, by: User, now: datetime) -> None:
    """The work goes on to another stage of its playbook; from that day it counts how long it stays there."""
    if stage.playbook_id != engagement.playbook_id:
        raise NotFound
    if engagement.stage_id == stage.id:
        return
    engagement.stage, engagement.stage_since = stage, local(now, engagement.cadence["zone"]).date()
    audits.note(session, "stage_entered", engagement, now=now, by=by, stage=stage.position)


def start(
    session: Session,
    *,
    reference: str,
    title: str,
    client: Client,
    playbook: Playbook,
    owner: User | None,
    contacts: Sequence[tuple[Contact, PartOf]],
    steps: Sequence[PlannedStep],
    cadence: dict[str, Any],
    facts: Sequence[str] = (),
    stage: Stage | None = None,
    by: User | None,
    now: datetime,
    origin: str = "engagement",
) -> Engagement:
    """A new engagement, as a draft: nothing is mailed before it is switched live. What was promised at the sale
    becomes the first promise of each step."""
    _check_may_own(owner)
    if session.scalar(select(Engagement.id).where(Engagement.reference == reference)) is not None:
        raise Refused("engagement.reference_taken", field="reference")
    engagement = Engagement(
        reference=reference,
        title=title,
        client=client,
        playbook=playbook,
        owner=owner,
        stage=stage or (playbook.stages[0] if playbook.stages else None),
        state=EngagementState.DRAFT,
        cadence=cadence,
        thread_id=queueing.new_message_id(),
        created_at=now,
    )
    session.add(engagement)
    for contact, part in contacts:
        engagement.participations.append(Participation(contact=contact, part=part))
    session.flush()
    for position, step in enumerate(steps, start=1):
        milestone = Milestone(engagement_id=engagement.id, position=position, labels=step.labels)
        engagement.milestones.append(milestone)
        session.flush()
        if step.on is not None:
            ledger.promise(session, milestone, When(starts_on=step.on), by=by, now=now, origin=origin)
    for text in facts:
        session.add(Fact(engagement_id=engagement.id, text=text, source=origin, known_at=now))
    audits.note(session, "started", engagement, now=now, by=by)
    session.flush()
    return engagement


def go_live(
    session: Session, engagement: Engagement, *, by: User | None, now: datetime, first_after: date | None = None
) -> Slot:
    """Switch an engagement live: the welcome goes out and the first slot is planned. `first_after` puts the first
    update later, so that many engagements switched live together do not all report on one day."""
    if engagement.state is not EngagementState.DRAFT:
        raise Refused("engagement.not_draft")
    if not engagement.participations:
        raise Refused("engagement.nobody_to_tell")
    engagement.state, engagement.opened_at = EngagementState.OPEN, now
    engagement.stage_since = local(now, engagement.cadence["zone"]).date()
    slot = _first_slot(session, engagement, now=now, after=first_after)
    if not _welcome_after_all(session, engagement, slot, now=now):
        releases.welcome(
            session, engagement, next_news_at=slot.promised_by, facts=_facts(session, engagement), by=by, now=now
        )
    if engagement.owner is None:
        tasks.raise_once(session, TaskKind.UNOWNED, str(engagement.id), now=now, engagement=engagement)
    audits.note(session, "opened", engagement, now=now, by=by)
    return slot


def not_live_after_all(session: Session, engagement: Engagement, *, by: User | None, now: datetime) -> None:
    """Take back that a work was switched live, as long as nobody has its welcome: it is a draft again."""
    locks.hold(session, engagement.id)
    if engagement.state is not EngagementState.OPEN:
        raise Refused("engagement.not_open")
    if not renewing.unsay_welcome(session, engagement, now=now):
        raise Refused("bulk.was_told")
    planning.pause_slots(session, engagement, now=now, why="paused")
    engagement.state, engagement.opened_at = EngagementState.DRAFT, None
    _owned_or_not_asked(session, engagement, by=by, now=now)
    audits.note(session, "draft_again", engagement, now=now, by=by)


def spread(engagements: Sequence[Engagement], *, now: datetime, over_days: int = 5) -> list[tuple[Engagement, date]]:
    """Works that are switched live together, each with the day after which its first update comes: they are spread
    over the coming days."""
    return [
        (engagement, local(now, engagement.cadence["zone"]).date() + timedelta(days=number % over_days))
        for number, engagement in enumerate(engagements)
    ]


def go_live_together(
    session: Session, engagements: Sequence[Engagement], *, by: User | None, now: datetime, over_days: int = 5
) -> int:
    """Switch several live: their first updates are spread over the coming days."""
    for engagement, first_after in spread(engagements, now=now, over_days=over_days):
        go_live(session, engagement, by=by, now=now, first_after=first_after)
    return len(engagements)


def rest(session: Session, engagement: Engagement, *, words: str, by: User, now: datetime) -> None:
    """Pause an open engagement. The clients are told, so that no promised news stays open; where nobody has read the
    welcome yet, nobody is told anything before it goes on."""
    locks.hold(session, engagement.id)
    if engagement.state is not EngagementState.OPEN:
        raise Refused("engagement.not_open")
    planning.pause_slots(session, engagement, now=now, why="paused")
    engagement.state = EngagementState.PAUSED
    told_by = renewing.take_back_resumed(session, engagement, now=now)
    engagement.hear_by = told_by or hears_by(session, engagement, now=now)
    if told_by is None and not renewing.take_back_welcome(session, engagement, now=now):
        releases.closing(session, engagement, is_pause=True, words=words, by=by, now=now)
    audits.note(session, "paused", engagement, now=now, by=by)


def hears_by(session: Session, engagement: Engagement, *, now: datetime) -> datetime:
    """When the clients of work that rests hear again, at the latest: four working weeks on, at its rhythm's hour."""
    cadence, calendar = cadences.load(engagement.cadence), firm_calendar.of_firm(known_firm(session))
    on = calendar.add(local(now, cadence.zone).date(), RESTS_DAYS)
    return schedule.slot_times(cadence, on, calendar=calendar).promised_by


def say_it_rests(session: Session, *, now: datetime) -> int:
    """Whoever was told that work rests hears that it still does, at the hour that was promised, and its owner is asked
    about it. Returns how many works."""
    due = session.scalars(
        select(Engagement.id)
        .where(Engagement.state == EngagementState.PAUSED, Engagement.hear_by <= now)
        .order_by(Engagement.id)
        .limit(AT_ONCE)
    ).all()
    for number in due:
        engagement = locks.hold(session, number, is_patient=False)
        if engagement is None or engagement.state is not EngagementState.PAUSED or not _is_due(engagement, now):
            continue
        engagement.hear_by = hears_by(session, engagement, now=now)
        releases.closing(session, engagement, is_pause=True, is_still=True, words="", by=None, now=now)
        tasks.raise_once(session, TaskKind.STILL_RESTS, f"{number}:{now.date()}", now=now, engagement=engagement)
    return len(due)


def _is_due(engagement: Engagement, now: datetime) -> bool:
    return engagement.hear_by is not None and engagement.hear_by <= now


def resume(session: Session, engagement: Engagement, *, by: User, now: datetime) -> Slot:
    """Go on with a paused engagement: the next slot comes from the rule, counted from today. Who was told that it rests
    is told now that it goes on; where nobody read that yet, nobody hears of either."""
    locks.hold(session, engagement.id)
    if engagement.state is not EngagementState.PAUSED:
        raise Refused("engagement.not_paused")
    engagement.state, engagement.hear_by = EngagementState.OPEN, None
    to_tell.begin_anew(session, to_tell.untold(session, engagement), now=now)
    audits.note(session, "resumed", engagement, now=now, by=by)
    is_unsaid = renewing.take_back_pause(session, engagement, now=now)
    slot = planning.put_back(session, engagement, now=now) if is_unsaid else None
    slot = slot or _first_slot(session, engagement, now=now, after=None)
    if not _welcome_after_all(session, engagement, slot, now=now) and not is_unsaid:
        releases.changed(session, engagement, is_resumed=True, by=by, now=now)
    return slot


def _welcome_after_all(session: Session, engagement: Engagement, slot: Slot, *, now: datetime) -> bool:
    frozen = releases.welcome_snapshot(
        session, engagement, next_news_at=slot.promised_by, facts=_facts(session, engagement), now=now
    )
    return renewing.welcome_after_all(session, engagement, frozen, now=now)


def _facts(session: Session, engagement: Engagement) -> tuple[str, ...]:
    known = select(Fact.text).where(Fact.engagement_id == engagement.id).order_by(Fact.id)
    return tuple(session.scalars(known))


def close(session: Session, engagement: Engagement, *, words: str, by: User, now: datetime) -> None:
    """End an engagement with a last mail. Its pages live on for a while and say that the work is done."""
    locks.hold(session, engagement.id)
    if engagement.state not in (EngagementState.OPEN, EngagementState.PAUSED):
        raise Refused("engagement.not_open")
    if untold.untold(session, engagement):
        raise Refused("engagement.untold_moves")
    planning.pause_slots(session, engagement, now=now, why="closed")
    untold.forget(session, engagement, now=now)
    engagement.state, engagement.closed_at, engagement.hear_by = EngagementState.CLOSED, now, None
    if not renewing.take_back_welcome(session, engagement, now=now):
        releases.closing(session, engagement, is_pause=False, words=words, by=by, now=now)
    audits.note(session, "closed", engagement, now=now, by=by)


def hand_over(
    session: Session,
    engagement: Engagement,
    to: User,
    *,
    brief: str,
    introduction: str,
    tells: bool = False,
    by: User,
    now: datetime,
) -> HandOver:
    """Change the owner. What the next person must know is asked for; they are introduced once, by the next mail or,
    with `tells`, by one of its own now."""
    if engagement.owner_id == to.id:
        raise Refused("handover.same_owner", field="owner")
    if not brief.strip():
        raise Refused("handover.needs_brief", field="brief")
    _check_may_own(to)
    handover = HandOver(
        engagement_id=engagement.id,
        from_user_id=engagement.owner_id,
        to_user_id=to.id,
        brief=brief.strip(),
        introduction=introduction.strip() or None,
        made_at=now,
        introduced_at=now if engagement.state is EngagementState.DRAFT else None,
    )
    session.add(handover)
    engagement.owner = to
    _owned_or_not_asked(session, engagement, by=by, now=now)
    audits.note(session, "handed_over", engagement, now=now, by=by, to=to.id)
    session.flush()
    if tells:
        releases.changed(session, engagement, by=by, now=now)
    else:
        renewing.renew(session, engagement, now=now)
    return handover


def _owned_or_not_asked(session: Session, engagement: Engagement, *, by: User | None, now: datetime) -> None:
    """Nobody has to find an owner any more."""
    unowned = select(Task).where(Task.kind == TaskKind.UNOWNED, Task.engagement_id == engagement.id)
    for task in session.scalars(unowned):
        tasks.done(task, now=now, by=by)


def _check_may_own(user: User | None) -> None:
    if user is not None and not user.may_own_work:
        raise Refused("handover.only_looks", field="owner", name=user.name)


def change_rhythm(
    session: Session, engagement: Engagement, cadence: dict[str, Any], *, tells: bool = False, by: User, now: datetime
) -> Redated | None:
    """A new rhythm. Only the planned slot moves, and not away from an hour that clients have in writing, unless they
    are told (`tells`) when the news comes instead."""
    locks.hold(session, engagement.id)
    engagement.cadence = cadence
    redated = redating.redate(session, engagement, now=now, tells=tells, by=by)
    audits.note(session, "rhythm_changed", engagement, now=now, by=by)
    return redated


def switch_no_news(
    session: Session, engagement: Engagement, *, is_off: bool, why: str, by: User, now: datetime
) -> None:
    """Switch the no-news mail off, which takes a manager and a reason, or on again."""
    if is_off and (not by.role.leads or not why.strip()):
        raise Refused("engagement.no_news_needs_reason", field="why")
    engagement.is_no_news_off, engagement.no_news_off_why = is_off, why.strip() if is_off else None
    audits.note(session, "no_news_switched", engagement, now=now, by=by, off=is_off)


def drafts(session: Session) -> Sequence[Engagement]:
    return session.scalars(
        select(Engagement).where(Engagement.state == EngagementState.DRAFT).order_by(Engagement.id)
    ).all()


def _first_slot(session: Session, engagement: Engagement, *, now: datetime, after: date | None) -> Slot:
    """The first slot that is still ahead: not one whose sending time passes within the hour."""
    cadence = cadences.load(engagement.cadence)
    today = local(now, cadence.zone).date()
    day = after or today - timedelta(days=1)
    for times in planning.preview(session, engagement, after=day, count=3):
        if times.send_at > now + timedelta(hours=1):
            return planning.plan_next(session, engagement, after=times.on - timedelta(days=1))
    return planning.plan_next(session, engagement, after=today)
