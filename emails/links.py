"""Stored mails carry no live link: placeholders stand in until a mail is sent, and are put in before encoding."""

import re
from collections.abc import Mapping

HOST = "link.invalid"
_PLACEHOLDER = re.compile(r"https://link\.invalid/([a-z_]+)")
# Begins with its dot, which has no case: a search for it then skips a whole mail in microseconds.
_DOT = re.compile(r"\.(?<=link\.)(?=invalid)", re.IGNORECASE)
_WITHIN = re.compile(r"(?<=\w)[.:@](?=[\w/])")
_UNSAFE = re.compile(r"[\s\"'<>&\x00-\x1f]")


class LinkLeftOver(LookupError):
    """A text still carries a placeholder that nobody gave a URL for."""


def placeholder(name: str) -> str:
    """The stand-in for the link called `name` (lower-case letters and `_`), such as "page" or "unsubscribe"."""
    if not re.fullmatch(r"[a-z_]+", name):
        raise ValueError(f"not a name for a link: {name!r}")
    return f"https://{HOST}/{name}"


def put_in(text: str, urls: Mapping[str, str]) -> str:
    """`text` with each placeholder replaced by its URL; what follows a placeholder (`#reply`) stays behind it.

    The same for HTML and plain text, so a URL may hold no quote, angle bracket, ampersand or white space (ValueError).
    Raises LinkLeftOver where a placeholder has no URL.
    """
    for url in urls.values():
        if _UNSAFE.search(url) or HOST in url.lower() or not url.startswith(("https://", "http://", "mailto:")):
            raise ValueError("a link must be a plain http, https or mailto address")
    replaced = _PLACEHOLDER.sub(lambda found: urls.get(found[1], found[0]), text)
    left_over = _DOT.search(replaced)
    if left_over:
        raise LinkLeftOver(replaced[left_over.start() - len("link") :][:40])
    return replaced


def unlink(words: str) -> str:
    """A person's words in which no mail program finds an address to link to: a joiner that nobody sees (U+2060) stands
    behind each dot, colon and @ within a word. What is only read reads the same."""
    return _WITHIN.sub("\\g<0>\u2060", words)


def defuse(words: str) -> str:
    """A person's words with our placeholder's host broken up, so that nobody can have a link put in by writing it."""
    return _DOT.sub(" ", words) if "." in words else words
