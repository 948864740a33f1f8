"""Mails that cannot be made, a key that cannot be read, and many mails in a row."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import NOW
from tests.support.boxes import letters
from tests.support.factories import World
from tests.support.faults.scene import Scene
from webapp.models import Engagement, Link, OutboxEmail, Purpose

DESCRIPTORS = Path("/proc/self/fd")


def test_a_mail_that_cannot_be_built_fails_alone_with_a_task(scene: Scene) -> None:
    scene.mails(4)
    with scene.database.writer() as session:
        mails = session.scalars(select(OutboxEmail).order_by(OutboxEmail.id)).all()
        mails[0].reply_to_address = "nobody at all"
        mails[1].language = "en\r\nBcc: everybody@evil.example"
        session.add(
            Link(
                nonce=b"n" * 16,
                key_number=99,
                purpose=Purpose.PAGE,
                contact_id=mails[2].contact_id,
                engagement_id=session.scalars(select(Engagement.id)).one(),
                outbox_email_id=mails[2].id,
                created_at=NOW,
            )
        )
        session.commit()

    assert scene.drain() == 1

    assert scene.states() == {"failed": 3, "sent": 1}
    assert scene.waiting() == {"mail_failed": 3}
    assert scene.address_states() == {"fine"}


@pytest.mark.parametrize("text", [None, "not a key"])
def test_a_signing_key_that_cannot_be_used_stops_all_sending_and_fails_no_mail(
    scene: Scene, tmp_path: Path, text: str | None
) -> None:
    scene.mails(2)
    key = tmp_path / "dkim.pem"
    key.write_text(text or "")
    settings = scene.settings(dkim_domain="milepost.example", dkim_key_file=key)
    if text is None:
        key.unlink()

    assert scene.drain(settings=settings) == 0

    assert scene.states() == {"queued": 2}
    assert scene.waiting() == {"sending_stopped": 1}
    scene.start_again()
    assert scene.drain() == 2
    assert scene.waiting() == {}


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="counts descriptors in /proc, which only Linux has")
def test_five_hundred_mails_leave_no_descriptor_open(small_scene: Scene) -> None:
    scene = small_scene
    with scene.database.writer() as session:
        letters(World.build(session, now=NOW), 500)
        session.commit()
    scene.make_due()
    open_before: list[int] = []

    for _ in range(5):
        sent = scene.drain(settings=scene.settings(drain_seconds=0.5))
        assert sent
        open_before.append(len(os.listdir(DESCRIPTORS)))
    scene.drain(settings=scene.settings(drain_seconds=60))

    assert scene.states() == {"sent": 500}
    assert len(os.listdir(DESCRIPTORS)) <= open_before[0] + 2
