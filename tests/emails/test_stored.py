"""What a mail is to say, kept as text until it is rendered."""

from dataclasses import is_dataclass
from datetime import datetime
from typing import Any

import pytest

from emails import stored
from emails.languages import LANGUAGES
from emails.registry import SAMPLES


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_context_comes_back_as_it_was_in_every_language(name: str) -> None:
    for tag in LANGUAGES:
        context = SAMPLES[name](tag)

        again = stored.load(stored.dump(context))

        assert type(again) is type(context)
        assert again == context
        assert _zones(again) == _zones(context)


def test_what_was_not_kept_here_is_refused() -> None:
    with pytest.raises(ValueError, match="recipient"):
        stored.load('{"mail": "receipt", "says": {"language": "en"}}')


def _zones(part: Any) -> list[str]:
    """The zone of every instant: equal instants may still name different cities."""
    if isinstance(part, datetime):
        return [str(part.tzinfo)]
    if isinstance(part, tuple):
        return [zone for item in part for zone in _zones(item)]
    return [zone for value in vars(part).values() for zone in _zones(value)] if is_dataclass(part) else []
