"""Where mail leaves: without a mail server it waits, and the alarm says what to set."""

from pathlib import Path

from tests.support.boxes import letters
from tests.support.factories import World
from tests.support.faults.scene import SECRET, right_now
from webapp.config import ROOT, Settings
from webapp.database import Database
from webapp.models import MailState, TaskKind
from webapp.services.core import tasks
from workers.app import App
from workers.delivery import Drain


def test_without_a_mail_server_mails_wait_and_one_alarm_says_why(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    settings = Settings.load(secret_key=SECRET)
    with database.writer() as session:
        world = World.build(session, now=right_now())
        (mail,) = letters(world, 1)
        mail.not_before = mail.queued_at = right_now()
        session.commit()

    with App(settings=settings, database=database).transport() as transport:
        Drain(database, settings, transport).run()

    with database.reader() as session:
        (task,) = tasks.waiting(session)
        assert task.kind is TaskKind.SENDING_STOPPED
        assert "SMTP_URL is not set" in task.details["answer"]
        assert session.get_one(type(mail), mail.id).state is MailState.QUEUED
    database.dispose()


def test_every_command_means_the_same_data_folder_wherever_it_is_called() -> None:
    home = Settings.load(secret_key=SECRET).milepost_home

    assert home == ROOT / ".milepost" / "firm"
    assert Settings.load(secret_key=SECRET, milepost_home=Path("/tmp/else")).milepost_home == Path("/tmp/else")
