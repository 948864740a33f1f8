"""Every sample mail in every language, as golden files one can read in a review."""

import pytest

from emails.languages import LANGUAGES
from emails.rendering import render
from emails.samples import SAMPLES
from tests.emails.conftest import SNAPSHOTS, Golden


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_renders_as_it_did_when_it_was_last_read(golden: Golden, sample: str, tag: str) -> None:
    mail = render(SAMPLES[sample](tag))

    golden.check(f"{tag}/{sample}.subject", f"{mail.subject}\n{mail.preheader}\n")
    golden.check(f"{tag}/{sample}.txt", mail.text)
    golden.check(f"{tag}/{sample}.html", mail.html.replace("><", ">\n<") + "\n")


def test_no_golden_file_is_left_without_its_sample() -> None:
    wanted = {
        f"{tag}/{sample}.{half}" for tag in LANGUAGES for sample in SAMPLES for half in ("subject", "txt", "html")
    }

    kept = {path.relative_to(SNAPSHOTS).as_posix() for path in SNAPSHOTS.rglob("*") if path.is_file()}

    assert kept == wanted
