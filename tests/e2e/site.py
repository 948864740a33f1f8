"""The demo's firm behind a web server in this process: every page there is, without waiting for clock or worker."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from emails.languages import LANGUAGES
from emails.samples import SAMPLES
from webapp import create_app, database, schema
from webapp.access import cookie_name
from webapp.config import MailTransport, Settings
from webapp.database import Database
from webapp.dev import demo_firm, maildir
from webapp.dev.demo_words import DemoClient
from webapp.models import (
    Checkpoint,
    CheckpointState,
    Contact,
    Engagement,
    OutboxEmail,
    Purpose,
    Reply,
    Telling,
    Update,
    User,
)
from webapp.services import links, planning, sign_in

LONG = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running firm: where it is, its pages by name, and a cookie that signs its owner in."""

    url: str
    staff: dict[str, str]
    public: dict[str, str]
    forms: str
    clients: dict[str, str]
    cookie: str

    def sign_in(self, browser: Browser, **options: object) -> dict[str, object]:
        """Options of a browser profile in which the owner is signed in."""
        return {**options, "storage_state": {"cookies": [self._cookie()], "origins": []}}

    def _cookie(self) -> dict[str, object]:
        return {
            "name": "milepost-staff",
            "value": self.cookie,
            "domain": "127.0.0.1",
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Lax",
        }
