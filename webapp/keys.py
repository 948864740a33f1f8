"""The keys that sign links and codes: the first signs, all verify."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

KEY_LENGTH_MINIMUM = 32
_PLACEHOLDERS = ("changeme", "secret", "password", "default", "example")


class KeyringFault(Exception):
    """The keys cannot be used; the text says why."""


@dataclass(frozen=True)
class Keyring:
    """Keys by number (0 to 255); `current` is the one that signs."""

    current: int
    keys: tuple[tuple[int, bytes], ...]

    @classmethod
    def parse(cls, text: str) -> "Keyring":
        """Read `number:key,number:key`; a key has at least 32 characters and is no placeholder."""
        keys: dict[int, bytes] = {}
        for part in text.split(","):
            number, _, key = part.strip().partition(":")
            if not number.isdecimal() or not 0 <= int(number) <= 255 or not key:
                raise KeyringFault("must look like 1:key or 2:newkey,1:oldkey, with numbers from 0 to 255")
            if len(key) < KEY_LENGTH_MINIMUM:
                raise KeyringFault(f"key {number} is too short: at least {KEY_LENGTH_MINIMUM} characters")
            if len(set(key)) < 10 or any(key.lower().startswith(word) for word in _PLACEHOLDERS):
                raise KeyringFault(f"key {number} can be guessed: make one with `openssl rand -hex 32`")
            if int(number) in keys:
                raise KeyringFault(f"key {number} stands twice")
            keys[int(number)] = key.encode()
        return cls(current=next(iter(keys)), keys=tuple(keys.items()))

    def __contains__(self, number: int) -> bool:
        return any(known == number for known, _ in self.keys)

    def mac(self, number: int, purpose: str, message: bytes) -> bytes:
        """HMAC-SHA256 under the key made for this purpose, cut to 16 bytes. KeyError for an unknown number."""
        key = dict(self.keys)[number]
        purpose_key = hmac.digest(key, b"milepost/" + purpose.encode(), hashlib.sha256)
        return hmac.digest(purpose_key, message, hashlib.sha256)[:16]

    def derived(self, purpose: str) -> list[str]:
        """One secret per key for a library that wants its own, the signing one first."""
        ordered = [self.current, *(number for number, _ in self.keys if number != self.current)]
        return [self.mac(number, purpose, b"derived").hex() for number in ordered]


def ensure_key_file(path: Path) -> None:
    """Make the key file once, readable by its owner only. It is there whole or not at all, also where the power goes or
    the disk is full. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    written = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"1:{secrets.token_hex(32)}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink(missing_ok=True)
