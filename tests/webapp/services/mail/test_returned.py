"""What the world sends back: 135 mails in the forms of many servers, and what becomes of the mail that each names.

`returned/expected.tsv` says of each: flagged (failed, and the address is to blame), full (failed, no room), failed,
look (somebody must look), complaint (mails stop), nothing.
"""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.boxes import Box
from tests.support.returning import Returning
from webapp.models import AddressState, Firm, MailState, Participation, TaskKind, User
from webapp.services.core import tasks
from webapp.services.today import troubles

FOLDER = Path(__file__).parent / "returned"
ROWS = [line.split("\t") for line in (FOLDER / "expected.tsv").read_text(encoding="utf-8").splitlines()]
MAIL_TASKS = {"look": TaskKind.MAIL_CAME_BACK, "complaint": TaskKind.COMPLAINED}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is read does not depend on the database, whose part `test_bounces.py` has."""
    return sqlite_url


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("name", "expected"), [row[:2] for row in ROWS], ids=[row[0] for row in ROWS])
def test_nothing_that_names_a_mail_leaves_it_sent_in_silence(
    returning: Returning, box: Box, name: str, expected: str
) -> None:
    address, mail = returning.address(), box.mail()
    raw = (FOLDER / name).read_bytes().replace(b"@@RETURN_PATH@@", address.encode())

    returning.take(raw.replace(b"@@MESSAGE_ID@@", f"{mail.message_id}@firm.example".encode()))

    is_failed = expected in ("flagged", "full", "failed", "failed?")
    assert box.mail().state is (MailState.FAILED if is_failed else MailState.SENT)
    if expected != "failed?":
        assert (returning.address_state() is AddressState.REFUSED) == (expected == "flagged")
    task = TaskKind.MAIL_FAILED if is_failed else MAIL_TASKS.get(expected)
    assert [kind for kind in box.open_tasks() if kind is not TaskKind.PHONE] == ([task] if task else [])
    assert box.see(_has_stopped) == (expected == "complaint")
    if expected == "full":
        assert box.see(_troubles) == ["full"]


def _has_stopped(session: Session) -> bool:
    return session.scalar(select(Participation.id).where(Participation.stopped_at.is_not(None))) is not None


def _troubles(session: Session) -> list[str]:
    firm, user = session.scalars(select(Firm)).one(), session.scalars(select(User)).first()
    assert user is not None
    waiting = [task for task in tasks.waiting(session) if task.outbox_email is not None]
    return [line.what for line in troubles.context(firm, user, waiting, now=waiting[0].raised_at).lines]


def test_there_are_samples_of_each_kind() -> None:
    counted = Counter(row[0].partition("/")[0] for row in ROWS)

    assert sum(counted.values()) == len(list(FOLDER.glob("*/*.eml"))) > 60
    assert min(counted.values()) >= 4
