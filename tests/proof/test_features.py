"""caniemail.com's data as a list of what mails may use: HTML and CSS that every mail program of a fixed list has, or
does well without for a reason that is written down."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from tests.support.proof.mails import every_mail
from tests.support.proof.tools import HERE, run_node

CLIENTS = [
    "apple-mail.macos", "apple-mail.ios",
    "gmail.desktop-webmail", "gmail.mobile-webmail", "gmail.ios", "gmail.android",
    "outlook.windows", "outlook.macos", "outlook.outlook-com", "outlook.ios", "outlook.android",
    "samsung-email.android",
    "yahoo.desktop-webmail", "yahoo.ios", "yahoo.android",
]  # fmt: skip
ACCEPTED = tomllib.loads((HERE / "accepted_features.toml").read_text(encoding="utf-8"))["accepted"]
LONGEST_STYLES = 16_000
"""Gmail drops a style element that is longer."""

# As old as mail with HTML: caniemail.com has no page about them.
OLD_ELEMENTS = {"a", "br", "h1", "h2", "head", "html", "li", "meta", "tbody", "td", "title", "tr", "ul", "ol"}
OLD_PROPERTIES = {"color", "font-family"}
OF_ONE_PROGRAM = re.compile(r"(mso|-ms|-webkit)-.+|supported-color-schemes")


@pytest.fixture(scope="module")
def said(html_of_mails: Path) -> dict[str, Any]:
    found: dict[str, Any] = run_node("caniemail.mjs", "caniemail", html_of_mails, *CLIENTS)
    return found


def test_what_a_mail_program_lacks_is_not_used_or_written_down_with_its_reason(said: dict[str, Any]) -> None:
    lacking = _lacking(said)

    assert [f"{feature}: {client}" for feature, client in lacking if not _is_accepted(feature, client)] == []


def test_no_accepted_feature_has_become_needless(said: dict[str, Any]) -> None:
    lacking = _lacking(said)

    needless = [
        f"{part['reason']}: {entry}"
        for part in ACCEPTED
        for entry in (*part["features"], *part["clients"])
        if not any(
            entry == feature or fnmatch(client, entry) for feature, client in lacking if _covers(part, feature, client)
        )
    ]

    assert needless == []


def test_caniemail_knows_every_element_and_property_of_our_mails(said: dict[str, Any]) -> None:
    slugs = set(said["known"])
    pages = [re.sub("<!--.*?-->", "", mail.html, flags=re.DOTALL) for mail in every_mail()]
    elements = {tag for page in pages for tag in re.findall(r"<([a-z][a-z0-9]*)", page)}
    properties = {name for page in pages for name in _properties(page)}

    unknown = {tag for tag in elements - OLD_ELEMENTS if f"html-{tag}" not in slugs}
    unknown |= {name for name in properties - OLD_PROPERTIES if not _is_known(name, slugs)}

    assert unknown == set()


def test_gmail_keeps_the_styles() -> None:
    sheets = [
        sheet for mail in every_mail() for sheet in re.findall(r"<style[^>]*>(.*?)</style>", mail.html, re.DOTALL)
    ]

    assert max(len(sheet.encode()) for sheet in sheets) < LONGEST_STYLES


def _lacking(said: dict[str, Any]) -> list[tuple[str, str]]:
    """Every feature with each mail program that lacks it, wholly or in part."""
    return [
        (feature, client) for how in ("no", "partly") for feature, clients in said[how].items() for client in clients
    ]


def _is_accepted(feature: str, client: str) -> bool:
    return any(_covers(part, feature, client) for part in ACCEPTED)


def _covers(part: dict[str, Any], feature: str, client: str) -> bool:
    return feature in part["features"] and any(fnmatch(client, pattern) for pattern in part["clients"])


def _properties(page: str) -> set[str]:
    styles = [*re.findall(r"<style[^>]*>(.*?)</style>", page, re.DOTALL), *re.findall(r'style="([^"]*)"', page)]
    return {name for style in styles for name in re.findall(r"(?:^|[;{\s])([a-z-]+)\s*:(?=[^:{}]*[;}])", f"{style};")}


def _is_known(name: str, slugs: set[str]) -> bool:
    """`border-top` is part of `border`."""
    return f"css-{name}" in slugs or f"css-{name.partition('-')[0]}" in slugs or bool(OF_ONE_PROGRAM.fullmatch(name))
