"""The keys: strong, numbered, rotated without breaking what was signed, and made once."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.keys import Keyring, KeyringFault, ensure_key_file

GOOD = "Zk4mX1vQ9sT2bR8nW5yC3hJ6dF0gLpAe"
OTHER = "mX2vP7qL4wK9tR3yB6nH1jD5sG8fCzQe"


def test_the_first_key_signs_and_all_are_known() -> None:
    keys = Keyring.parse(f"2:{OTHER}, 1:{GOOD}")

    assert keys.current == 2
    assert [number in keys for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must look like"),
        (GOOD, "must look like"),
        (f"x:{GOOD}", "must look like"),
        (f"256:{GOOD}", "must look like"),
        (f"-1:{GOOD}", "must look like"),
        ("1:", "must look like"),
        (f"1:{GOOD},", "must look like"),
        (f"1:{GOOD[:31]}", "too short"),
        ("1:" + "a" * 64, "can be guessed"),
        ("1:changeme-" + GOOD, "can be guessed"),
        ("1:Secret-" + GOOD, "can be guessed"),
        (f"1:{GOOD},1:{OTHER}", "stands twice"),
    ],
)
def test_keys_that_are_weak_or_unclear_are_refused_in_plain_words(text: str, says: str) -> None:
    with pytest.raises(KeyringFault, match=says):
        Keyring.parse(text)


def test_a_refusal_never_repeats_the_key() -> None:
    for text in (f"1:{GOOD[:31]}", f"1:{GOOD},1:{OTHER}", "1:changeme-" + GOOD):
        with pytest.raises(KeyringFault) as fault:
            Keyring.parse(text)

        assert GOOD[:20] not in str(fault.value)


@given(st.sampled_from(["page", "unsubscribe"]), st.binary(max_size=40), st.binary(max_size=40))
def test_a_signature_depends_on_key_purpose_and_message(purpose: str, message: bytes, other: bytes) -> None:
    keys = Keyring.parse(f"1:{GOOD},2:{OTHER}")

    mine = keys.mac(1, purpose, message)

    assert len(mine) == 16
    assert mine == keys.mac(1, purpose, message)
    assert mine != keys.mac(2, purpose, message)
    assert mine != keys.mac(1, purpose + "s", message)
    assert (mine == keys.mac(1, purpose, other)) == (message == other)


def test_an_unknown_number_signs_nothing() -> None:
    with pytest.raises(KeyError):
        Keyring.parse(f"1:{GOOD}").mac(2, "page", b"")


def test_derived_secrets_start_with_the_signing_keys_and_keep_the_old_ones() -> None:
    old = Keyring.parse(f"1:{GOOD}").derived("cookies")
    new = Keyring.parse(f"2:{OTHER},1:{GOOD}").derived("cookies")

    assert new[1:] == old
    assert new[0] != old[0]
    assert GOOD not in "".join(new)


def test_the_key_file_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "keys" / "secret.key"

    ensure_key_file(path)
    first = path.read_text()
    ensure_key_file(path)

    assert path.read_text() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert Keyring.parse(first.strip()).current == 1


def test_two_processes_that_make_the_key_file_at_once_end_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ensure_key_file(path), range(8)))

    Keyring.parse(path.read_text().strip())


def test_a_key_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        ensure_key_file(tmp_path / "keys" / "secret.key")

    assert list((tmp_path / "keys").iterdir()) == []
