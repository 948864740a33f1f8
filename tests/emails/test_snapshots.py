"""Every sample mail as golden files that one reads in a review: its text in every language, with the subject as the
first line, and its HTML in one language of each direction. tests/proof and the pseudo-language look at the rest."""

import pytest

from emails.languages import LANGUAGES
from emails.registry import SAMPLES
from emails.rendering import render
from tests.emails.conftest import SNAPSHOTS, Golden

AS_HTML = ("en", "ary")


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_renders_as_it_did_when_it_was_last_read(golden: Golden, sample: str, tag: str) -> None:
    mail = render(SAMPLES[sample](tag))

    golden.check(f"{tag}/{sample}.txt", f"{mail.subject}\n{mail.text}")
    if tag in AS_HTML:
        golden.check(f"{tag}/{sample}.html", mail.html.replace("><", ">\n<") + "\n")


def test_no_golden_file_is_left_without_its_sample() -> None:
    wanted = {f"{tag}/{sample}.txt" for tag in LANGUAGES for sample in SAMPLES}
    wanted |= {f"{tag}/{sample}.html" for tag in AS_HTML for sample in SAMPLES}

    kept = {path.relative_to(SNAPSHOTS).as_posix() for path in SNAPSHOTS.rglob("*") if path.is_file()}

    assert kept == wanted
