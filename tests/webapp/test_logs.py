"""One JSON object a line, with its ids and without a token, tracebacks included."""

import json
import logging
import sys

import pytest

from webapp.logs import TokenFreeFormatter

TOKEN = "a2b3c4d5e6f7" * 4 + "abcde"
FORMAT = TokenFreeFormatter("%(asctime)s %(message)s")


def _record(message: str, *values: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("webapp.errors", logging.ERROR, __file__, 1, message, values, None)
    record.__dict__.update(extra)
    return record


def test_a_line_is_one_json_object_with_its_ids() -> None:
    line = FORMAT.format(_record("mail %s failed\nreally", 12, mail_id=12))

    said = json.loads(line)

    assert "\n" not in line
    assert (said["level"], said["logger"], said["mail_id"]) == ("ERROR", "webapp.errors", 12)
    assert said["message"] == "mail 12 failed\nreally"


@pytest.mark.parametrize("room", ["u", "checkpoints", "unsubscribe", "sign-in", "invitations"])
@pytest.mark.parametrize("token", [TOKEN, TOKEN.upper()])
def test_a_token_is_cut_out_wherever_it_stands(room: str, token: str) -> None:
    line = FORMAT.format(_record("GET %s", f"https://x.example/{room}/{token}/7?x=1", path=f"/{room}/{token}"))

    assert token not in line
    assert f"/{room}/***/7?x=1" in line


def test_a_token_in_a_traceback_is_cut_out_too() -> None:
    try:
        raise ValueError(f"could not build /u/{TOKEN}")
    except ValueError:
        record = _record("unexpected")
        record.exc_info = sys.exc_info()

    line = FORMAT.format(record)

    assert "ValueError" in line
    assert TOKEN not in line


def test_words_that_are_no_token_stay() -> None:
    assert "/sign-in/code" in FORMAT.format(_record("/sign-in/code"))
