"""Pages for staff."""

from flask import Flask

from webapp.staff import (
    checkpoints,
    clients,
    engagements,
    handling,
    imports,
    new_engagement,
    outbox,
    people,
    samples,
    services,
    settings,
    sign_in,
    today,
    updates,
)

ROOMS = (
    checkpoints,
    clients,
    engagements,
    handling,
    imports,
    new_engagement,
    outbox,
    people,
    samples,
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
