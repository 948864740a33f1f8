"""Everything a person reads comes from the catalogue, and the catalogue holds nothing that nobody reads."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from emails.languages import is_plural, language
from tests.webapp.conftest import app, shared_app  # noqa: F401 - fixtures of the pages' tests

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "webapp/templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
MAIL_SECTIONS = {"dates", "words", "mail", "rhythm", "part"}
"""Read by the mails' own templates and sentences; tests/emails looks after them."""

COMPOSED = (
    "bulk.left", "bulk.text.", "bulk.title.", "bulk.undone",
    "calendar.source.", "checkpoint.", "client.headline.", "client.kind.", "client.mails_choice.", "client.standing.",
    "client.state.",
    "client.update_kind.", "client.waiting.", "client.who.", "delay.", "engagement.", "errors.",
    "form.ask_state_choice.", "form.asked_you.", "form.cause_choice.", "form.doer_choice.", "form.holds_choice.",
    "form.kind_choice.", "form.last_step_choice.", "form.new_kind_choice.", "form.yes_no.", "gallery.name.",
    "gallery.none.", "gallery.scheme.", "gallery.sentences.", "gallery.to_", "gallery.view.", "gallery.width.",
    "handover.",
    "import_fault.", "layout.nav_", "outbox.kind.", "outbox.state.", "outbox.trouble.", "people.part_choice.",
    "people.role_choice.", "people.role_hint.", "promise.", "question.answer.", "question.said.", "reply.kind.",
    "rhythm_form.day_off_choice.", "rhythm_form.every_choice.", "playbook.part_choice.", "sign_in.press.",
    "sign_in.press_text.", "signal.todo.", "task.", "telling.state.", "update.kind.", "user.", "work.skipped_why.",
    "work.state_choice.",
)  # fmt: skip
"""Keys that are put together from a stored value."""


def keys() -> set[str]:
    def walk(found: Any, prefix: str) -> Iterator[str]:
        if isinstance(found, str) or is_plural(found):
            yield prefix
            return
        for name, value in found.items():
            yield from walk(value, f"{prefix}.{name}" if prefix else name)

    return set(walk(dict(language("en").catalogue), ""))


def named_in_templates() -> set[str]:
    found = set()
    for path in ALL:
        found |= set(re.findall(r"""\bt\(\s*'([^']+)'\s*[,)]""", path.read_text()))
        found |= {m for m in re.findall(r"""'([a-z_.0-9]+)'""", path.read_text()) if KEY.fullmatch(m)}
    return found


def named_in_python() -> set[str]:
    found = set()
    for folder in ("webapp", "emails"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and KEY.fullmatch(node.value):
                    found.add(node.value)
    return found


def test_every_template_compiles(app: Flask) -> None:  # noqa: F811 - the fixture
    for path in ALL:
        app.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())


@pytest.mark.parametrize("tag", ["en", "ary"])
def test_every_key_a_template_names_leads_to_a_text(tag: str) -> None:
    spoken = language(tag)
    named = {key for path in ALL for key in re.findall(r"""\bt\(\s*'([^']+)'\s*[,)]""", path.read_text())}

    missing = {key for key in named if not spoken.has(key)}

    assert len(named) > 300
    assert missing == set()


def test_every_key_python_asks_for_leads_to_a_text() -> None:
    asked = set()
    for path in (ROOT / "webapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(node, "func", None)
            called = getattr(name, "id", getattr(name, "attr", ""))
            if isinstance(node, ast.Call) and called in {"t", "Lazy", "Refused", "Needed", "_fault"}:
                asked |= {
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant)
                    and isinstance(argument.value, str)
                    and KEY.fullmatch(argument.value)
                }

    missing = {key for key in asked if not language("en").has(key)}

    assert len(asked) > 100
    assert missing == set()


def test_composed_keys_have_a_section() -> None:
    unused = [prefix for prefix in COMPOSED if not any(key.startswith(prefix) for key in keys())]

    assert unused == []


def test_no_text_of_the_pages_is_unread() -> None:
    used = named_in_templates() | named_in_python()

    unread = {
        key
        for key in keys()
        if key.partition(".")[0] not in MAIL_SECTIONS and key not in used and not key.startswith(COMPOSED)
    }

    assert unread == set()


class Words(HTMLParser):
    """Text nodes and spoken attributes of a template from which everything Jinja was taken out."""

    SPOKEN = ("title", "alt", "placeholder", "aria-label", "label")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in self.SPOKEN]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.relative_to(TEMPLATES).as_posix())
def test_no_word_stands_in_a_template_itself(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", text)
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
    reader = Words()
    reader.feed(text)

    words = [word for part in reader.found for word in re.findall(r"[^\W\d_]{2,}", part)]

    assert words == []
