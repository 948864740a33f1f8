"""Headers of every answer, forms from other sites, cookies, and where `next` may lead."""

import pytest

from tests.support.site import Site, Visitor
from webapp.access import safe_next
from webapp.models import Purpose, UserSession


def test_every_page_carries_the_strict_headers(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    pages = ["/", "/engagements", "/settings", "/sign-in", "/nowhere", site.page_of(site.kitchen), "/u/unknown"]

    for path in pages:
        answer = amina.get(path)

        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "script-src 'self'" in policy, path
        assert "unsafe" not in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert "noindex" in answer.headers["X-Robots-Tag"], path
        if path != "/sign-in":
            assert answer.headers["Cache-Control"] == "no-store", path


def test_a_mail_in_a_frame_is_sandboxed(amina: Visitor, site: Site) -> None:
    mail = site.mails("welcome")[0]
    frames = [f"/outbox/{mail.id}/body", "/settings/mails/body?mail=on_track&language=ary"]

    for path in frames:
        answer = amina.get(path)

        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox; default-src 'none'"), path
        assert "frame-ancestors 'self'" in policy, path
        assert "link.invalid" not in answer.text, path


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_a_form_of_another_site_is_refused(site: Site, origin: str) -> None:
    page = site.page_of(site.kitchen)

    answer = site.visitor().post(page, {"text": "hello"}, headers={"Sec-Fetch-Site": origin})

    assert answer.status_code == 400


def test_a_form_without_the_token_is_refused_and_what_was_typed_comes_back(alice: Visitor, site: Site) -> None:
    answer = alice.post(f"/forms/{site.kitchen.checkpoint_id}", {"done": "Wall tiles are all finished"}, csrf=False)

    assert answer.status_code == 400
    assert "Wall tiles are all finished" in answer.text


def test_on_https_every_cookie_is_bound_to_the_host(secure_site: Site) -> None:
    site = secure_site
    visitor = site.visitor()
    visitor.get("/sign-in")
    token = site.link(Purpose.INVITATION, user=site.world.alice)

    asked = visitor.post("/sign-in", {"address": "alice@darrenov.example"})
    entered = visitor.post(f"/invitations/{token}", {"address": "Alice@DarRenov.example "}, csrf=False)

    cookies = [*asked.headers.getlist("Set-Cookie"), *entered.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-milepost-browser", "__Host-milepost-user"}
    for cookie in cookies:
        assert cookie.startswith("__Host-"), cookie
        assert "Secure" in cookie, cookie
        assert "HttpOnly" in cookie, cookie
        assert "SameSite=Lax" in cookie, cookie
        assert "Path=/" in cookie, cookie
        assert "Domain" not in cookie, cookie
    assert entered.status_code == 303
    assert visitor.get("/").status_code == 200
    assert "max-age" in visitor.get("/").headers["Strict-Transport-Security"]


def test_forms_work_over_https_without_a_referrer(secure_site: Site) -> None:
    amina = secure_site.visitor(secure_site.world.amina)

    answer = amina.post("/me/language", {"language": "az"}, headers={"Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 303
    assert amina.post("/me/language", {"language": "en"}, csrf=False).status_code == 400


def test_a_plain_http_request_cannot_lend_a_cookie_to_the_https_site(secure_site: Site) -> None:
    visitor = secure_site.visitor()
    visitor.http.set_cookie("milepost-user", "whatever", domain=visitor.host)

    assert visitor.get("/").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)",
        "https://evil.example", "http:evil.example", "\\\\evil.example", " //evil.example", "/ /evil.example",
        "/x\\y", "", None, "evil.example", "/%0a\x00",
    ],
)  # fmt: skip
def test_next_never_leads_to_another_host(target: str | None) -> None:
    assert safe_next(target) == "/"


def test_next_leads_on_to_the_page_that_was_asked_for() -> None:
    assert safe_next("/engagements?q=a%20b&page=2") == "/engagements?q=a%20b&page=2"


def test_a_signed_out_browser_is_signed_out_on_the_server_too(alice: Visitor, site: Site) -> None:
    cookie = alice.http.get_cookie("milepost-user", domain="localhost")
    assert cookie is not None

    alice.post("/sign-out")

    thief = site.visitor()
    thief.http.set_cookie("milepost-user", cookie.value, domain="localhost")
    assert thief.get("/").status_code == 303
    assert all(session.ended_at for session in site.all(UserSession))


def test_an_uploaded_cookie_of_nobody_opens_nothing(client: Visitor) -> None:
    client.http.set_cookie("milepost-user", "A" * 43, domain="localhost")

    assert client.get("/").status_code == 303


def test_a_request_for_another_host_is_refused(secure_site: Site) -> None:
    http = secure_site.app.test_client()

    assert http.get("/sign-in", base_url="https://evil.example").status_code == 400
    assert http.get("/sign-in", base_url="https://news.darrenov.example").status_code == 200
    assert http.get("/healthz", base_url="http://127.0.0.1:8000").status_code == 200


def test_files_are_kept_by_browsers_and_what_is_not_there_is_not(secure_site: Site) -> None:
    http = secure_site.app.test_client()
    with http.get("/static/css/components.css", base_url="https://news.darrenov.example") as there:
        pass
    nothing = http.get("/static/nothing.css", base_url="https://news.darrenov.example")

    assert "max-age=3600" in there.headers["Cache-Control"]
    assert "Strict-Transport-Security" in there.headers
    assert (nothing.status_code, nothing.headers["Cache-Control"]) == (404, "no-store")


def test_search_engines_are_asked_to_stay_away(client: Visitor) -> None:
    assert client.get("/robots.txt").get_data(as_text=True) == "User-agent: *\nDisallow: /\n"
