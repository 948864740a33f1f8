"""The web application, put together from its rooms."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import access, api, client, dev, errors, language, logs, security, staff, timezones, transactions
from webapp.broker import Broker
from webapp.config import Settings
from webapp.database import Database
from webapp.extensions import csrf
from webapp.numbers import RowNumber

MAXIMUM_BODY = 3 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """An application from its settings; raises SettingsFault where they are wrong."""
    timezones.force_pinned_tzdata()
    settings = settings or Settings.load()
    logs.configure(settings.log_level)
    app = Flask(__name__)
    app.url_map.converters["int"] = RowNumber
    app.config.update(
        SECRET_KEY=settings.keyring.derived("flask")[0],
        SECRET_KEY_FALLBACKS=settings.keyring.derived("flask")[1:],
        SESSION_COOKIE_NAME="__Host-milepost" if settings.is_https else "milepost",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=MAXIMUM_BODY,
        MAX_FORM_MEMORY_SIZE=MAXIMUM_BODY,
        TEMPLATES_AUTO_RELOAD=False,
        # Whoever asks for another host is not asking us; checks on this machine may name it as they like.
        TRUSTED_HOSTS=[settings.public_host, "localhost", "127.0.0.1", "[::1]"],
    )
    app.extensions["settings"] = settings
    app.extensions["database"] = Database(settings.database)
    app.extensions["broker"] = Broker(settings.redis_url)
    if settings.forwarded_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.forwarded_hops, x_proto=settings.forwarded_hops, x_host=0
        )
    # First, so that nothing else reads a body that is cut off.
    transactions.init_app(app)
    csrf.init_app(app)
    for room in (security, access, language, errors, api, staff, client):
        room.init_app(app)
    if settings.mail_transport.stays_here:
        dev.init_app(app)
    return app
