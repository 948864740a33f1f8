"""Pages for staff."""

from flask import Flask

from webapp.staff import (
    absences,
    calendar,
    checkpoints,
    clients,
    date_questions,
    dates,
    delays,
    engagements,
    figures,
    gallery,
    imports,
    links,
    moving,
    new_engagement,
    notices,
    outbox,
    people,
    replies,
    services,
    settings,
    sign_in,
    telling,
    today,
    updates,
)

ROOMS = (
    absences,
    calendar,
    checkpoints,
    clients,
    date_questions,
    dates,
    delays,
    engagements,
    figures,
    gallery,
    links,
    replies,
    telling,
    imports,
    new_engagement,
    notices,
    outbox,
    people,
    services,
    settings,
    sign_in,
    today,
    updates,
)


def init_app(app: Flask) -> None:
    for room in ROOMS:
        app.register_blueprint(room.bp)
    app.register_blueprint(checkpoints.by_mail)
    app.register_blueprint(date_questions.by_mail)
    app.register_blueprint(moving.by_mail)
