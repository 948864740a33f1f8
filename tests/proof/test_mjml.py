"""A second opinion on the templates: the official MJML, strict, reads what MRML compiles."""

import re
from collections.abc import Mapping
from typing import Any
from unittest import mock

import pytest

from emails import rendering
from emails.languages import Direction
from emails.rendering import compile_mjml, kinds, look_of
from tests.support.proof.tools import run_node

DIRECTIONS: tuple[Direction, ...] = ("ltr", "rtl")
COLOUR = "#1f5f5b"
JINJA = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What MJML says to every kind in both directions: `<kind>.<direction>.mjml` to objections and HTML.

    MJML checks that a colour is a colour, so the values of the design are put in as a mail has them.
    """
    folder = tmp_path_factory.mktemp("mjml")
    for kind in kinds():
        for direction in DIRECTIONS:
            source = _with_look(_handed_to_mrml(kind), look_of(COLOUR, direction))
            (folder / f"{kind}.{direction}.mjml").write_text(source, encoding="utf-8")
    found: dict[str, Any] = run_node("mjml_strict.mjs", "mjml", folder)
    return found


def test_mjml_objects_to_no_template(made: dict[str, Any]) -> None:
    objections = [f"{name} {each}" for name, said in made.items() for each in said["objections"]]

    assert len(made) == len(kinds()) * len(DIRECTIONS)
    assert objections == []


def test_both_compilers_keep_the_same_jinja_in_the_same_order(made: dict[str, Any]) -> None:
    look = look_of(COLOUR, "ltr")

    different = {kind for kind in kinds() if _jinja(made[f"{kind}.ltr.mjml"]["html"]) != _jinja(_ours(kind, look))}

    assert different == set()


def _handed_to_mrml(kind: str) -> str:
    with mock.patch.object(rendering, "mjml2html", return_value="") as compiler:
        compile_mjml.__wrapped__(kind)
    return str(compiler.call_args.args[0])


def _ours(kind: str, look: Mapping[str, str]) -> str:
    return _with_look(compile_mjml(kind), look)


def _with_look(source: str, look: Mapping[str, str]) -> str:
    return re.sub(r"{{ look\.([a-z_]+) }}", lambda found: look[found[1]], source)


def _jinja(html: str) -> list[str]:
    """Every Jinja tag of the body, its spaces evened out."""
    return [" ".join(tag.split()) for tag in JINJA.findall(html.partition("<body")[2])]
