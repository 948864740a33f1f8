"""How somebody comes to a short page of staff: signed in, or by the link of the day's mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, url_for

from webapp.access import by_token, needs, the_user
from webapp.language import speak, today
from webapp.models import DateQuestion, Engagement, Milestone, Purpose, Reply, Role, User
from webapp.services.core.errors import NotFound
from webapp.services.mail import links
from webapp.services.work import engagements
from webapp.transactions import db, moment, only_looks, settings

Door = Callable[[Callable[..., Any]], Callable[..., Any]]


@dataclass(frozen=True)
class Entrance:
    """Who it is, and the token of the mail they came from; None where they are signed in."""

    user: User
    token: str | None

    def can_act(self, engagement: Engagement) -> bool:
        """Whether they may change a piece of work, coming this way."""
        return engagements.can_act(self.user, engagement, on=today(), is_by_mail=self.token is not None)

    def url(self, view: str, **values: Any) -> str:
        """Of a page about the forms."""
        if self.token is None:
            return url_for(f"staff_checkpoints.{view}", **values)
        return url_for(f"mail_checkpoints.{view}", token=self.token, **values)

    def answer_url(self, reply: Reply) -> str:
        """Where our answer to what a client wrote goes, from the form that shows it."""
        if self.token is None:
            return url_for("staff_replies.answer_beside_form", reply_id=reply.id)
        return url_for("mail_replies.answer_beside_form", token=self.token, reply_id=reply.id)

    def say_url(self, question: DateQuestion) -> str:
        """Where the answer goes whether an agreed date holds."""
        if self.token is None:
            return url_for("staff_date_questions.say", question_id=question.id)
        return url_for("mail_date_questions.say", token=self.token, question_id=question.id)

    def move_url(self, milestone: Milestone) -> str:
        """Where a date that does not hold is moved, with its explanation."""
        if self.token is None:
            return url_for("staff_dates.move", engagement_id=milestone.engagement_id, milestone_id=milestone.id, no=1)
        return url_for("mail_dates.move", token=self.token, milestone_id=milestone.id, no=1)


def by_mail(token: str) -> Entrance:
    """By the link of the day's mail; the page speaks its reader's language. LinkInvalid or NotFound where the token
    opens nothing."""
    link = links.find(
        db(),
        settings().keyring,
        token,
        Purpose.FORMS,
        now=moment(),
        days_after_close=settings().link_days_after_close,
    )
    if link.user is None:
        raise NotFound
    speak(link.user.language)
    g.entered_by_mail = True
    return Entrance(link.user, token)


def signed_in() -> Entrance:
    return Entrance(the_user(), None)


def two_doors(
    signed: Blueprint, mailed: Blueprint, at: str, *, by_link: str | None = None, act: bool = False, looks: bool = False
) -> Door:
    """Register one view behind two addresses: `at` for who is signed in, and for the link of the day's mail
    `/checkpoints/<token>` with `by_link` behind it; where that is None, with what follows `/forms` in `at`. The view
    takes the entrance first. `act`: it is posted to; `looks`: that too, and only shows what would come of it."""
    rest = at.removeprefix("/forms") if by_link is None else by_link
    methods = ["POST"] if act or looks else ["GET"]

    def register(view: Callable[..., Any]) -> Callable[..., Any]:
        @needs(Role.STAFF)
        def from_session(**given: Any) -> Any:
            return view(signed_in(), **given)

        @by_token
        def from_mail(token: str, **given: Any) -> Any:
            return view(by_mail(token), **given)

        if looks:
            from_session, from_mail = only_looks(from_session), only_looks(from_mail)
        signed.add_url_rule(at, view.__name__, from_session, methods=methods)
        mailed.add_url_rule(f"/checkpoints/<token>{rest}", view.__name__, from_mail, methods=methods)
        return view

    return register
