"""Signing in by mail: the link and the code, bound to the browser that asked; invitations once."""

import re

import pytest

from tests.support.site import Site, Visitor
from webapp.models import OutboxEmail, Purpose, SignInChallenge, User, UserSession
from webapp.services.mail import links
from webapp.services.people import sign_in


def _ask(visitor: Visitor, address: str = "alice@darrenov.example", **more: str) -> str:
    form = visitor.page("/sign-in").form("/sign-in")
    answer = visitor.post("/sign-in", form.filled(address=address, **more))
    assert answer.status_code == 303
    return answer.headers["Location"]


def _code(site: Site) -> str:
    site.answer_who_asked()
    return sign_in.code(site.settings.keyring, site.all(SignInChallenge)[-1])


def _mailed_link(site: Site) -> str:
    """The link as the worker puts it into the mail."""
    mail = site.mails("sign_in")[-1]
    with site.writing() as session:
        row = session.get_one(OutboxEmail, mail.id)
        made = links.make(
            session,
            site.settings.keyring,
            Purpose.SIGN_IN,
            now=site.clock.now,
            user=session.get_one(User, row.user_id),
            mail=row,
            lives=links.LIVES[Purpose.SIGN_IN],
        )
        return f"/sign-in/{links.token(site.settings.keyring, made)}"


def test_the_code_signs_in_the_browser_that_asked_and_leads_on(site: Site, client: Visitor) -> None:
    refused = client.get("/engagements?q=a")
    where = client.page(refused.headers["Location"]).form("/sign-in")
    asked = client.post("/sign-in", where.filled(address=" Alice@DarRenov.example "))

    form = client.page(asked.headers["Location"]).form(asked.headers["Location"].partition("?")[0])
    code = _code(site)
    entered = client.post(asked.headers["Location"], form.filled(code=f"{code[:4]} {code[4:]}"))

    assert entered.status_code == 303
    assert entered.headers["Location"] == "/engagements?q=a"
    assert client.get("/").status_code == 200
    assert client.get("/sign-in").status_code == 303
    assert site.one(UserSession).user_id == site.world.alice.id


def test_the_link_shows_a_button_and_only_the_button_signs_in(site: Site, client: Visitor) -> None:
    _ask(client)
    link = _mailed_link(site)

    client.page(link)
    assert site.all(UserSession) == []
    entered = client.post(link, csrf=False)

    assert entered.status_code == 303
    assert client.get("/").status_code == 200
    assert client.post(link, csrf=False).status_code == 404


def test_another_browser_gets_in_neither_by_the_link_nor_by_the_code(site: Site, client: Visitor) -> None:
    where = _ask(client)
    thief = site.visitor()
    _ask(thief, "nobody@darrenov.example")

    by_link = thief.post(_mailed_link(site), csrf=False)
    by_code = thief.post(where, {"code": _code(site)})

    assert by_link.status_code == 404
    assert by_code.status_code == 422
    assert site.all(UserSession) == []


def test_a_wrong_code_is_said_beside_the_field_and_five_are_enough(site: Site, client: Visitor) -> None:
    where = _ask(client)
    code = _code(site)
    wrong = f"{(int(code) + 1) % 10**8:08d}"

    for _ in range(sign_in.TRIES):
        answer = client.post(where, {"code": wrong})
        assert answer.status_code == 422
    right = client.post(where, {"code": code})

    assert right.status_code == 422
    assert site.all(UserSession) == []


def test_ten_minutes_later_nothing_of_it_works(site: Site, client: Visitor) -> None:
    where = _ask(client)
    link, code = _mailed_link(site), _code(site)
    site.clock.on(minutes=10)

    assert client.get(link).status_code == 404
    assert client.post(link, csrf=False).status_code == 404
    assert client.post(where, {"code": code}).status_code == 422


def test_an_address_nobody_has_looks_the_same(site: Site) -> None:
    known, unknown = site.visitor(), site.visitor()
    answers = []

    for visitor, address in ((known, "alice@darrenov.example"), (unknown, "alicf@darrenov.example")):
        sent = visitor.post("/sign-in", {"address": address, "next": "/"})
        page = visitor.get(sent.headers["Location"])
        wrong = visitor.post(sent.headers["Location"], {"code": "12345678"})
        answers.append((sent.status_code, len(sent.data), page.status_code, len(page.data), wrong.status_code))

    assert answers[0] == answers[1]
    assert len(site.mails("sign_in")) == 1


def test_a_colleague_who_left_gets_no_mail(site: Site, client: Visitor) -> None:
    with site.writing() as session:
        session.get_one(User, site.world.bob.id).is_active = False

    _ask(client, "bob@darrenov.example")

    assert site.mails("sign_in") == []


def test_one_address_is_not_bombed_with_mails(site: Site) -> None:
    for _ in range(6):
        _ask(site.visitor())

    assert len(site.mails("sign_in")) == 3


