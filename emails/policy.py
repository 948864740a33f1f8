"""How each header line of a mail is written, as bytes.

Python's own header policies turn long identifiers into encoded words and lose spaces of mixed-language subjects
(measured on 3.11 to 3.13), so the few forms a mail needs are written here. Every function returns whole folded lines
that end in CRLF; no text can start a header of its own.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from emails.cleaning import one_line

LINE_LENGTH = 76
ENCODED_WORD_LENGTH = 75
LONGEST_TOKEN = 900

_TOKEN = re.compile(r"[\x21-\x7e]+")
_IDENTIFIER = re.compile(r"<[^\s<>@\x00-\x20\x7f]+@[^\s<>@\x00-\x20\x7f]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,75}")
_ADDRESS = re.compile(r"[^\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff()<>\[\]:;@\\,\"]{1,64}@[A-Za-z0-9.-]{1,253}")
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_OVERHEAD = len("=?utf-8?q??=")
_PLAIN_IN_Q = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")


class BadHeader(ValueError):
    """A value cannot stand in the header it was meant for."""


def words(name: str, text: str) -> bytes:
    """A header of free words, such as Subject. What `one_line` makes of the text is what every reader gets back.

    ASCII words are folded at their spaces. Anything else goes out whole as encoded words (RFC 2047), of at most 75
    characters and never ending inside a character.
    """
    line = one_line(text)
    tokens = line.split(" ")
    is_plain = line.isascii() and "=?" not in line and max(map(len, tokens)) < LINE_LENGTH - len(_checked(name)) - 2
    return _folded(name, tokens if is_plain else encoded_words(line, first=ENCODED_WORD_LENGTH - len(name) - 1))


@lru_cache(maxsize=256)
def mailbox(name: str, address: str, *, display_name: str | None, smtputf8: bool = False) -> bytes:
    """A header of exactly one mailbox, such as From. Raises BadHeader for anything but one plain address.

    A non-ASCII local part needs `smtputf8`; the domain must be IDNA-encoded already (see `message.check_address`).
    """
    if not is_address(address) or not (smtputf8 or address.isascii()):
        raise BadHeader(f"{name}: not one address that can be written: {address!r}")
    phrase = one_line(display_name or "")
    if not phrase:
        return _folded(name, [address])
    return _folded(name, [*_phrase(name, phrase), f"<{address}>"])


def identifiers(name: str, ids: Iterable[str]) -> bytes:
    """A header of message identifiers, such as References: each whole, in angle brackets, folded between them only."""
    tokens = list(ids)
    for token in tokens:
        if not _IDENTIFIER.fullmatch(token) or not token.isascii() or len(token) > LONGEST_TOKEN:
            raise BadHeader(f"{name}: not a message identifier: {token[:100]!r}")
    return _folded(name, tokens)


def tokens(name: str, *values: str) -> bytes:
    """A header of machine-read ASCII tokens, such as List-Unsubscribe: written as they are, folded between them."""
    for token in values:
        if not _TOKEN.fullmatch(token) or len(token) > LONGEST_TOKEN:
            raise BadHeader(f"{name}: not a plain ASCII token: {token[:100]!r}")
    return _folded(name, values)


def is_address(address: str) -> bool:
    """Whether this is one address of the plain form local@domain: no quotes, comments, literals, lists or controls."""
    return _ADDRESS.fullmatch(address) is not None


def encoded_words(text: str, *, first: int = ENCODED_WORD_LENGTH) -> list[str]:
    """The text as UTF-8 encoded words, in whichever of Q and B is shorter; `first` bounds the first one's length."""
    q_length = sum(map(_q_length, text))
    if q_length <= len(text.encode()) * 4 / 3:
        return [f"=?utf-8?q?{''.join(map(_q, part))}?=" for part in _parts(text, _q_length, first - _OVERHEAD)]
    # Base64 writes three octets as four characters, so room counts in whole threes.
    return [
        f"=?utf-8?b?{b64encode(part.encode()).decode()}?="
        for part in _parts(text, _octets, (first - _OVERHEAD) // 4 * 3, room=(ENCODED_WORD_LENGTH - _OVERHEAD) // 4 * 3)
    ]


def _parts(
    text: str, length: Callable[[str], int], first: int, *, room: int = ENCODED_WORD_LENGTH - _OVERHEAD
) -> list[str]:
    """The text in pieces of whole characters, of which the first has `first` and any other `room` of `length`."""
    parts: list[str] = []
    start, left = 0, first
    for at, character in enumerate(text):
        taken = length(character)
        if taken > left and at > start:
            parts.append(text[start:at])
            start, left = at, room
        left -= taken
    return [*parts, text[start:]]


def _phrase(name: str, text: str) -> list[str]:
    is_short = len(text) < LINE_LENGTH - len(name) - 6
    if is_short and text.isascii() and "=?" not in text:
        if _PLAIN_PHRASE.fullmatch(text):
            return [text]
        return ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return encoded_words(text, first=ENCODED_WORD_LENGTH - len(name) - 1)


def _folded(name: str, values: Sequence[str]) -> bytes:
    lines = [f"{_checked(name)}: {values[0]}" if values else f"{_checked(name)}: "]
    for value in values[1:]:
        if len(lines[-1]) + 1 + len(value) <= LINE_LENGTH and not value.startswith("=?utf-8?"):
            lines[-1] += f" {value}"
        else:
            lines.append(f" {value}")
    return ("\r\n".join(lines) + "\r\n").encode()


def _checked(name: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        raise BadHeader(f"not a header name: {name[:100]!r}")
    return name


def _q(character: str) -> str:
    if character in _PLAIN_IN_Q:
        return character
    return "_" if character == " " else "=" + character.encode().hex("=").upper()


def _q_length(character: str) -> int:
    return 1 if character in _PLAIN_IN_Q or character == " " else 3 * _octets(character)


def _octets(character: str) -> int:
    return 1 if character < "\x80" else 2 if character < "\u0800" else 3 if character < "\U00010000" else 4
