"""Who may open what: every route with every role, other people's work by its number, and GET that never writes."""

import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.support.addresses import Addresses, rules
from tests.support.site import Site, Visitor
from webapp.access import BY_TOKEN, PUBLIC, rule_of
from webapp.models import Purpose, Role, User, UserSession

OPEN_RULES = {PUBLIC, BY_TOKEN}
ROLES = ("charlie", "alice", "dalia", "amina")

OWN_WORK_ONLY = {
    "staff_dates.add", "staff_dates.agree", "staff_dates.came", "staff_dates.done", "staff_dates.drop",
    "staff_dates.move", "staff_dates.place", "staff_dates.preview", "staff_dates.stage", "staff_dates.submit",
    "staff_dates.take_up", "staff_dates.undo",
    "staff_checkpoints.draft", "staff_checkpoints.edit", "staff_checkpoints.preview",
    "staff_checkpoints.submit", "staff_date_questions.say",
    "staff_engagements.add_person", "staff_engagements.close", "staff_engagements.go_live",
    "staff_engagements.owner", "staff_engagements.rest", "staff_engagements.resume", "staff_engagements.rhythm",
    "staff_bulk.take_back", "staff_replies.answer", "staff_replies.answer_beside_form", "staff_links.hand_over",
    "staff_links.revoke", "staff_telling.show",
    "staff_telling.by_phone", "staff_outbox.again", "staff_outbox.arrived", "staff_today.acknowledge",
    "staff_today.task_done", "staff_updates.correct", "staff_updates.edit",
}  # fmt: skip
"""What staff may do with their own work and not with a colleague's."""

NOT_THEIRS = {"staff_absences.remove_mine", "staff_absences.remove_theirs", "staff_people.end_browser"}
"""What belongs to one person, whatever their role."""

NOT_FOR_OWNERS = {"staff_figures.show_csv"}
"""The firm's figures, which colleagues who own work do not see, though viewers and managers do."""


def _not_found(visitor: Visitor) -> str:
    return visitor.get("/no-such-page").text


@pytest.mark.parametrize("name", ROLES)
def test_a_role_reads_what_its_rule_says_and_nothing_else(site: Site, name: str) -> None:
    user: User = getattr(site.world, name)
    visitor = site.visitor(user)
    own = Addresses(site, site.kitchen)
    denied = _not_found(visitor)
    seen = 0

    for rule in rules(site.app, "GET"):
        said = rule_of(site.app, rule.endpoint)
        if said in OPEN_RULES or said is None:
            continue
        answer = visitor.get(own.of(rule))
        if user.role.rank < Role(said).rank or (rule.endpoint in NOT_FOR_OWNERS and user.role is Role.STAFF):
            assert (answer.status_code, answer.text) == (404, denied), rule
        else:
            assert answer.status_code in {200, 303}, (rule, answer.status_code)
            seen += 1

    assert seen > 10


def test_a_stranger_is_sent_to_sign_in_everywhere(site: Site) -> None:
    own = Addresses(site, site.kitchen)
    stranger = site.visitor()

    for method in ("GET", "POST"):
        for rule in rules(site.app, method):
            if rule_of(site.app, rule.endpoint) in OPEN_RULES:
                continue
            answer = stranger.get(own.of(rule)) if method == "GET" else stranger.post(own.of(rule))

            assert answer.status_code == 303, (method, rule)
            assert answer.headers["Location"].startswith("/sign-in"), (method, rule)


