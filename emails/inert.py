"""Mails shown to staff: as they look, with links that lead nowhere."""

import re
from dataclasses import replace

from emails import bidi, links
from emails.languages import language
from emails.mail import RenderedEmail

_HREF = re.compile(r'href="(https://link\.invalid/[^"]*)"')


def html(stored: str) -> str:
    """A stored mail's HTML with its placeholders taken out: nobody acts as the client by looking."""
    return _HREF.sub('href="#"', stored).replace(f"https://{links.HOST}/", "…/")


def text(stored: str) -> str:
    return stored.replace(f"https://{links.HOST}/", "…/")


def as_test(rendered: RenderedEmail, tag: str) -> RenderedEmail:
    """A rendered mail that says it is a test, in the language of who gets it, and through which nobody can act."""
    spoken = language(tag)
    subject = spoken.text("gallery.test_subject", subject=bidi.isolate_text(rendered.subject, spoken.direction))
    return replace(rendered, subject=subject, html=html(rendered.html), text=text(rendered.text))
