"""Engagements: the list, one engagement with everything about it, and what can be done with it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select

from emails.cleaning import clean_line
from emails.languages import language
from webapp.access import needs, the_user
from webapp.forms.rhythm.cadences import WorkRhythmForm, as_fields
from webapp.forms.rhythm.in_writing import InWritingForm
from webapp.forms.work.clients import PartForm
from webapp.forms.work.engagements import NoNewsForm, OwnerForm, RestForm, WordsForm
from webapp.language import firm, lang, t, today
from webapp.models import Contact, Engagement, EngagementState, Participation, PartOf, Playbook, Role, User
from webapp.numbers import row_number
from webapp.services.bulk import acts, begin
from webapp.services.core.errors import Refused
from webapp.services.dates import signals, staleness
from webapp.services.people import users
from webapp.services.promised import planning
from webapp.services.rhythm import cadences, slots, upcoming
from webapp.services.updates import given_word, notices
from webapp.services.work import engagements, listing, timeline
from webapp.timezones import local
from webapp.transactions import commit, db, let_go, moment

bp = Blueprint("staff_engagements", __name__)

LATE = "late"
"""The filter for what might run late, which is no state of its own."""


@bp.get("/engagements")
@needs(Role.VIEWER)
def index() -> Any:
    args = request.args
    is_late = args.get("state") == LATE
    pressing = signals.pressing(db(), firm(), now=moment()) if is_late else []
    late = {found[0].engagement.id: found for found in pressing}
    found = listing.find(
        db(),
        text=clean_line(args.get("q", "")),
        state=args.get("state", ""),
        owner_id=args.get("owner", type=row_number),
        playbook_id=args.get("playbook", type=row_number),
        among=late if is_late else None,
        sort=args.get("sort", "next"),
        is_descending=args.get("order") == "desc",
        number=args.get("page", 1, type=row_number),
    )
    return render_template(
        "staff/work/engagements.html",
        found=found,
        late=late,
        stale=staleness.stale(db(), [row[0] for row in found.rows], firm(), now=moment()),
        args=args,
        owners=listing.owners(db()),
        playbooks=db().scalars(select(Playbook)).all(),
        states=list(EngagementState),
    )


@bp.get("/engagements/<int:engagement_id>")
@needs(Role.VIEWER)
def show(engagement_id: int) -> Any:
    engagement = engagements.get(db(), engagement_id)
    return _page(engagement)


@bp.post("/engagements/<int:engagement_id>/live")
@needs(Role.STAFF)
def go_live(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    slot = _tried(lambda: engagements.go_live(db(), engagement, by=the_user(), now=moment()))
    if slot is not None:
        at = lang().moment(local(slot.send_at, engagement.cadence["zone"]))
        flash(t("work.live_now", at=at), "success")
    return _back(engagement)


@bp.post("/engagements/live")
@needs(Role.MANAGER)
def all_live() -> Any:
    """Switch every draft live; the first updates are spread over the coming days."""
    ready = [draft for draft in engagements.drafts(db()) if draft.participations]
    if len(ready) > acts.BATCH:
        act = begin.go_live(db(), ready, by=the_user(), now=moment())
        commit()
        return redirect(url_for("staff_bulk.show", act_id=act.id), 303)
    count = engagements.go_live_together(db(), ready, by=the_user(), now=moment())
    commit()
    flash(t("work.all_live", count=count), "success")
    return redirect(url_for("staff_engagements.index"), 303)


@bp.post("/engagements/<int:engagement_id>/rest")
@needs(Role.STAFF)
def rest(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    words = RestForm(request.form)
    if not words.validate():
        return _page(engagement, words=words), 422
    if _tried(lambda: engagements.rest(db(), engagement, words=words.words.data, by=the_user(), now=moment()), 1):
        flash(t("work.rests"), "success")
    return _back(engagement)


@bp.post("/engagements/<int:engagement_id>/resume")
@needs(Role.STAFF)
def resume(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    if _tried(lambda: engagements.resume(db(), engagement, by=the_user(), now=moment())):
        flash(t("work.goes_on"), "success")
    return _back(engagement)


@bp.post("/engagements/<int:engagement_id>/close")
@needs(Role.STAFF)
def close(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    words = WordsForm(request.form)
    if not words.validate():
        return _page(engagement, words=words), 422
    if _tried(lambda: engagements.close(db(), engagement, words=words.words.data, by=the_user(), now=moment()), 1):
        flash(t("work.is_closed"), "success")
    return _back(engagement)


@bp.route("/engagements/<int:engagement_id>/owner", methods=["GET", "POST"])
@needs(Role.STAFF)
def owner(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    form = OwnerForm(request.form if request.method == "POST" else None)
    form.owner.choices = {"": ""} | {
        str(user.id): user.name for user in users.may_own_work(db()) if user.id != engagement.owner_id
    }
    if request.method != "POST":
        return _owner_page(engagement, form)
    to = db().get(User, int(form.owner.data)) if form.validate() else None
    if to is None:
        return _owner_page(engagement, form), 422
    brief, introduction = form.brief.data, form.introduction.data
    by, now = the_user(), moment()
    try:
        engagements.hand_over(
            db(), engagement, to, brief=brief, introduction=introduction, tells=form.tells_now, by=by, now=now
        )
    except Refused as refusal:
        let_go()
        form.refuse(refusal)
        return _owner_page(engagement, form), 422
    commit()
    flash(t("work.handed_over_now" if form.tells_now else "work.handed_over", name=to.name), "success")
    return _back(engagement)


@bp.route("/engagements/<int:engagement_id>/rhythm", methods=["GET", "POST"])
@needs(Role.STAFF)
def rhythm(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    if request.method != "POST":
        return _rhythm_page(engagement, WorkRhythmForm(data=as_fields(engagement.cadence)))
    form = WorkRhythmForm(request.form)
    if not form.validate():
        return _rhythm_page(engagement, form), 422
    old = cadences.load(engagement.cadence)
    stored = form.stored(zone=form.zone.data or old.zone, anchor=old.anchor)
    if "look" in request.form:
        return _rhythm_page(engagement, form, stored)
    tells = InWritingForm(request.form).tells
    engagements.change_rhythm(db(), engagement, stored, tells=tells, by=the_user(), now=moment())
    commit()
    flash(t("work.rhythm_changed"), "success")
    return _back(engagement)


@bp.post("/engagements/<int:engagement_id>/no-news")
@needs(Role.MANAGER)
def no_news(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    form = NoNewsForm(request.form)
    is_off = not engagement.is_no_news_off
    _tried(
        lambda: engagements.switch_no_news(
            db(), engagement, is_off=is_off, why=form.why.data or "", by=the_user(), now=moment()
        ),
        1,
    )
    return _back(engagement)


@bp.post("/engagements/<int:engagement_id>/people")
@needs(Role.STAFF)
def add_person(engagement_id: int) -> Any:
    engagement = _acting(engagement_id)
    form = PartForm(request.form)
    form.contact.choices = _others(engagement)
    if form.validate():
        contact = db().get_one(Contact, int(form.contact.data))
        engagement.participations.append(Participation(contact=contact, part=PartOf(form.part.data)))
        commit()
        flash(t("work.person_added", name=contact.name), "success")
    return _back(engagement)


def _owner_page(engagement: Engagement, form: OwnerForm) -> str:
    return render_template(
        "staff/work/owner.html",
        engagement=engagement,
        form=form,
        slot=slots.current(db(), engagement),
        given=given_word.of(db(), engagement, now=moment()),
        zone=engagement.cadence["zone"],
        local=local,
    )


def _rhythm_page(engagement: Engagement, form: WorkRhythmForm, changed: dict[str, Any] | None = None) -> str:
    """The rhythm with the next ones: as they are planned, or as the rhythm that was typed would plan them."""
    in_writing = InWritingForm(request.form if request.method == "POST" else None)
    hour = planning.hour_in_writing(db(), engagement)
    given: dict[str, Any] = {"firm": firm(), "now": moment(), "tag": lang().tag}
    if changed is None:
        following = upcoming.of(db(), engagement, **given)
    else:
        keeps = hour is not None and not in_writing.tells
        following = upcoming.as_changed(db(), engagement, cadences.load(changed), keeps=keeps, **given)
    return render_template(
        "staff/work/rhythm.html",
        engagement=engagement,
        form=form,
        following=following,
        is_changed=changed is not None,
        in_writing=in_writing,
        hour=hour,
        zone=(changed or engagement.cadence)["zone"],
        local=local,
    )


def _page(engagement: Engagement, words: WordsForm | None = None) -> str:
    slot = slots.current(db(), engagement)
    people = PartForm()
    people.contact.choices = _others(engagement)
    return render_template(
        "staff/work/engagement.html",
        engagement=engagement,
        slot=slot,
        upcoming=upcoming.of(db(), engagement, firm=firm(), now=moment(), tag=lang().tag),
        rhythm=lang().by_clock(
            cadences.in_words(cadences.load(engagement.cadence), lang()), local(moment(), engagement.cadence["zone"])
        ),
        story=timeline.of(db(), engagement),
        facts=timeline.facts(db(), engagement),
        asks=timeline.asks(db(), engagement),
        can_act=engagements.can_act(the_user(), engagement, on=today()),
        words=words or WordsForm(),
        no_news=NoNewsForm(),
        people=people,
        missing=_missing_labels(engagement),
        signals=signals.of(db(), engagement, firm(), now=moment()),
        stale_since=staleness.stale_since(db(), engagement, firm(), now=moment()),
        to_read=notices.to_read(db(), engagement),
        given=given_word.of(db(), engagement, now=moment()),
        hears_by=engagements.hears_by(db(), engagement, now=moment()),
        zone=engagement.cadence["zone"],
        local=local,
    )


def _missing_labels(engagement: Engagement) -> list[str]:
    """Languages that a reader uses and a label of this work lacks."""
    read = {part.contact.language for part in engagement.participations}
    labels = [step.labels for step in engagement.milestones]
    labels += [engagement.stage.labels] if engagement.stage else []
    return sorted(language(tag).native_name for tag in read if any(tag not in known for known in labels))


def _others(engagement: Engagement) -> dict[str, str]:
    taking_part = {part.contact_id for part in engagement.participations}
    return {str(contact.id): contact.name for contact in engagement.client.contacts if contact.id not in taking_part}


def _acting(engagement_id: int) -> Engagement:
    return engagements.get_acting(db(), engagement_id, the_user(), on=today())


def _tried(act: Any, otherwise: Any = None) -> Any:
    """Do it and commit; a rule that says no is told on the next page and changes nothing."""
    try:
        done = act()
    except Refused as refusal:
        let_go()
        flash(t(refusal.key, **refusal.values), "error")
        return None
    commit()
    return done if done is not None else otherwise


def _back(engagement: Engagement) -> Any:
    return redirect(url_for("staff_engagements.show", engagement_id=engagement.id), 303)
