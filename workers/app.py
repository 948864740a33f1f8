"""What every worker process needs, made once before forking: settings, database, and where mail leaves."""

import signal
from dataclasses import dataclass
from types import FrameType

from emails import rendering
from webapp import logs, timezones
from webapp.config import Settings
from webapp.database import Database
from workers.transport import Transport
from workers.ways_out import open_transport


@dataclass
class App:
    settings: Settings
    database: Database

    @classmethod
    def load(cls) -> "App":
        """From the environment. Templates are compiled now, so that a forked job finds them ready."""
        timezones.force_pinned_tzdata()
        settings = Settings.load()
        logs.configure(settings.log_level)
        rendering.warm()
        return cls(settings=settings, database=Database(settings.database))

    def transport(self) -> Transport:
        return open_transport(self.settings)


class StopFlag:
    """Remembers that this process was asked to end, so that a mail in hand is finished or given back first."""

    def __init__(self) -> None:
        self.is_set = False

    def listen(self) -> "StopFlag":
        signal.signal(signal.SIGTERM, self._note)
        signal.signal(signal.SIGINT, self._note)
        return self

    def __call__(self) -> bool:
        return self.is_set

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.is_set = True
