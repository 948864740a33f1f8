"""Headers of every answer, and the check that a form was sent from our own pages."""

from flask import Flask, Response, abort, request

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MAIL_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https:; frame-ancestors 'self'"
"""For an e-mail shown inside a page: it may have inline styles, and nothing in it can act."""


def init_app(app: Flask) -> None:
    app.before_request(_refuse_foreign_forms)
    app.after_request(_add_headers)


def mail_body(html: str) -> Response:
    """A mail's HTML as the answer of a frame."""
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = MAIL_CSP
    return response


def _refuse_foreign_forms() -> None:
    """Browsers say where a request comes from; one that acts and comes from another site is refused. Mail programs
    that press one-click unsubscribe send no such header."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        abort(400)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static" and response.status_code < 400:
        headers["Cache-Control"] = "public, max-age=3600"
        return response
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
