"""The demo's inbox: mails that stay on this machine, as their readers see them."""

from flask import Flask

from webapp.dev import inbox


def init_app(app: Flask) -> None:
    app.register_blueprint(inbox.bp)
