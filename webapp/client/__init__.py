"""The magic-link surface: pages for clients, where the token in the address is the permission."""

from flask import Flask

from webapp.client import dates_file, entrance, fresh_link, page, preferences

ROOMS = (page, dates_file, preferences, fresh_link)


def init_app(app: Flask) -> None:
    entrance.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
