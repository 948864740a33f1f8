"""What machines read: health, readiness and metrics."""

from flask import Flask

from webapp.api import health


def init_app(app: Flask) -> None:
    app.register_blueprint(health.bp)
