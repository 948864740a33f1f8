"""`milepost demo` the way a visitor meets it: the owner's mail, the form on a phone, the client's mail, page, reply."""

import re
import urllib.request
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.support.e2e.browsing import DESK, PHONE, Complaints, open_page, sideways
from tests.support.e2e.command import Command as Process
from tests.support.e2e.command import Demo, answers, environment, free_port, link_in, milepost, processes_of, until

pytestmark = pytest.mark.e2e

OWNER, CLIENT = "salma@darrenov.example", "emma.clarke@example.com"
DONE = "The floor is levelled & sealed."
STEP = "Our tiler lays the first row"
WHY = "The tiles came in the wrong size."
ACTION = "We fetch the right ones ourselves on Thursday."
QUESTION = "May I see the tiles before they are laid?"
ANSWER = "Yes, on Friday at ten."
KEYS = {"id", "to", "from", "subject", "sent_at", "message_id", "headers", "text", "html"}


@pytest.mark.browser
def test_what_staff_write_on_a_phone_reaches_the_client_and_the_answer_comes_back(
    tmp_path: Path, browser: Browser, complaints: Complaints
) -> None:
    with Demo(tmp_path / "milepost") as demo:
        _says_where_to_look(demo)
        new_day = _fill_in_the_form(demo, open_page(browser, complaints))
        update = _the_update(demo)
        _carries_what_was_written(update, new_day)
        client = open_page(browser, complaints)
        _write_to_the_firm(client, link_in(update["text"], "/u/"))
        _answer_from_today(demo, open_page(browser, complaints, viewport=DESK))
        client.reload()

        expect(client.get_by_text(ANSWER)).to_be_visible()


def test_ctrl_c_ends_every_process_and_the_next_start_goes_on_with_the_same_data(tmp_path: Path) -> None:
    home = tmp_path / "milepost"
    with Demo(home, WEB_CONCURRENCY="1") as demo:
        welcomed = until(lambda: _welcomes(demo), within_seconds=20)
        assert len(processes_of(home)) >= 5

        code = demo.interrupt()

        assert code == 0
        assert processes_of(home) == []
        assert not answers(f"{demo.url}/healthz")
    with Demo(home, WEB_CONCURRENCY="1") as again:
        assert answers(f"{again.url}/readyz")
        assert _welcomes(again) == welcomed
        with urllib.request.urlopen(again.sign_in) as page:
            assert page.status == 200
    assert processes_of(home) == []


def test_a_port_in_use_is_one_plain_sentence_and_nothing_is_left_running(tmp_path: Path) -> None:
    home, taken = tmp_path / "milepost", free_port()
    with Process(["python3", "-m", "http.server", str(taken), "--bind", "127.0.0.1"], env=environment(tmp_path, taken)):
        until(lambda: answers(f"http://127.0.0.1:{taken}/"), within_seconds=10)

        with Process(milepost("demo"), env=environment(home, taken)) as demo:
            demo.process.wait(30)
            code = demo.interrupt()

    assert code != 0
    assert demo.said.strip() == f"Error: Port {taken} is in use. Choose another one: PORT={taken + 1}"
    assert processes_of(home) == []


def test_a_folder_that_cannot_be_written_is_one_plain_sentence(tmp_path: Path) -> None:
    file = tmp_path / "taken"
    file.touch()

    with Process(milepost("demo"), env=environment(file / "milepost", free_port())) as demo:
        demo.process.wait(30)
        code = demo.interrupt()

    assert code != 0
    assert len(demo.said.strip().splitlines()) == 1
    assert "cannot be written" in demo.said


def _says_where_to_look(demo: Demo) -> None:
    assert f"{demo.url}/\n" in demo.said
    assert f"{demo.url}/dev/inbox" in demo.said
    assert demo.sign_in.startswith(demo.url)
    assert answers(f"{demo.url}/readyz")
    mail = demo.mail(OWNER, "/checkpoints/")
    assert set(mail) == KEYS
    assert mail["to"] == OWNER
    assert mail["headers"]["Message-ID"] == mail["message_id"]


