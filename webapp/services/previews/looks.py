"""How a mail looks to others: in a light or dark mail program, in one that turns colours round, and as its source."""

import re
from datetime import datetime
from enum import StrEnum

from emails import message
from emails.languages import language
from emails.mail import RenderedEmail
from emails.message import Mailbox, OutgoingMessage
from emails.registry import RULES
from webapp.models import Firm
from webapp.services.previews.gallery import Shown

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.DOTALL | re.IGNORECASE)
_SCHEMES = re.compile(r'(<meta name="(?:supported-)?color-schemes?" content=")light dark(")')
_DECLARED = re.compile(r"(color-schemes?: )light dark")
_WISH = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_ALWAYS, _NEVER = "(min-width: 0px)", "(max-width: 0px)"
_INVERTED = (
    "<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}"
    "img{filter:invert(1) hue-rotate(180deg)}</style></head>"
)


class Scheme(StrEnum):
    """`inverted`: roughly what programs do that know no dark mode of the mail's own."""

    LIGHT = "light"
    DARK = "dark"
    INVERTED = "inverted"


def in_scheme(html: str, scheme: Scheme) -> str:
    """The HTML as a reader with this scheme gets it, whatever the browser that shows it prefers: what its styles ask
    of `prefers-color-scheme` is answered in them."""
    answer = "dark" if scheme is Scheme.DARK else "light"
    seen = _STYLE.sub(lambda found: found[1] + _answered(found[2], answer) + found[3], html)
    seen = _SCHEMES.sub(rf"\g<1>{answer}\g<2>", seen)
    return seen.replace("</head>", _INVERTED, 1) if scheme is Scheme.INVERTED else seen


def headers(shown: Shown, rendered: RenderedEmail, *, firm: Firm, sender: str, public_url: str, now: datetime) -> str:
    """The headers such a mail is sent with, as they go over the wire; its Message-ID and its unsubscribe link stand for
    those a mail gets when it is sent."""
    domain = sender.partition("@")[2]
    is_regular = RULES[shown.kind].is_regular
    name, address = shown.reply_to
    thread = f"<{shown.thread_id}@{domain}>" if shown.thread_id else None
    outgoing = OutgoingMessage(
        message_id=f"<example@{domain}>",
        date=now,
        sender=Mailbox(name=firm.name, address=sender),
        recipient=Mailbox(name=shown.to_name, address=shown.to_address),
        reply_to=Mailbox(name=name, address=address) if address else None,
        subject=rendered.subject,
        html="",
        text="",
        language=language(shown.context.language).mail_tag,
        boundary_seed="example",
        unsubscribe_url=f"{public_url}/unsubscribe/example" if is_regular else None,
        list_id=f"updates.{domain}" if is_regular else None,
        in_reply_to=thread,
        references=(thread,) if thread else (),
    )
    head = message.encode(outgoing, smtputf8=message.needs_smtputf8(outgoing)).partition(b"\r\n\r\n")[0]
    return head.decode().replace("\r\n", "\n")


def _answered(styles: str, scheme: str) -> str:
    wishes = _WISH.sub(lambda found: _ALWAYS if found[1] == scheme else _NEVER, styles)
    return _DECLARED.sub(rf"\g<1>{scheme}", wishes)
