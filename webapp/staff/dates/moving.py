"""The form that moves an agreed date: signed in, or by the link of the day's mail."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from webapp.extensions import csrf
from webapp.language import t, today
from webapp.models import Act, Engagement, EngagementState, Milestone, Promise, UpdateKind, User
from webapp.security import mail_body
from webapp.services.core import locks
from webapp.services.core.errors import NotFound, Refused
from webapp.services.dates import ledger, milestones
from webapp.services.updates import notices
from webapp.services.work import engagements
from webapp.staff.core import entrances, mail_preview
from webapp.staff.core.entrances import two_doors
from webapp.staff.dates import move_page
from webapp.staff.dates.milestones import bp
from webapp.staff.dates.move_page import Page
from webapp.transactions import commit, db, let_go, moment

by_mail = Blueprint("mail_dates", __name__)
csrf.exempt(by_mail)


@dataclass(frozen=True)
class Entrance:
    """How somebody came to the form of a step: signed in, or with the token of the day's mail."""

    user: User
    token: str | None
    engagement: Engagement
    milestone: Milestone

    def url(self, view: str, **values: Any) -> str:
        if self.token is None:
            return url_for(
                f"staff_dates.{view}", engagement_id=self.engagement.id, milestone_id=self.milestone.id, **values
            )
        return url_for(f"mail_dates.{view}", token=self.token, milestone_id=self.milestone.id, **values)


@two_doors(
    bp,
    by_mail,
    "/engagements/<int:engagement_id>/dates/<int:milestone_id>/move",
    by_link="/dates/<int:milestone_id>/move",
)
def move(came: entrances.Entrance, milestone_id: int, engagement_id: int | None = None) -> Any:
    entrance = _of(came, milestone_id, engagement_id)
    session = db()
    if request.args.get("moved") and entrance.token is not None:
        return render_template("staff/dates/moved.html", entrance=entrance, entry=_present(entrance.milestone))
    return _page(entrance, move_page.build(session, entrance.engagement, entrance.milestone, None))


@two_doors(
    bp,
    by_mail,
    "/engagements/<int:engagement_id>/dates/<int:milestone_id>/move",
    by_link="/dates/<int:milestone_id>/move",
    act=True,
)
def submit(came: entrances.Entrance, milestone_id: int, engagement_id: int | None = None) -> Any:
    entrance = _of(came, milestone_id, engagement_id)
    session = db()
    locks.hold(session, entrance.engagement.id)
    page = move_page.build(session, entrance.engagement, entrance.milestone, request.form)
    if page.is_old:
        if ledger.when(page.present) == page.to:
            return _thanks(entrance, None)
        page.form.based_on.data = str(page.present.id)
        return _page(entrance, page, moved_meanwhile=True), 409
    if not page.fits():
        return _page(entrance, page), 422
    if page.offer_later():
        return _page(entrance, page, looks_later=True)
    told = page.told()
    try:
        entries = milestones.move_together(
            session, page.moved(), page.why, by=entrance.user, now=moment(), origin="dates"
        )
    except Refused as refusal:
        let_go()
        page = move_page.build(session, *_again(session, entrance), request.form)
        page.form.refuse(refusal)
        return _page(entrance, page), 422
    is_back = all(entry.act is Act.WITHDRAW for entry in entries)
    commit()
    return _thanks(entrance, [t("agreed.taken_back")] if is_back else [t("agreed.moved", count=len(entries)), *told])


@two_doors(
    bp,
    by_mail,
    "/engagements/<int:engagement_id>/dates/<int:milestone_id>/preview",
    by_link="/dates/<int:milestone_id>/preview",
    looks=True,
)
def preview(came: entrances.Entrance, milestone_id: int, engagement_id: int | None = None) -> Response:
    """The client's mail as it will be, in the client's language or, where asked for, in the writer's own."""
    entrance = _of(came, milestone_id, engagement_id)
    session = db()
    page = move_page.build(session, entrance.engagement, entrance.milestone, request.form)
    to = mail_preview.reader(entrance.engagement)
    theirs = None
    if page.fits():
        page.offer_later()
        theirs = notices.preview(session, to.participation, page.moved(), page.why, by=entrance.user, now=moment())
    if theirs is None:
        return mail_body(render_template("staff/updates/no_preview.html"))
    return mail_body(mail_preview.html(UpdateKind.DELAY_NOTICE, theirs, to))


def _thanks(entrance: Entrance, said: list[str] | None) -> Any:
    """The page after a move: from the mail one of its own, as nobody is signed in to whom a next page could say it."""
    if entrance.token is not None:
        return redirect(entrance.url("move", moved=1), 303)
    if said:
        flash(" ".join(said), "success")
    return redirect(url_for("staff_dates.index", engagement_id=entrance.engagement.id), 303)


def _page(entrance: Entrance, page: Page, *, moved_meanwhile: bool = False, looks_later: bool = False) -> str:
    return render_template(
        "staff/dates/move.html",
        page=page,
        form=page.form,
        entrance=entrance,
        moved_meanwhile=moved_meanwhile,
        looks_later=looks_later,
        said_no=bool(request.args.get("no")),
    )


def _of(came: entrances.Entrance, milestone_id: int, engagement_id: int | None) -> Entrance:
    """For somebody who may act. Closed work keeps its dates: there is nothing to move."""
    if engagement_id is None:
        milestone = db().get(Milestone, milestone_id)
        if milestone is None:
            raise NotFound
        engagement_id = milestone.engagement_id
    engagement = engagements.get_acting(db(), engagement_id, came.user, on=today(), is_by_mail=came.token is not None)
    if engagement.state is EngagementState.CLOSED:
        raise NotFound
    return Entrance(came.user, came.token, engagement, milestones.get(db(), engagement, milestone_id))


def _again(session: Session, entrance: Entrance) -> tuple[Engagement, Milestone]:
    """The same rows, read again after nothing was done."""
    return session.get_one(Engagement, entrance.engagement.id), session.get_one(Milestone, entrance.milestone.id)


def _present(milestone: Milestone) -> Promise:
    entries = ledger.effective(milestone)
    if not entries:
        raise NotFound
    return entries[-1]
