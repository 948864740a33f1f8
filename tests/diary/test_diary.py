"""A client's diary of all we ever told them holds no contradiction, whatever the firm does in whatever order."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.conftest import NOW
from tests.diary import firm as acts
from tests.diary.firm import Act, Firm
from tests.support.examples import many
from tests.support.site import Clock
from tests.webapp.conftest import built, settings_for
from webapp.database import Database

IN_CI = 25
EXAMPLES = IN_CI if many(1) == 1 else many(IN_CI) // 4
"""Of a lot: 250 at night, in eight lots that a run of an hour can hold each."""
LOTS_AT_NIGHT = 8
PLACES = st.integers(0, 2)
DAYS = st.integers(1, 20)
CHANGES = [acts.drop, acts.drop_now, acts.take_up, acts.take_up_now, acts.done, acts.undo, acts.undo_now]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("home")
    return built(settings_for(home, f"sqlite:///{home / 'unused.db'}"))


@pytest.fixture
def new_firm(
    app: Flask, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Firm]]:
    made: list[Database] = []
    moment = Clock(NOW)
    monkeypatch.setattr("webapp.database.now", lambda _session: moment.now)

    def build() -> Firm:
        for database in made:
            database.dispose()
        moment.now = NOW
        path = tmp_path / f"{len(made)}.db"
        shutil.copyfile(sqlite_template, path)
        url = f"sqlite:///{path}"
        made.append(Database(url))
        configured = settings_for(tmp_path, url)
        return Firm(app, configured, made[-1], moment)

    yield build
    for database in made:
        database.dispose()


class Weeks(RuleBasedStateMachine):
    """Staff do anything in any order, hours and days pass, and now and then the machine is off."""

    build: Callable[[], Firm]

    def __init__(self) -> None:
        super().__init__()
        self.firm = self.build()

    @rule(place=PLACES, days=DAYS)
    def move(self, place: int, days: int) -> None:
        self.firm.does(acts.move(place, days))

    @rule(place=PLACES)
    def lose_the_date(self, place: int) -> None:
        self.firm.does(acts.lose_the_date(place))

    @rule(place=PLACES)
    def back(self, place: int) -> None:
        self.firm.does(acts.back(place))

    @rule(place=PLACES, act=st.sampled_from(CHANGES))
    def change(self, place: int, act: Callable[[int], Act]) -> None:
        self.firm.does(act(place))

    @rule(days=DAYS)
    def add(self, days: int) -> None:
        self.firm.does(acts.add(days))

    @rule()
    def file(self) -> None:
        self.firm.does(acts.file())

    @rule(place=PLACES, days=DAYS)
    def correct(self, place: int, days: int) -> None:
        self.firm.does(acts.correct(place, days))

    @rule(act=st.sampled_from([acts.hand_over, acts.hand_over_now, acts.rest, acts.close_tomorrow]))
    def other(self, act: Act) -> None:
        self.firm.does(act)

    @rule(weekday=st.integers(0, 4), tells=st.booleans())
    def change_rhythm(self, weekday: int, tells: bool) -> None:
        self.firm.does(acts.change_rhythm(weekday, tells=tells))

    @rule(hours=st.sampled_from([1, 7, 14, 24, 72]))
    def wait(self, hours: int) -> None:
        self.firm.goes_on(self.firm.moment.now + timedelta(hours=hours))

    @rule(hours=st.sampled_from([3, 20, 50]))
    def be_off(self, hours: int) -> None:
        self.firm.is_off(self.firm.moment.now + timedelta(hours=hours))

    def teardown(self) -> None:
        self.firm.goes_on(self.firm.moment.now + timedelta(days=8))


@pytest.mark.parametrize("lot", range(1 if EXAMPLES == IN_CI else LOTS_AT_NIGHT))
def test_no_word_to_a_client_contradicts_an_earlier_one(new_firm: Callable[[], Firm], lot: int) -> None:
    class Here(Weeks):
        build = staticmethod(new_firm)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=5 if EXAMPLES == IN_CI else 10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        ),
    )


@dataclass(frozen=True)
class Off:
    """The machine is off for so many hours."""

    hours: int


KNOWN: dict[str, Sequence[Act | Off | int]] = {
    "a date that moves in the night after going live": [acts.move(0, 25), 20],
    "a step that was dropped and is planned again": [acts.drop(0), acts.file(), 36, acts.take_up(0), acts.file(), 200],
    "a step that was said to be done and is not": [acts.done(1), acts.file(), 36, acts.undo(1), acts.file(), 200],
    "a date that moves there and back": [24, acts.move(0, 25), 24, acts.back(0), 24],
    "a step that is added": [24, acts.add(12), acts.file(), 200],
    "nobody reports while dates pass": [340],
    "a rest and a new start": [24, acts.rest, 72, acts.rest, acts.file(), 300],
    "a rhythm that changes after it was printed": [24, acts.change_rhythm(4, tells=True), 300],
    "closed tomorrow": [24 - 9, acts.close_tomorrow, 200],
    "a new person": [24, acts.hand_over, 10, acts.file(), 200],
    "a new person, and nobody reports": [24, acts.hand_over, 200],
    "a new person, and a date that moves": [24, acts.hand_over, acts.move(0, 25), 200],
    "two updates wait for the morning": [
        13,
        acts.lose_the_date(0),
        acts.drop_now(1),
        acts.change_rhythm(4, tells=True),
        200,
    ],
    "a rest taken back twice": [24 + 13, acts.together(acts.rest, acts.rest, acts.rest, acts.rest), 200],
    "an hour that was over before the machine was on again": [Off(20), Off(50), acts.lose_the_date(1), 200],
    "a new person told and taken back in the night, then a rest": [
        14,
        acts.file(),
        acts.hand_over_now,
        acts.change_rhythm(2, tells=True),
        acts.hand_over_now,
        acts.rest,
        acts.hand_over_now,
        acts.rest,
        acts.file(),
        192,
    ],
    "a step that falls away in the night, and a rest before anybody read it": [13, acts.drop_now(0), acts.rest, 24],
    "a new person told in the night, and a rest before anybody read it": [13, acts.hand_over_now, 1, acts.rest, 24],
    "a date lost in the night after an update that nobody filed": [
        acts.add(15),
        acts.hand_over_now,
        acts.lose_the_date(2),
        Off(20),
        Off(20),
        acts.lose_the_date(1),
        192,
    ],
    "a wrong date put right": [24, acts.move(0, 25), 24, acts.correct(0, 24), 200],
    "a rest before the welcome was read": [acts.rest, acts.rest, 200],
    "a step nobody was told of loses its date": [24, acts.add(13), acts.lose_the_date(2), 200],
    "a dropped step and a pause": [24, acts.drop(0), acts.rest, 24],
    "a dropped step and no report": [24, acts.drop(1), 200],
    "a rhythm that brings a day nobody waits for": [acts.close_tomorrow, acts.change_rhythm(0, tells=True), 48],
    "a step that falls away and comes back, each told at once": [24, acts.drop_now(0), 24, acts.take_up_now(0), 200],
    "a step that falls away and comes back before anybody read it": [24 + 13, acts.drop_now(0), acts.take_up(0), 200],
    "a step that was said to be done, taken back at once": [acts.done(1), acts.file(), 36, acts.undo_now(1), 200],
    "a new person, told at once": [24, acts.hand_over_now, 10, acts.file(), 200],
    "a date that moves while the work rests": [24, acts.rest, 24, acts.move(0, 25), 24, acts.rest, 200],
    "a rest that nobody read": [24 + 13, acts.rest, acts.rest, 200],
    "a rest taken back before it left": [24 + 5, acts.together(acts.rest, acts.rest), 200],
    "a new start taken back in the night": [24, acts.rest, 13, acts.rest, acts.rest, 40],
    "a rest and a new start while an update is late": [31, acts.together(acts.rest, acts.rest), 100],
    "a rhythm told in the night, and taken back": [
        13,
        acts.change_rhythm(4, tells=True),
        acts.change_rhythm(1, tells=False),
        100,
    ],
    "a step that falls away in the night, then a rhythm": [
        13,
        acts.drop_now(0),
        acts.change_rhythm(4, tells=True),
        200,
    ],
    "a step that falls away and comes back within a minute": [
        24,
        acts.together(acts.drop_now(0), acts.take_up_now(0), acts.drop_now(0)),
        10,
    ],
    "said to be done, opened again and done": [
        acts.done(0),
        acts.file(),
        46,
        acts.together(acts.undo_now(0), acts.done(0)),
        40,
    ],
    "a new person twice in a minute": [13, acts.together(acts.hand_over_now, acts.hand_over_now), 1, acts.file(), 40],
    "a date lost while the work rests": [acts.file(), 48, acts.rest, 3, acts.lose_the_date(0), acts.rest, 200],
    "a date that is lost twice": [acts.file(), acts.lose_the_date(1), 20, acts.lose_the_date(1), 72],
    "a date that goes back after it was lost": [120, acts.lose_the_date(0), acts.back(0), acts.file(), 200],
}


@pytest.mark.parametrize("story", KNOWN)
def test_a_known_story_reads_without_a_contradiction(new_firm: Callable[[], Firm], story: str) -> None:
    firm = new_firm()

    for act in KNOWN[story]:
        if isinstance(act, int):
            firm.goes_on(firm.moment.now + timedelta(hours=act))
        elif isinstance(act, Off):
            firm.is_off(firm.moment.now + timedelta(hours=act.hours))
        else:
            firm.does(act)

    assert all(reader.mails and reader.page for reader in firm.readers.values())
