"""Guards over the templates: what MJML and Jinja would let pass in silence."""

import re
from pathlib import Path

from emails import kinds as kinds_folder
from emails import rendering
from emails.languages import language
from emails.registry import KINDS, SAMPLES
from emails.rendering import TEMPLATES, kinds


def test_every_kind_of_mail_has_its_templates_and_a_sample() -> None:
    kinds_of_mail = {kind.__name__.rpartition(".")[2] for kind in KINDS}
    modules = {path.stem for path in Path(kinds_folder.__file__).parent.glob("*.py")} - {"__init__"}
    sampled = {rendering.kind_of(build("en")) for build in SAMPLES.values()}

    folders = {folder: sorted(path.name for path in (TEMPLATES / folder).iterdir()) for folder in kinds()}

    assert kinds_of_mail == modules == sampled == set(folders)
    assert all(files == ["body.mjml", "body.txt"] for files in folders.values()), folders


def test_every_part_has_its_text_twin() -> None:
    parts = {path.stem for path in (TEMPLATES / "_parts").glob("*.mjml")}
    twins = {path.stem for path in (TEMPLATES / "_parts").glob("*.txt")}

    assert parts <= twins
    assert twins - parts == {"opening", "small_print"}


def test_templates_use_only_tags_that_are_known() -> None:
    known = {"all", "attributes", "body", "button", "class", "column", "head", "image", "include", "raw"}
    known |= {"section", "style", "text", "title", "wrapper"}

    used = {tag for path in TEMPLATES.rglob("*.mjml") for tag in re.findall(r"</?mj-([a-z-]+)", path.read_text())}

    assert used <= known


def test_all_keys_a_template_names_exist() -> None:
    spoken = language("en")
    sources = [path for suffix in ("*.mjml", "*.txt") for path in TEMPLATES.rglob(suffix)]

    named = {key for path in sources for key in re.findall(r'say\.t\("([^"]+[^".])"[,)]', path.read_text())}

    assert [key for key in named if not spoken.has(key[1:] if key[0] == ":" else f"mail.{key}")] == []
