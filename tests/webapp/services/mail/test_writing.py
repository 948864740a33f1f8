"""What mails are to say is written out in batches, by nobody who holds a lock."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from emails import rendering
from emails.mail import Mail, RenderedEmail
from emails.registry import SAMPLES
from tests.support.factories import World
from webapp.models import MailState, OutboxEmail, TaskKind
from webapp.services.core import tasks
from webapp.services.mail import outbox, queueing, writing

LEASE = timedelta(minutes=2)


def ask(world: World, key: str, kind: str = "day_mail") -> OutboxEmail:
    return queueing.to_user(world.session, kind, key, SAMPLES[kind]("en"), world.alice, now=world.now)


def write(session: Session, world: World) -> list[int]:
    """What one worker does in one turn; the numbers of the mails it wrote."""
    written = [writing.write(mail) for mail in writing.waiting(session, now=world.now)]
    writing.keep(session, written, now=world.now)
    session.expire_all()
    return [mail.id for mail in written]


def test_who_asks_for_a_mail_writes_only_what_is_to_be_said(session: Session, world: World) -> None:
    mail = ask(world, "one")

    assert (mail.subject, mail.html, mail.text) == ("", "", "")
    assert outbox.claim(session, now=world.now, lease=LEASE) is None
    assert writing.count(session) == 1


def test_a_written_mail_is_what_would_have_been_seen_before(session: Session, world: World) -> None:
    mail = ask(world, "one")
    seen = writing.read(mail)

    assert write(session, world) == [mail.id]

    assert mail.says is None
    assert (mail.subject, mail.html, mail.text) == (seen.subject, seen.html, seen.text)
    claim = outbox.claim(session, now=world.now, lease=LEASE)
    assert claim is not None
    assert claim.id == mail.id
    assert write(session, world) == []


def test_what_is_due_is_written_first_and_the_most_urgent_before_the_rest(session: Session, world: World) -> None:
    tomorrow, digest, trouble = ask(world, "one"), ask(world, "two"), ask(world, "three", kind="trouble")
    tomorrow.not_before = world.now + timedelta(days=1)
    session.flush()

    found = [mail.id for mail in writing.waiting(session, now=world.now)]

    assert found == [trouble.id, digest.id, tomorrow.id]
    assert [mail.id for mail in writing.waiting(session, now=world.now, limit=1)] == [trouble.id]


def test_one_that_cannot_be_written_is_held_and_the_others_are_written(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, fine = ask(world, "one"), ask(world, "two", kind="trouble")
    render = rendering.render

    def fail(context: Mail) -> RenderedEmail:
        if rendering.kind_of(context) == "day_mail":
            raise RuntimeError("cannot be drawn")
        return render(context)

    monkeypatch.setattr(rendering, "render", fail)
    write(session, world)

    assert (broken.state, fine.state) == (MailState.HELD, MailState.QUEUED)
    assert fine.html
    (task,) = tasks.waiting(session)
    assert (task.kind, task.outbox_email_id) == (TaskKind.MAIL_HELD, broken.id)
    assert write(session, world) == [], "it waits for a person, not for another try"


def test_what_was_cancelled_meanwhile_or_written_by_another_worker_stays_as_it_is(
    session: Session, world: World
) -> None:
    cancelled, written = ask(world, "one"), ask(world, "two")
    batch = [writing.write(mail) for mail in writing.waiting(session, now=world.now)]
    cancelled.state = MailState.CANCELLED
    written.says, written.subject = None, "by another worker"
    session.flush()

    writing.keep(session, batch, now=world.now)
    session.expire_all()

    assert (cancelled.html, written.subject) == ("", "by another worker")


def test_the_mails_that_wait_to_be_written_are_found_by_their_index(session: Session, world: World) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by the size of the table")
    wanted = select(OutboxEmail.id).where(*writing.IS_WAITING)
    compiled = wanted.compile(session.get_bind(), compile_kwargs={"literal_binds": True})

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()

    assert "ix_outbox_email_unwritten" in str(plan)
