"""Mails in a folder, for tools that read files."""

from pathlib import Path

import pytest

from tests.support.proof.mails import every_mail


@pytest.fixture(scope="session")
def html_of_mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sample in every language, `<language>.<sample>.html`."""
    folder = tmp_path_factory.mktemp("html")
    for mail in every_mail():
        (folder / f"{mail.name}.html").write_text(mail.html, encoding="utf-8")
    return folder
