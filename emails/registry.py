"""Every kind of mail, by the name of its module and of its folder of templates."""

from collections.abc import Callable
from datetime import timedelta

from emails.kinds import (
    address_moved,
    answer,
    client_update,
    closing,
    correction,
    day_mail,
    delay_notice,
    fresh_link,
    invitation,
    last_call,
    news_moved,
    no_news,
    receipt,
    reply_received,
    sign_in,
    trouble,
    welcome,
)
from emails.mail import Mail
from emails.sending import Rule

KINDS = (
    client_update,
    delay_notice,
    no_news,
    news_moved,
    welcome,
    correction,
    closing,
    fresh_link,
    receipt,
    address_moved,
    answer,
    day_mail,
    last_call,
    sign_in,
    invitation,
    reply_received,
    trouble,
)

CONTEXTS: dict[str, type[Mail]] = {
    name: getattr(kind, name.title().replace("_", "")) for kind in KINDS for name in [kind.__name__.rpartition(".")[2]]
}

RULES: dict[str, Rule] = {
    **{kind.__name__.rpartition(".")[2]: kind.RULE for kind in KINDS},
    # A mail of any kind, shown to the colleague who looks at it.
    "sample": Rule(lives=timedelta(hours=2), priority=8, makes_task=False, to_client=False),
}
"""How each kind is sent: read by the outbox, the worker and the tests."""

SAMPLES: dict[str, Callable[[str], Mail]] = {name: make for kind in KINDS for name, make in kind.SAMPLES.items()}
"""A realistic mail of every sort in every language, for previews, pictures and the golden files of the tests."""