def _fill_in_the_form(demo: Demo, page: Page) -> date:
    """Open the form by the mail in the inbox, say what happened, move one date, look at the mail, send."""
    page.goto(f"{demo.url}/dev/inbox?to={OWNER}&view=phone")
    page.get_by_role("link", name=re.compile("^" + re.escape(OWNER) + " Today:")).click()
    with page.expect_popup() as opened:
        page.frame_locator(".inbox-mail iframe").get_by_role("link", name="Start writing").click()
    form = opened.value
    form.set_viewport_size(PHONE)
    expect(form.get_by_role("heading", level=1)).to_have_text("Clarke, bathroom, Gauthier")
    expect(form.locator("#done")).to_have_value("")
    assert sideways(form) == 0
    form.locator("input[name=last_step][value=partly]").check()
    form.locator("#done").fill(DONE)
    form.locator("#step_text").fill(STEP)
    new_day = _move_the_last_date(form)
    form.get_by_role("button", name="See their email").click()
    shown = _preview(form)
    for words in (DONE, STEP, WHY, ACTION):
        expect(shown.locator("body")).to_contain_text(words)
    form.get_by_role("button", name="Ready to send").click()
    expect(form.get_by_role("heading", level=1)).to_have_text("All done")
    form.close()
    return new_day


def _move_the_last_date(form: Page) -> date:
    question = form.locator(".date-question").filter(has_text="Handover")
    question.locator("input[value=no][name$=holds]").check()
    question.locator("input[value=us][name$=cause]").check()
    question.locator("[name$=why]").fill(WHY)
    question.locator("[name$=what_we_do]").fill(ACTION)
    new_day = date.today() + timedelta(days=20)  # noqa: DTZ011 - only a day well ahead
    question.locator("input[name$=new_on]").fill(new_day.isoformat())
    return new_day


def _preview(form: Page) -> FrameLocator:
    return form.frame_locator(".preview iframe >> nth=-1")


def _the_update(demo: Demo) -> dict[str, Any]:
    return until(
        lambda: next((mail for mail in demo.mails(CLIENT) if DONE in mail["text"]), None),
        within_seconds=100,
        every_seconds=1,
    )


def _carries_what_was_written(update: dict[str, Any], new_day: date) -> None:
    assert "new date" in update["subject"]
    assert f"{new_day.day} {new_day:%B}" in update["subject"]
    for words in (STEP, WHY, ACTION):
        assert words in update["text"]
    assert "levelled &amp; sealed" in update["html"]
    assert update["headers"]["Reply-To"].find("@") > 0
    assert update["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def _write_to_the_firm(page: Page, link: str) -> None:
    page.goto(link)
    expect(page.get_by_text(DONE).first).to_be_visible()
    expect(page.get_by_text(WHY).first).to_be_visible()
    assert sideways(page) == 0
    page.locator("#question").fill(QUESTION)
    page.locator("#write").get_by_role("button", name="Send").click()
    expect(page.get_by_role("status").first).to_be_visible()
    expect(page.locator(".said").filter(has_text=QUESTION)).to_be_visible()


def _answer_from_today(demo: Demo, page: Page) -> None:
    page.goto(demo.sign_in)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Today")
    waiting = page.locator("#replies .due").filter(has_text="bathroom, Gauthier")
    waiting.get_by_role("link", name="Answer").click()
    expect(page.get_by_text(QUESTION)).to_be_visible()
    page.locator("textarea").fill(ANSWER)
    page.get_by_role("button", name="Send the answer").click()
    until(lambda: any(ANSWER in mail["text"] for mail in demo.mails(CLIENT)), within_seconds=20)


def _welcomes(demo: Demo) -> list[str]:
    """Ids of the welcome mails, once all three are there."""
    found = [mail["id"] for mail in demo.mails() if "MA-44" in mail["subject"] and _is_welcome(mail)]
    return found if len(found) == 3 else []


def _is_welcome(mail: dict[str, str]) -> bool:
    return any(word in mail["subject"] for word in ("Welcome", "مرحبا", "Xoş gəlmisiniz"))