def test_a_route_without_a_rule_is_open_to_nobody(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    view: Any = site.app.view_functions["staff_gallery.index"]
    rule = view.access_rule
    del view.access_rule
    try:
        answer = amina.get("/settings/mails")
    finally:
        view.access_rule = rule

    assert answer.status_code == 404


@pytest.mark.parametrize("name", ROLES)
def test_a_role_does_what_its_rule_says_and_nothing_else(site: Site, name: str) -> None:
    user: User = getattr(site.world, name)
    visitor = site.visitor(user)
    own = Addresses(site, site.kitchen)
    denied = _not_found(visitor)

    for rule in rules(site.app, "POST"):
        said = rule_of(site.app, rule.endpoint)
        if said in OPEN_RULES or said is None or rule.endpoint == "staff_sign_in.leave":
            continue
        before = site.dump() if user.role.rank < Role(said).rank else []
        visitor.get("/me")
        answer = visitor.post(own.of(rule))
        if before:
            assert (answer.status_code, answer.text) == (404, denied), rule
            assert site.dump() == before, rule
        elif rule.endpoint in NOT_THEIRS or (rule.endpoint == "staff_today.acknowledge" and name != "alice"):
            assert answer.status_code in {303, 404}, rule
        else:
            assert answer.status_code in {200, 303, 422}, (rule, answer.status_code)


def test_a_colleagues_work_is_not_found_and_stays_as_it_is(site: Site) -> None:
    bob = site.visitor(site.world.bob)
    alices = Addresses(site, site.kitchen)
    denied = _not_found(bob)
    before = site.dump()
    tried = set()

    for method in ("GET", "POST"):
        for rule in rules(site.app, method):
            if rule.endpoint not in OWN_WORK_ONLY:
                continue
            answer = bob.get(alices.of(rule)) if method == "GET" else bob.post(alices.of(rule), {"text": "x"})
            tried.add(rule.endpoint)

            assert (answer.status_code, answer.text) == (404, denied), (method, rule)

    assert tried == OWN_WORK_ONLY
    assert site.dump() == before


def test_a_form_link_opens_no_other_persons_forms(site: Site) -> None:
    bobs, alices = Addresses(site, site.report), Addresses(site, site.kitchen)
    stranger = site.visitor()
    before = site.dump()
    other = {"checkpoint_id": site.kitchen.checkpoint_id, "reply_id": alices.numbers["reply_id"]}

    for method in ("GET", "POST"):
        for rule in rules(site.app, method):
            if not rule.endpoint.startswith("mail_checkpoints.") or rule.endpoint == "mail_checkpoints.index":
                continue
            built = rule.build({"token": bobs.forms, **{n: v for n, v in other.items() if n in rule.arguments}})
            assert built is not None
            sent = stranger.get(built[1]) if method == "GET" else stranger.post(built[1], {"text": "x"}, csrf=False)

            assert sent.status_code == 404, rule

    assert site.dump() == before


def test_a_managers_form_link_that_was_forwarded_opens_no_work_they_do_not_look_after(site: Site) -> None:
    token = site.link(Purpose.FORMS, user=site.world.dalia)
    stranger, dalia = site.visitor(), site.visitor(site.world.dalia)
    other = {"checkpoint_id": site.kitchen.checkpoint_id, "reply_id": Addresses(site, site.kitchen).numbers["reply_id"]}
    before = site.dump()

    for rule in rules(site.app, "POST"):
        if rule.endpoint.startswith(("mail_checkpoints.", "mail_replies.")):
            built = rule.build({"token": token, **{n: v for n, v in other.items() if n in rule.arguments}})
            assert built is not None
            assert stranger.post(built[1], {"text": "x"}, csrf=False).status_code == 404, rule
    assert stranger.get(f"/checkpoints/{token}/{site.kitchen.checkpoint_id}").status_code == 404
    assert site.dump() == before
    assert dalia.get(f"/forms/{site.kitchen.checkpoint_id}").status_code == 200


def test_a_number_of_nothing_is_the_same_not_found(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    denied = _not_found(amina)

    for path in ("/engagements/{}", "/forms/{}", "/clients/{}", "/contacts/{}", "/outbox/{}", "/replies/{}"):
        for number in ("4711", "9" * 25):
            answer = amina.get(path.format(number))

            assert (answer.status_code, answer.text) == (404, denied), (path, number)


def test_numbers_beyond_any_database_in_a_query_are_no_fault(site: Site) -> None:
    amina = site.visitor(site.world.amina)

    for path in ("/engagements?page={}", "/engagements?owner={}&playbook={}", "/clients?page={}", "/outbox?page={}"):
        for number in ("9" * 25, "-5", "0", "x", "9" * 5000):
            answer = amina.get(path.replace("{}", number))

            assert answer.status_code == 200, (path, number[:30])


def test_a_colleague_who_left_is_out_at_once(site: Site) -> None:
    bob = site.visitor(site.world.bob)
    forms = Addresses(site, site.report).forms
    assert bob.get("/").status_code == 200

    with site.writing() as session:
        session.get_one(User, site.world.bob.id).is_active = False

    assert bob.get("/").status_code == 303
    assert bob.get("/brand.css").status_code == 200
    assert bob.get(f"/checkpoints/{forms}").status_code == 404


def test_an_idle_browser_and_an_old_one_have_to_sign_in_again(site: Site) -> None:
    idle, old = site.visitor(site.world.alice), site.visitor(site.world.bob)
    assert idle.get("/").status_code == 200

    site.clock.on(hours=14)
    assert idle.get("/").status_code == 303
    for _ in range(62):
        with site.writing() as session:
            session.query(UserSession).update({"last_seen_at": site.clock.now})
        site.clock.on(hours=12)

    assert old.get("/").status_code == 303


def test_last_seen_is_noted_once_an_hour_and_by_nothing_else(site: Site) -> None:
    alice = site.visitor(site.world.alice)
    first = site.one(UserSession).last_seen_at

    site.clock.on(minutes=50)
    alice.get("/")
    assert site.one(UserSession).last_seen_at == first
    site.clock.on(minutes=20)
    alice.get("/")

    assert site.one(UserSession).last_seen_at == site.clock.now


def test_looking_changes_nothing(site: Site) -> None:
    """GET and HEAD of every route, as the admin, as a stranger and with every token: the database stays as it is."""
    kitchen = Addresses(site, site.kitchen)
    amina, stranger = site.visitor(site.world.amina), site.visitor()
    before = site.dump()
    seen = set()

    for rule in rules(site.app, "GET"):
        path = kitchen.of(rule)
        for visitor in (amina, stranger):
            answer = visitor.get(path)
            head = visitor.http.head(path, base_url=visitor.base)

            assert answer.status_code in {200, 303, 404}, (rule, answer.status_code)
            assert head.status_code == answer.status_code, rule
            assert head.data == b"", rule
            answer.close()
            head.close()
        if answer.status_code == 200:
            seen.add(rule.endpoint)

    assert site.dump() == before
    assert {"client_page.show", "client_preferences.unsubscribe", "mail_checkpoints.edit", "mail_checkpoints.index",
            "staff_sign_in.invitation"} <= seen  # fmt: skip


def test_every_form_of_the_signed_in_pages_needs_the_token(site: Site) -> None:
    amina = site.visitor(site.world.amina)
    kitchen = Addresses(site, site.kitchen)
    before = site.dump()
    tried = 0

    for rule in rules(site.app, "POST"):
        if rule_of(site.app, rule.endpoint) in OPEN_RULES and rule.endpoint not in {
            "staff_sign_in.send",
            "staff_sign_in.check_code",
        }:
            continue
        for data in ({}, {"csrf_token": "forged"}):
            assert amina.post(kitchen.of(rule), data, csrf=False).status_code == 400, rule
        tried += 1

    assert tried > 30
    assert site.dump() == before


@pytest.mark.parametrize("name", ROLES)
def test_no_page_links_to_nothing_here(site: Site, name: str) -> None:
    visitor = site.visitor(getattr(site.world, name))
    own = Addresses(site, site.kitchen)
    pages = [own.of(rule) for rule in rules(site.app, "GET") if rule_of(site.app, rule.endpoint) not in OPEN_RULES]

    links: dict[str, str] = {}
    for page in pages:
        answer = visitor.get(page)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            links |= {urljoin(page, href): page for href in re.findall(r'<a [^>]*?href="([^"#]+)', answer.text)}
    dead = {
        link: page
        for link, page in links.items()
        if link.startswith("/") and not link.startswith("/static/") and visitor.get(unescape(link)).status_code == 404
    }

    assert len(links) > 10
    assert dead == {}