def test_what_is_no_address_is_said_beside_the_field_and_kept(client: Visitor) -> None:
    answer = client.post("/sign-in", {"address": "not an address"})

    assert answer.status_code == 422
    assert 'value="not an address"' in answer.text
    assert 'id="address-error"' in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "https://evil.example"]
)
def test_next_is_ours_at_every_step(site: Site, target: str) -> None:
    visitor = site.visitor()
    form = visitor.get("/sign-in", query_string={"next": target})
    assert 'name="next" value="/"' in re.sub(r"\s+", " ", form.text)

    asked = visitor.post("/sign-in", {"address": "alice@darrenov.example", "next": target})
    assert "evil" not in asked.headers["Location"]
    assert "javascript" not in asked.headers["Location"]
    entered = visitor.post(asked.headers["Location"], {"code": _code(site), "next": target})

    assert entered.headers["Location"] == "/"


def test_what_presses_an_invitation_without_its_address_gets_nothing_and_uses_nothing_up(
    site: Site, client: Visitor
) -> None:
    link = f"/invitations/{site.link(Purpose.INVITATION, user=site.world.bob)}"

    pressed = client.post(link, csrf=False)
    guessed = client.post(link, {"address": "alice@darrenov.example"}, csrf=False)

    assert (pressed.status_code, guessed.status_code) == (422, 422)
    assert "went to another address" in guessed.text
    assert not site.all(UserSession)
    assert client.post(link, {"address": "bob@darrenov.example"}, csrf=False).status_code == 303


def test_a_link_of_our_own_command_brings_the_address(site: Site, client: Visitor) -> None:
    link = f"/invitations/{site.link(Purpose.INVITATION, user=site.world.bob)}?for=bob%40darrenov.example"

    form = next(client.page(link).forms())

    assert form["address"] == "bob@darrenov.example"


def test_who_ends_a_browser_ends_the_links_of_mailed_forms(site: Site, alice: Visitor, client: Visitor) -> None:
    forms = f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.alice)}"
    assert client.get(forms).status_code == 200

    session = site.one(UserSession, UserSession.user_id == site.world.alice.id)
    alice.post(f"/me/browsers/{session.id}/end")

    assert client.get(forms).status_code == 404


def test_an_invitation_signs_in_once_in_any_browser(site: Site, client: Visitor) -> None:
    link = f"/invitations/{site.link(Purpose.INVITATION, user=site.world.bob)}"

    client.page(link)
    first = client.post(link, {"address": site.world.bob.address}, csrf=False)
    again = site.visitor()

    assert first.status_code == 303
    assert client.get("/").status_code == 200
    assert again.get(link).status_code == 404
    assert again.post(link, csrf=False).status_code == 404


def test_a_token_opens_only_what_it_was_made_for(site: Site, client: Visitor) -> None:
    tokens = {
        Purpose.INVITATION: site.link(Purpose.INVITATION, user=site.world.bob),
        Purpose.FORMS: site.link(Purpose.FORMS, user=site.world.bob),
        Purpose.PAGE: site.link(Purpose.PAGE, site.kitchen),
        Purpose.UNSUBSCRIBE: site.link(Purpose.UNSUBSCRIBE, site.kitchen),
    }
    rooms = {
        Purpose.INVITATION: "/invitations/{}", Purpose.FORMS: "/checkpoints/{}", Purpose.PAGE: "/u/{}",
        Purpose.UNSUBSCRIBE: "/unsubscribe/{}",
    }  # fmt: skip

    for made_for, token in tokens.items():
        for opens, room in rooms.items():
            status = client.get(room.format(token)).status_code
            assert status == (200 if made_for is opens else 404), (made_for, opens)
        assert client.get(f"/sign-in/{token}").status_code == 404


def test_the_browser_cookie_alone_signs_nobody_in(client: Visitor) -> None:
    _ask(client)

    assert client.get("/").status_code == 303


def test_a_forged_challenge_name_is_a_wrong_code(client: Visitor) -> None:
    for name in ("zz", "ab" * 16, "ы", "1"):
        assert client.post(f"/sign-in/code/{name}", {"code": "12345678"}).status_code == 422, name


def test_the_cookie_of_a_sign_in_is_only_a_hash_in_the_database(site: Site, client: Visitor) -> None:
    where = _ask(client)
    client.post(where, {"code": _code(site)})

    cookie = client.http.get_cookie("milepost-user", domain="localhost")

    assert cookie is not None
    assert cookie.value not in "".join(site.dump())


def test_no_code_and_no_link_lie_in_the_database(site: Site, client: Visitor) -> None:
    _ask(client)

    assert _code(site) not in "".join(site.dump())


def test_a_browser_that_signed_in_before_has_attempts_of_its_own(site: Site, client: Visitor) -> None:
    asked = _ask(client)
    client.post(asked, {"code": _code(site)})
    client.post("/sign-out")
    stranger = site.visitor()
    for _ in range(4):
        _ask(stranger)
    before = len(site.mails("sign_in"))

    _ask(client)

    assert len(site.mails("sign_in")) == before + 1


def test_the_mailed_link_leads_on_to_the_page_that_was_asked_for(site: Site, client: Visitor) -> None:
    refused = client.get("/engagements?q=a")
    client.post(
        "/sign-in", client.page(refused.headers["Location"]).form("/sign-in").filled(address="alice@darrenov.example")
    )

    entered = client.post(_mailed_link(site), csrf=False)

    assert entered.headers["Location"] == "/engagements?q=a"
