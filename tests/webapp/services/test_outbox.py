"""The outbox: who may touch a mail when, and that none is sent twice, lost, or sent to somebody who said stop."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from emails import contexts
from tests.factories import World
from webapp.database import Database
from webapp.models import (
    AddressState,
    Contact,
    Engagement,
    EngagementState,
    Firm,
    MailState,
    OutboxEmail,
    Participation,
    Task,
    TaskKind,
    Telling,
    TellingState,
    UpdateKind,
    User,
)
from webapp.services import outbox, posting, tasks, telling
from webapp.services.mail_kinds import MAIL_KINDS
from webapp.services.outbox import Claim

LEASE = timedelta(seconds=120)
DOUBT = timedelta(seconds=540)


@dataclass(frozen=True)
class Box:
    """The outbox as workers and the clock use it: each act in a transaction of its own."""

    database: Database

    def do(self, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        with self.database.writer() as session:
            result = act(session, *given, **named)
            session.commit()
            return result

    def claim(self, now: datetime) -> Claim | None:
        return self.do(outbox.claim, now=now, lease=LEASE)  # type: ignore[no-any-return]

    def claimed(self, now: datetime) -> Claim:
        held = self.claim(now)
        assert held is not None
        return held

    def transmitting(self, now: datetime) -> Claim:
        held = self.claimed(now)
        assert self.do(outbox.begin, held, now=now)
        return held

    def sweep(self, now: datetime) -> int:
        return self.do(outbox.sweep, now=now, unknown_after=DOUBT)  # type: ignore[no-any-return]

    def see(self, look: Callable[[Session], Any]) -> Any:
        with self.database.reader() as session:
            return look(session)

    def mail(self, number: int = 1) -> OutboxEmail:
        return self.see(lambda session: session.get_one(OutboxEmail, number))  # type: ignore[no-any-return]

    def telling(self) -> Telling:
        return self.see(lambda session: session.scalars(select(Telling).order_by(Telling.id)).first())  # type: ignore[no-any-return]

    def open_tasks(self) -> list[TaskKind]:
        return self.see(lambda session: [task.kind for task in tasks.waiting(session)])  # type: ignore[no-any-return]


@pytest.fixture
def box(session: Session, world: World, database: Database) -> Box:
    """One welcome mail to Mrs Bennani is queued, as mail 1, carrying telling 1."""
    world.open_engagement()
    session.commit()
    return Box(database)


def letters(world: World, count: int, **given: Any) -> list[OutboxEmail]:
    """Mails to alice that need no rendering."""
    made = []
    for number in range(count):
        fields: dict[str, Any] = {
            "kind": "day_mail",
            "dedupe_key": f"letter:{number}:{given.get('priority', 30)}",
            "priority": 30,
            "to_name": "Alice",
            "to_address": "alice@darrenov.example",
            "language": "en",
            "subject": "Today",
            "html": "<p>Today</p>",
            "text": "Today",
            "message_id": posting.new_message_id(),
            "dated_at": world.now,
            "user_id": world.alice.id,
            "not_before": world.now,
            "expires_at": world.now + timedelta(hours=8),
            "queued_at": world.now,
            **given,
        }
        made.append(OutboxEmail(**fields))
    world.session.add_all(made)
    world.session.flush()
    return made


def test_workers_who_claim_at_the_same_time_never_get_the_same_mail(
    session: Session, world: World, database: Database
) -> None:
    made = {mail.id for mail in letters(world, 40)}
    session.commit()
    box = Box(database)

    def drain() -> list[Claim]:
        mine = []
        while (held := box.claim(world.now)) is not None:
            mine.append(held)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [held for done in [pool.submit(drain) for _ in range(4)] for held in done.result()]

    assert sorted(held.id for held in taken) == sorted(made)
    assert {held.attempt for held in taken} == {1}


def test_a_second_worker_on_postgresql_takes_the_next_mail_without_waiting(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        letters(World.build(session, now=now), 2)
        session.commit()

    with database.writer() as one, database.writer() as two:
        first = outbox.claim(one, now=now, lease=LEASE)
        second = outbox.claim(two, now=now, lease=LEASE)
        third = outbox.claim(two, now=now, lease=LEASE)

    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert third is None
    database.dispose()


def test_the_most_urgent_mail_goes_first(session: Session, world: World, database: Database) -> None:
    (slow,) = letters(world, 1, priority=30)
    (quick,) = letters(world, 1, priority=0)
    session.commit()
    box = Box(database)

    order = [box.claimed(world.now).id, box.claimed(world.now).id]

    assert order == [quick.id, slow.id]


def test_a_mail_waits_for_its_time_and_is_not_claimed_after_it_expired(
    session: Session, world: World, database: Database
) -> None:
    letters(world, 1, not_before=world.now + timedelta(hours=1), expires_at=world.now + timedelta(hours=2))
    session.commit()
    box = Box(database)

    assert box.claim(world.now + timedelta(minutes=59)) is None
    assert box.claim(world.now + timedelta(hours=2)) is None
    assert box.claim(world.now + timedelta(hours=1)) is not None


def test_nothing_is_claimed_while_the_firm_has_paused_sending(box: Box, world: World, session: Session) -> None:
    world.firm.sending_paused_at, world.firm.sending_paused_why = world.now, "smtp"
    session.commit()

    assert box.claim(world.now) is None


def test_an_accepted_mail_is_sent_and_its_contact_told(box: Box, now: datetime) -> None:
    held = box.transmitting(now)

    assert box.do(outbox.sent, held, now=now, answer="250 2.0.0 queued as 4F2")

    mail = box.mail()
    assert (mail.state, mail.answer, mail.finished_at) == (MailState.SENT, "250 2.0.0 queued as 4F2", now)
    assert (box.telling().state, box.telling().told_at) == (TellingState.TOLD, now)
    assert box.claim(now + timedelta(days=1)) is None


def test_a_lease_that_runs_out_puts_the_mail_back(box: Box, now: datetime) -> None:
    first = box.claimed(now)

    box.sweep(now + LEASE)
    kept = box.mail().state
    box.sweep(now + LEASE + timedelta(seconds=1))
    second = box.claimed(now + LEASE + timedelta(seconds=1))

    assert kept is MailState.CLAIMED
    assert (first.attempt, second.attempt) == (1, 2)


STALE_ACTS: dict[str, Callable[[Session, Claim, datetime], bool]] = {
    "begin": lambda session, held, now: outbox.begin(session, held, now=now),
    "sent": lambda session, held, now: outbox.sent(session, held, now=now, answer="250 ok"),
    "retry": lambda session, held, now: outbox.retry(session, held, now=now, answer="451 later"),
    "release": lambda session, held, now: outbox.release(session, held, now=now),
    "refuse": lambda session, held, now: outbox.refuse(session, held, now=now, answer="550 no", is_recipient=True),
    "lost_sight": lambda session, held, now: outbox.lost_sight(session, held, now=now),
}


@pytest.mark.parametrize("act", STALE_ACTS)
@pytest.mark.parametrize("is_transmitting", [False, True])
def test_a_worker_whose_attempt_is_over_changes_nothing(
    box: Box, now: datetime, act: str, *, is_transmitting: bool
) -> None:
    stale = box.claimed(now)
    later = now + LEASE + timedelta(seconds=1)
    box.sweep(later)
    fresh = box.claimed(later)
    if is_transmitting:
        assert box.do(outbox.begin, fresh, now=later)
    before = box.mail()

    changed = box.do(STALE_ACTS[act], stale, later)

    assert changed is False
    after = box.mail()
    assert (after.state, after.attempt, after.lease_until) == (before.state, before.attempt, before.lease_until)
    assert box.telling().state is TellingState.DUE
    assert box.open_tasks() == []


def test_a_worker_whose_lease_was_taken_back_cannot_begin(box: Box, now: datetime) -> None:
    stale = box.claimed(now)
    box.sweep(now + LEASE + timedelta(seconds=1))

    assert box.do(outbox.begin, stale, now=now + LEASE + timedelta(seconds=2)) is False
    assert box.mail().state is MailState.QUEUED


def test_a_mail_that_began_cannot_begin_again(box: Box, now: datetime) -> None:
    held = box.transmitting(now)

    assert box.do(outbox.begin, held, now=now) is False


def test_a_mail_in_transmission_too_long_is_unknown_and_somebody_hears(box: Box, now: datetime) -> None:
    box.transmitting(now)

    box.sweep(now + DOUBT)
    waiting = box.mail().state
    box.sweep(now + DOUBT + timedelta(seconds=1))

    assert waiting is MailState.TRANSMITTING
    assert box.mail().state is MailState.UNKNOWN
    assert box.telling().state is TellingState.DUE
    assert box.open_tasks() == [TaskKind.MAIL_UNKNOWN]


def test_an_unknown_mail_is_never_sent_again_by_itself(box: Box, now: datetime) -> None:
    held = box.transmitting(now)
    box.do(outbox.lost_sight, held, now=now)

    for days in range(10):
        box.sweep(now + timedelta(days=days))

        assert box.claim(now + timedelta(days=days)) is None
    assert box.do(outbox.begin, held, now=now) is False
    assert box.do(outbox.release, held, now=now) is False
    assert box.do(outbox.retry, held, now=now, answer="") is False
    assert box.mail().state is MailState.UNKNOWN


def test_a_late_acceptance_of_the_same_attempt_settles_an_unknown_mail(box: Box, now: datetime) -> None:
    held = box.transmitting(now)
    box.sweep(now + DOUBT + timedelta(seconds=1))

    late = box.do(outbox.sent, held, now=now + timedelta(minutes=10), answer="250 ok")

    assert late is True
    assert box.mail().state is MailState.SENT
    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_a_person_says_that_an_unknown_mail_arrived(box: Box, world: World) -> None:
    held = box.transmitting(world.now)
    box.do(outbox.lost_sight, held, now=world.now)

    def say(session: Session) -> bool:
        return outbox.arrived(session, session.get_one(OutboxEmail, 1), now=world.now, by=world.dalia)

    assert box.do(say) is True
    assert box.do(say) is False
    assert box.mail().state is MailState.SENT
    assert box.telling().state is TellingState.TOLD
    closed = box.see(lambda session: session.scalars(select(Task)).one())
    assert (closed.done_at, closed.done_by_id) == (world.now, world.dalia.id)


def test_a_mail_that_was_never_in_doubt_cannot_be_said_to_have_arrived(box: Box, now: datetime) -> None:
    def say(session: Session) -> bool:
        return outbox.arrived(session, session.get_one(OutboxEmail, 1), now=now, by=None)

    assert box.do(say) is False
    assert box.mail().state is MailState.QUEUED


def _stop(part: Participation, now: datetime) -> None:
    part.stopped_at = now


def _pause(part: Participation, now: datetime) -> None:
    part.paused_until = now.date() + timedelta(days=1)


def _close(part: Participation, now: datetime) -> None:
    part.engagement.state, part.engagement.closed_at = EngagementState.CLOSED, now


def _rest(part: Participation, _now: datetime) -> None:
    part.engagement.state = EngagementState.PAUSED


@pytest.mark.parametrize(("forbid", "why"), [(_stop, "stopped"), (_pause, "paused"), (_close, "closed"), (_rest, "paused")])
def test_what_was_forbidden_after_the_claim_is_not_sent(
    box: Box, now: datetime, forbid: Callable[[Participation, datetime], None], why: str
) -> None:
    held = box.claimed(now)
    box.do(lambda session: forbid(session.get_one(Participation, 1), now))

    began = box.do(outbox.begin, held, now=now)

    assert began is False
    assert box.mail().state is MailState.CANCELLED
    assert (box.telling().state, box.telling().skipped_why) == (TellingState.SKIPPED, why)
    assert box.claim(now + timedelta(days=1)) is None


def test_a_mail_whose_address_changed_after_the_claim_never_gets_there_and_somebody_phones(
    box: Box, now: datetime
) -> None:
    held = box.claimed(now)

    def move(session: Session) -> None:
        session.get_one(Contact, 1).address = "new@bennani.example"

    box.do(move)

    assert box.do(outbox.begin, held, now=now) is False
    assert box.mail().state is MailState.CANCELLED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


def test_a_mail_that_expired_after_the_claim_becomes_a_phone_call(box: Box, now: datetime) -> None:
    late = now + MAIL_KINDS["welcome"].lives
    held = box.claimed(late - timedelta(seconds=1))

    assert box.do(outbox.begin, held, now=late) is False
    assert box.mail().state is MailState.EXPIRED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_EXPIRED]


def test_a_mail_refused_for_now_is_not_sent_after_its_reader_stopped_meanwhile(box: Box, now: datetime) -> None:
    held = box.transmitting(now)
    box.do(lambda session: telling.stopped(session, _stopped_part(session, now), now=now))

    box.do(outbox.retry, held, now=now, answer="451 later")
    again = box.claimed(now + timedelta(minutes=2))

    assert box.do(outbox.begin, again, now=now + timedelta(minutes=2)) is False
    assert box.mail().state is MailState.CANCELLED


def _stopped_part(session: Session, now: datetime) -> Participation:
    part = session.get_one(Participation, 1)
    part.stopped_at = now
    session.flush()
    return part


def test_a_stop_that_is_being_saved_holds_back_a_worker_at_the_line(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        World.build(session, now=now).open_engagement()
        session.commit()
    box = Box(database)
    held = box.claimed(now)

    with database.writer() as stopping, ThreadPoolExecutor(1) as pool:
        _stopped_part(stopping, now)
        begins = pool.submit(box.do, outbox.begin, held, now=now)
        wait([begins], timeout=0.5)
        stopping.commit()
        began = begins.result()

    assert began is False
    assert box.mail().state is MailState.CANCELLED
    database.dispose()


def test_the_last_mail_of_closed_work_still_goes(session: Session, world: World, database: Database) -> None:
    (mail,) = letters(world, 1, kind="closing", contact_id=world.bennani.id, to_address=world.bennani.address)
    engagement = world.engagement()
    engagement.state = EngagementState.CLOSED
    mail.engagement, mail.user_id = engagement, None
    session.commit()
    box = Box(database)

    held = box.claimed(world.now)

    assert box.do(outbox.begin, held, now=world.now) is True


@pytest.mark.parametrize("kind", [kind for kind, rule in MAIL_KINDS.items() if rule.to_client and not rule.obeys_stop])
def test_an_answer_a_receipt_and_a_fresh_link_reach_somebody_who_stopped(
    session: Session, world: World, database: Database, kind: str
) -> None:
    engagement = world.engagement()
    engagement.state = EngagementState.OPEN
    world.participation(engagement).stopped_at = world.now
    (mail,) = letters(world, 1, kind=kind, contact_id=world.bennani.id, to_address=world.bennani.address)
    mail.engagement, mail.user_id = engagement, None
    session.commit()
    box = Box(database)

    held = box.claimed(world.now)

    assert box.do(outbox.begin, held, now=world.now) is True


@pytest.mark.parametrize("change", ["left", "moved"])
def test_a_colleague_who_left_or_has_another_address_gets_nothing_more(
    session: Session, world: World, database: Database, change: str
) -> None:
    letters(world, 1)
    session.commit()
    box = Box(database)
    held = box.claimed(world.now)

    def alter(session: Session) -> None:
        alice = session.get_one(User, world.alice.id)
        if change == "left":
            alice.is_active = False
        else:
            alice.address = "alice@elsewhere.example"

    box.do(alter)

    assert box.do(outbox.begin, held, now=world.now) is False
    assert box.mail().state is MailState.CANCELLED


def test_refusals_for_now_wait_longer_each_time(box: Box, now: datetime) -> None:
    waits = []
    moment = now
    while (held := box.claim(moment)) is not None:
        box.do(outbox.begin, held, now=moment)
        box.do(outbox.retry, held, now=moment, answer="451 4.7.1 greylisted")
        next_try = box.mail().not_before
        waits.append((next_try - moment) / timedelta(minutes=1))
        moment = next_try

    steps = [1, 5, 15, 30, 60, 120, 240, 360]
    for waited, step in zip(waits, steps, strict=False):
        assert step <= waited <= step * 1.2
    assert all(360 <= waited <= 432 for waited in waits[8:])
    assert len(waits) > len(steps)
    assert box.mail().refusals == len(waits)


def test_a_mail_refused_until_it_expires_becomes_a_phone_call(box: Box, now: datetime) -> None:
    held = box.transmitting(now)
    box.do(outbox.retry, held, now=now, answer="451 later")

    box.sweep(now + MAIL_KINDS["welcome"].lives)

    assert box.mail().state is MailState.EXPIRED
    assert box.telling().state is TellingState.BY_PHONE
    assert TaskKind.MAIL_EXPIRED in box.open_tasks()


def test_staff_hear_once_of_a_mail_refused_for_an_hour(box: Box, world: World) -> None:
    now = world.now
    held = box.transmitting(now)
    box.do(outbox.retry, held, now=now, answer="451 later")

    box.sweep(now + timedelta(hours=1))
    early = box.open_tasks()
    box.sweep(now + timedelta(hours=1, seconds=1))
    heard = box.open_tasks()
    box.do(lambda session: tasks.done(tasks.waiting(session)[0], now=now, by=world.dalia))
    box.sweep(now + timedelta(hours=2))

    assert (early, heard) == ([], [TaskKind.MAIL_REFUSED_LONG])
    assert box.open_tasks() == []
    assert box.telling().state is TellingState.DUE


def test_a_refused_recipient_flags_the_contact_and_makes_a_phone_call(box: Box, now: datetime) -> None:
    held = box.claimed(now)

    assert box.do(outbox.refuse, held, now=now, answer="550 5.1.1 no such user", is_recipient=True)

    assert (box.mail().state, box.mail().answer) == (MailState.FAILED, "550 5.1.1 no such user")
    assert box.see(lambda session: session.get_one(Contact, 1).address_state) is AddressState.REFUSED
    assert box.telling().state is TellingState.BY_PHONE
    assert box.open_tasks() == [TaskKind.MAIL_FAILED]


def test_a_refused_text_does_not_flag_the_contact(box: Box, now: datetime) -> None:
    held = box.transmitting(now)

    assert box.do(outbox.refuse, held, now=now, answer="554 content", is_recipient=False)

    assert box.mail().state is MailState.FAILED
    assert box.see(lambda session: session.get_one(Contact, 1).address_state) is AddressState.FINE
    assert box.telling().state is TellingState.BY_PHONE


def test_the_task_of_a_failed_mail_is_done_once_the_contact_was_phoned(box: Box, world: World) -> None:
    held = box.claimed(world.now)
    box.do(outbox.refuse, held, now=world.now, answer="550 no", is_recipient=True)

    box.do(lambda session: telling.by_phone(session, session.get_one(Telling, 1), by=world.alice, now=world.now))

    assert box.telling().state is TellingState.TOLD
    assert box.open_tasks() == []


def test_released_mail_is_due_again_at_once_and_counts_no_refusal(box: Box, now: datetime) -> None:
    held = box.claimed(now)

    assert box.do(outbox.release, held, now=now)

    assert (box.mail().state, box.mail().refusals) == (MailState.QUEUED, 0)
    assert box.claimed(now).attempt == 2


def test_nothing_expires_while_nobody_said_whether_a_jumped_clock_is_right(box: Box, now: datetime) -> None:
    def pause(session: Session) -> None:
        firm = session.get_one(Firm, 1)
        firm.sending_paused_at, firm.sending_paused_why = now, "clock_jumped"

    box.do(pause)

    box.sweep(now + timedelta(days=365))

    assert box.mail().state is MailState.QUEUED


def test_a_dedupe_key_makes_a_second_row_impossible(session: Session, world: World) -> None:
    letters(world, 1)

    with pytest.raises(IntegrityError):
        letters(world, 1)
    session.rollback()


def test_a_telling_is_made_once_for_an_update_and_a_contact(session: Session, world: World) -> None:
    world.open_engagement()
    told = session.scalars(select(Telling)).one()

    session.add(Telling(update_id=told.update_id, contact_id=told.contact_id, state=TellingState.DUE))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_posting_under_a_known_key_returns_the_first_mail(session: Session, world: World) -> None:
    context = contexts.Invitation(language="en", brand=contexts.Brand(name="Dar Renov"), recipient="Alice", url="x")

    first = posting.to_user(session, "invitation", "invitation:1", context, world.alice, now=world.now)
    second = posting.to_user(session, "invitation", "invitation:1", context, world.alice, now=world.now)

    assert second is first
    assert session.scalars(select(OutboxEmail)).all() == [first]


def test_a_mail_that_cannot_be_written_is_held_and_the_others_flow(
    session: Session, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    render = posting.rendering.render

    def fails_for_zohra(context: Any) -> Any:
        if context.recipient == "Zohra":
            raise RuntimeError("cannot be drawn")
        return render(context)

    monkeypatch.setattr(posting.rendering, "render", fails_for_zohra)
    zohra = world.contact("Zohra")
    world.open_engagement(contacts=[(zohra, "decides"), (world.bennani, "informed")])
    session.commit()
    box = Box(database)

    held = box.transmitting(world.now)

    states = box.see(lambda session: {mail.to_name: mail.state for mail in session.scalars(select(OutboxEmail))})
    assert states == {"Zohra": MailState.HELD, "Maria Bennani": MailState.TRANSMITTING}
    assert box.open_tasks() == [TaskKind.MAIL_HELD]
    assert box.mail(held.id).to_name == "Maria Bennani"
    assert box.claim(world.now) is None


def test_every_kind_of_mail_that_clients_are_told_by_has_its_rule() -> None:
    assert set(telling.KIND_OF_MAIL) == set(UpdateKind)
    told = set(telling.KIND_OF_MAIL.values())
    assert told <= set(MAIL_KINDS)
    assert {kind for kind, rule in MAIL_KINDS.items() if rule.obeys_stop} == told
    assert {kind for kind, rule in MAIL_KINDS.items() if rule.is_regular} == told
    assert all(MAIL_KINDS[kind].to_client and MAIL_KINDS[kind].makes_task for kind in told)


def test_a_sign_in_code_and_a_fresh_link_do_not_obey_stop_and_go_before_news() -> None:
    for kind in ("sign_in", "fresh_link", "receipt"):
        assert not MAIL_KINDS[kind].obeys_stop
        assert not MAIL_KINDS[kind].is_quiet
        assert MAIL_KINDS[kind].priority < MAIL_KINDS["client_update"].priority


def test_an_engagement_is_locked_while_its_mail_begins(postgres_url: str, now: datetime) -> None:
    database = Database(postgres_url)
    with database.writer() as session:
        World.build(session, now=now).open_engagement()
        session.commit()
    box = Box(database)
    held = box.claimed(now)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert box.do(outbox.begin, held, now=now)

    for table in (Contact, Engagement, Participation):
        assert any(f"FROM {table.__tablename__}" in text and "FOR SHARE" in text for text in statements)
    database.dispose()
