"""One update made ready to send, against the bare MJML render of the same template, side by side.

Ready to send is all that lies between a context and the wire: HTML, text, subject, links in, headers, MIME bytes. The
bare render is what the template costs where it is not compiled once: its Jinja run over the MJML for this mail, and the
result handed to MJML; that is HTML and nothing else. Every mail has words of its own, so that no cache is asked for the
same mail twice, and the two sides take turns mail by mail.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter
from typing import TypeVar

import pytest
from jinja2 import Template
from mjml import mjml2html

from emails import links, rendering
from emails.kinds.client_update import ClientUpdate
from emails.languages import language
from emails.message import Mailbox, OutgoingMessage, encode
from emails.pieces import Said
from emails.registry import SAMPLES
from emails.sentences import Sentences

MOST_TIMES = 2.0
MAILS = 300
WARM_UP = 20

_EMPTY = re.compile(r"<mj-raw>\s*</mj-raw>")
_Item = TypeVar("_Item")


@pytest.mark.parametrize("tag", ["en", "ary"])
def test_an_update_ready_to_send_takes_at_most_twice_its_bare_render(tag: str) -> None:
    mails = [_update(tag, number) for number in range(WARM_UP + MAILS)]

    pairs = [(_seconds(_render_bare, mail), _seconds(_make_ready, mail)) for mail in mails]

    bare, ready = (min(times) for times in zip(*pairs[WARM_UP:], strict=True))
    assert ready <= bare * MOST_TIMES, f"{ready * 1e3:.2f} ms a mail, {ready / bare:.2f} times its bare render"


def test_the_bare_render_is_that_of_the_same_mail() -> None:
    mail = _update("en", 1)

    shown = _words_of(_render_bare(mail))

    assert shown == _words_of(rendering.render(mail).html)
    assert "Mrs Bennani 1" in shown


def _update(tag: str, number: int) -> ClientUpdate:
    """A regular update with words, names and reference of its own."""
    mail = SAMPLES["on_track"](tag)
    assert isinstance(mail, ClientUpdate)

    def own(words: Said | None) -> Said:
        assert words is not None
        return replace(words, text=f"{words.text} {number}")

    work = mail.engagement
    return replace(
        mail,
        recipient=f"{mail.recipient} {number}",
        engagement=replace(work, title=f"{work.title} {number}", reference=f"MA-{number:05}"),
        done=own(mail.done),
        last_step=own(mail.last_step),
        steps=tuple(replace(step, said=own(step.said)) for step in mail.steps),
        asks=tuple(replace(ask, said=own(ask.said)) for ask in mail.asks),
        dates=tuple(
            replace(line, labels={tag: f"{label} {number}" for tag, label in line.labels.items()})
            for line in mail.dates
        ),
    )


def _make_ready(mail: ClientUpdate) -> bytes:
    rendered = rendering.render(mail)
    address = f"https://news.firm.example/u/{'abcdefgh' * 7}"
    addresses = {"page": address, "preferences": f"{address}#mails", "unsubscribe": f"{address}u"}
    return encode(
        OutgoingMessage(
            message_id="<n4wkabcdefghijklmnopqrstuv@firm.example>",
            date=datetime(2027, 4, 20, 17, 0, tzinfo=UTC),
            sender=Mailbox(name=mail.brand.name, address="news@firm.example"),
            recipient=Mailbox(name=mail.recipient, address="maria@client.example"),
            reply_to=Mailbox(name=mail.owner.name, address="r-abcdefghijklmnopqrstuvwxyz@firm.example"),
            subject=rendered.subject,
            html=links.put_in(rendered.html, addresses),
            text=links.put_in(rendered.text, addresses),
            language="ar-MA" if mail.language == "ary" else mail.language,
            boundary_seed=mail.engagement.reference,
            unsubscribe_url=addresses["unsubscribe"],
            list_id="updates.firm.example",
            in_reply_to="<firstbcdefghijklmnopqrstuv@firm.example>",
            references=("<firstbcdefghijklmnopqrstuv@firm.example>",),
        )
    )


def _render_bare(mail: ClientUpdate) -> str:
    """The template filled in for one mail, without the wrappers that stood around its conditions, and then MJML."""
    spoken = language(mail.language)
    say = Sentences(spoken, is_html=True)
    filled = _mjml_template(rendering.kind_of(mail)).render(
        mail=mail,
        say=say,
        headline=mail.headline(say),
        subject=mail.engagement.title,
        preheader=mail.preheader(say),
        look=rendering.look_of(mail.brand.colour, spoken.direction),
    )
    html: str = mjml2html(_EMPTY.sub("", filled), fonts={}, disable_comments=False)
    return html


@lru_cache
def _mjml_template(kind: str) -> Template:
    return rendering.environment().from_string(rendering.mjml_source(kind))


def _seconds(work: Callable[[_Item], object], item: _Item) -> float:
    start = perf_counter()
    work(item)
    return perf_counter() - start


def _words_of(html: str) -> str:
    body = html.partition("<body")[2]
    return " ".join(re.sub(r"<!--.*?-->|<[^>]*>", " ", body).split())
