"""Pages for staff."""

from flask import Flask

from webapp.staff.bulk import acts
from webapp.staff.calendar import firm_calendar
from webapp.staff.conversation import replies
from webapp.staff.core import firm
from webapp.staff.dates import milestones, moving, questions, together
from webapp.staff.figures import count
from webapp.staff.imports import bring_in
from webapp.staff.mail import links, outbox
from webapp.staff.people import absences, sign_in, users
from webapp.staff.previews import gallery
from webapp.staff.reports import checkpoints
from webapp.staff.today import board
from webapp.staff.updates import corrections, notices, telling
from webapp.staff.work import clients, engagements, new_engagement, playbooks, zone

VIEWS = (
    absences,
    acts,
    board,
    bring_in,
    checkpoints,
    clients,
    corrections,
    count,
    engagements,
    firm,
    firm_calendar,
    gallery,
    links,
    milestones,
    new_engagement,
    notices,
    outbox,
    playbooks,
    questions,
    replies,
    sign_in,
    telling,
    together,
    users,
    zone,
)


def init_app(app: Flask) -> None:
    for view in VIEWS:
        app.register_blueprint(view.bp)
    app.register_blueprint(checkpoints.by_mail)
    app.register_blueprint(questions.by_mail)
    app.register_blueprint(replies.by_mail)
    app.register_blueprint(moving.by_mail)
