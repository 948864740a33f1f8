"""Who signed in with this browser before, kept in it and signed: a stranger cannot use up their attempts."""

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.models import User
from webapp.services.people import sign_in
from webapp.transactions import settings

COOKIE = "milepost-known"
SECONDS = 180 * 24 * 3600
MOST = 5


def addresses() -> list[str]:
    """The keyed hashes of the addresses that signed in here in the last half a year, the latest first."""
    try:
        found = _signer().loads(request.cookies.get(_name(), ""), max_age=SECONDS)
    except BadData:
        return []
    return [address for address in found if isinstance(address, str)] if isinstance(found, list) else []


def remember(answer: Response, user: User) -> None:
    """Keep in the browser that this colleague signed in with it."""
    theirs = sign_in.address_hash(settings().keyring, user.address)
    known = [theirs, *(address for address in addresses() if address != theirs)][:MOST]
    kept = _signer().dumps(known)
    answer.set_cookie(
        _name(), kept, secure=settings().is_https, httponly=True, samesite="Lax", max_age=SECONDS, path="/"
    )


def _signer() -> URLSafeTimedSerializer:
    # The newest key is the last one: it signs, all verify.
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], str(current_app.secret_key)]
    return URLSafeTimedSerializer(keys, salt="known-browser")


def _name() -> str:
    return f"__Host-{COOKIE}" if settings().is_https else COOKIE
