"""A firm from an empty start, by the Procfile's commands, on PostgreSQL, with real mail over STARTTLS and AUTH."""

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.certificates import make_certificate
from tests.support.e2e.browsing import DESK, Complaints, open_page
from tests.support.e2e.command import (
    ROOT,
    Command,
    answers,
    environment,
    free_port,
    link_in,
    milepost,
    processes_of,
    until,
)
from tests.support.smtpd import Accepted, SmtpServer
from webapp.embedded.processes import expanded, read_procfile
from webapp.embedded.valkey import EmbeddedValkey

pytestmark = [pytest.mark.e2e, pytest.mark.browser]

ADMIN, CLIENT = "alice@firm.example", "maria@client.example"
REPLY = "The plumber may use the side door."
TABLE = (
    "reference,title,service,owner,client,contact,address,phone,language,zone,stage,dates,rhythm\n"
    "K-2,kitchen two,Kitchen,{owner},Idrissi,Omar Idrissi,{address},,en,Africa/Casablanca,,"
    "Handover: {day},Tuesday 16:00-18:00\n"
)


class Installation:
    """The settings every process of one installation is given, and its mail server."""

    def __init__(self, home: Path, server: SmtpServer, env: dict[str, str]) -> None:
        self.home = home
        self.server = server
        self.env = env
        self.url = env["PUBLIC_URL"]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One `milepost` command, to its end."""
        return subprocess.run(milepost(*words), env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=60)

    def mail_to(self, address: str, words: str) -> Accepted:
        """The mail to somebody with these words in its text, once the server has taken it on."""
        return until(
            lambda: next((m for m in self.server.accepted if address in m.recipients and words in _text(m)), None),
            within_seconds=30,
        )


@pytest.fixture
def installation(tmp_path: Path, postgres_url: str) -> Iterator[Installation]:
    certificate = make_certificate(tmp_path)
    home, port = tmp_path / "firm", free_port()
    home.mkdir()
    with ExitStack() as stack:
        server = stack.enter_context(SmtpServer(certificate=certificate, users={"milepost": "s3cret"}))
        env = environment(
            home,
            port,
            DATABASE_URL=postgres_url,
            REDIS_URL=stack.enter_context(EmbeddedValkey(tmp_path / "valkey")),
            SMTP_URL=f"smtp://milepost:s3cret@127.0.0.1:{server.port}?starttls=required",
            MAIL_TRANSPORT="smtp",
            MAIL_FROM="news@firm.example",
            PUBLIC_URL=f"http://127.0.0.1:{port}",
            SECRET_KEY="1:Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe",
            SSL_CERT_FILE=str(certificate.file),
        )
        env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env["PATH"]])
        processes = {name: expanded(words, env=env) for name, words in read_procfile(ROOT / "Procfile").items()}
        subprocess.run(processes.pop("release"), env=env, cwd=ROOT, check=True, capture_output=True, timeout=60)
        for words in processes.values():
            stack.enter_context(Command(words, env=env))
        until(lambda: answers(f"{env['PUBLIC_URL']}/readyz"), within_seconds=40)
        yield Installation(home, server, env)
    assert processes_of(home) == []


def test_a_firm_from_nothing_writes_to_its_first_client_who_answers(
    installation: Installation, browser: Browser, complaints: Complaints
) -> None:
    staff = open_page(browser, complaints, viewport=DESK)
    _sign_in(installation, staff)
    _set_up_the_firm(staff)
    _make_a_playbook(staff)
    _start_the_first_work(staff)

    welcome = installation.mail_to(CLIENT, "/u/")
    client = open_page(browser, complaints)
    client.goto(link_in(_text(welcome), "/u/"))
    client.locator("#question").fill(REPLY)
    client.locator("#write").get_by_role("button", name="Send").click()
    expect(client.locator(".said").filter(has_text=REPLY)).to_be_visible()

    assert (welcome.is_tls, welcome.user, welcome.recipients) == (True, "milepost", (CLIENT,))
    assert "Kitchen, Anfa" in _message(welcome)["Subject"]
    assert _message(welcome)["Reply-To"] is not None
    assert "keys are with the caretaker" in _text(welcome)
    installation.mail_to(ADMIN, REPLY)
    installation.mail_to(CLIENT, REPLY)
    staff.goto(installation.url)
    expect(staff.locator("#replies")).to_contain_text("Kitchen, Anfa")
    _import_running_work(installation, staff)


def _sign_in(installation: Installation, page: Page) -> None:
    invited = installation.run("user", "invite", ADMIN, "--name", "Alice Amrani", "--admin")
    assert invited.returncode == 0, invited.stderr
    page.goto(link_in(invited.stdout, "/invitations/"))
    page.locator("#address").fill(ADMIN)
    page.get_by_role("button", name="Sign in").click()


def _set_up_the_firm(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    page.locator("#name").fill("Dar Renov")
    page.locator("#phone").fill("+212 522 20 40 60")
    for box in page.locator("input[name=working_days]").all():
        box.check()
    page.locator("#quiet_from").fill("")
    page.locator("#quiet_until").fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kinds of work")


def _make_a_playbook(page: Page) -> None:
    page.get_by_role("link", name="New kind of work").first.click()
    page.locator("#names-texts-0").fill("Kitchen")
    page.locator("#stages-0-texts-0").fill("Works")
    page.locator("#milestones-0-texts-0").fill("Handover")
    page.locator("#milestones-0-offset_days").fill("15")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")


def _start_the_first_work(page: Page) -> None:
    page.get_by_role("link", name="Work", exact=True).first.click()
    page.get_by_role("link", name="New work").first.click()
    page.locator("#title").fill("Kitchen, Anfa")
    page.locator("#client_name").fill("Bennani")
    page.locator("#contact_name").fill("Maria Bennani")
    page.locator("#address").fill(CLIENT)
    page.locator("#facts").fill("The keys are with the caretaker")
    page.locator("#is_live").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Kitchen, Anfa")


def _import_running_work(installation: Installation, page: Page) -> None:
    """A table with a fault changes nothing and names row and column; a good one comes in after its dry run."""
    file = installation.home / "running.csv"
    day = date.today() + timedelta(days=30)  # noqa: DTZ011 - only a day well ahead
    file.write_text(TABLE.format(owner="nobody@firm.example", address="omar at client", day=day))
    wrong = installation.run("import", str(file))
    file.write_text(TABLE.format(owner=ADMIN, address="omar@client.example", day=day))
    dry = installation.run("import", str(file), "--dry-run")
    page.goto(f"{installation.url}/engagements?q=kitchen+two")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    real = installation.run("import", str(file))
    page.reload()

    assert wrong.returncode == 1
    assert "row 2, owner:" in wrong.stderr
    assert "row 2, address:" in wrong.stderr
    assert (dry.returncode, real.returncode) == (0, 0), dry.stderr + real.stderr
    expect(page.get_by_role("link", name="kitchen two")).to_be_visible()
    assert not any("omar@client.example" in mail.recipients for mail in installation.server.accepted)


def _message(mail: Accepted) -> EmailMessage:
    return email.message_from_bytes(mail.data, EmailMessage, policy=email.policy.default)


def _text(mail: Accepted) -> str:
    part = _message(mail).get_body(("plain",))
    return str(part.get_content()) if part else ""
