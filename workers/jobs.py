"""The functions a queue may name. Each reloads what it needs; none takes anything but ids."""

from workers.app import App, StopFlag
from workers.delivery import Drain

ALLOWED = {"workers.jobs.drain"}

_loaded: list[App] = []


def load() -> App:
    """The application of this process: loaded once, before the worker forks."""
    if not _loaded:
        _loaded.append(App.load())
    return _loaded[0]


def drain() -> int:
    """Send what is due."""
    app = load()
    stopping = StopFlag().listen()
    with app.transport() as transport:
        return Drain(app.database, app.settings, transport, stopping=stopping).run()
