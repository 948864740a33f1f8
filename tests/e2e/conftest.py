"""A browser for all tests here, and the one long test's demo, begun before the others so that nobody waits twice."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.e2e.browsing import HOW_TO_GET, Complaints, chromium, running_browser
from tests.support.e2e.command import Demo


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if chromium() is None:
        missing = f"no Chromium on this machine: {HOW_TO_GET}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with running_browser() as running:
        yield running


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complained about while the test ran: nothing."""
    noted = Complaints()
    yield noted
    assert noted == []


@pytest.fixture(scope="package")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that nobody touches."""
    with Demo(_short_folder(tmp_path_factory), WEB_CONCURRENCY="1") as demo:
        yield demo


@pytest.fixture(scope="package", autouse=True)
def _begin_early(request: pytest.FixtureRequest) -> None:
    if any("untouched" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("untouched")


def _short_folder(factory: pytest.TempPathFactory) -> Path:
    return factory.mktemp("home") / "milepost"
