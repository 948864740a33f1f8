"""The preview gallery: every mail in every language, made up or of real work, as it looks, and one for oneself."""

import json
import re
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from emails import inert
from emails.languages import LANGUAGES, language
from emails.pieces import Who
from emails.registry import RULES, SAMPLES
from tests.support.factories import answers
from tests.support.site import Site, Visitor, Work
from webapp.models import (
    AuditEntry,
    Checkpoint,
    MailState,
    OutboxEmail,
    Purpose,
    Reply,
    ReplyKind,
    Task,
    Telling,
)
from webapp.services.conversation import replies
from webapp.services.dates.ledger import When, Why
from webapp.services.mail import links, outbox, writing
from webapp.services.previews import looks
from webapp.services.previews.looks import Scheme
from webapp.services.reports import checkpoints
from webapp.services.updates.answers import Answers, DateAnswer, Holds
from workers.message import build, links_of, urls

SEND = "/settings/mails/send"
BRANDED = "#7a1f5c"


def _at(**choice: object) -> str:
    return "/settings/mails?" + urlencode(choice)


def _body(**choice: object) -> str:
    return "/settings/mails/body?" + urlencode(choice)


def _report(site: Site, alice: Visitor, given: Answers) -> None:
    """alice files this, its hour comes, and she signs in on that day."""
    work = site.kitchen
    with site.writing() as session:
        form = session.get_one(Checkpoint, work.checkpoint_id)
        owner = form.slot.engagement.owner
        assert owner
        checkpoints.submit(session, form, given, note="", based_on=0, by=owner, now=site.clock.now)
    site.clock.now = site.slot(work).send_at
    site.advance(work)
    alice.sign_in(site.world.alice)


def _moved(site: Site) -> Answers:
    with site.looking() as session:
        milestone = session.get_one(Checkpoint, site.kitchen.checkpoint_id).slot.engagement.milestones[1]
        number = milestone.id
    moved = DateAnswer(
        milestone_id=number,
        holds=Holds.NO,
        to=When(starts_on=date(2026, 4, 30)),
        why=Why(cause=Who.US, why="The fitter broke his arm", what_we_do="A colleague takes over", language="en"),
    )
    return answers(dates=(moved,))


def _wrote(site: Site, work: Work, text: str) -> int:
    with site.writing() as session:
        form = session.get_one(Checkpoint, work.checkpoint_id)
        engagement = form.slot.engagement
        contact = engagement.participations[0].contact
        link = links.make(
            session, site.settings.keyring, Purpose.PAGE, now=site.clock.now, contact=contact, engagement=engagement
        )
        made = replies.submit(session, link, ReplyKind.QUESTION, text, once=text, now=site.clock.now)
        return made.id


def _send(visitor: Visitor, **choice: object) -> OutboxEmail:
    page = visitor.page(_at(**choice))
    visitor.post(SEND, page.form(SEND).filled())
    return visitor.site.mails("sample")[-1]


def test_every_mail_is_listed_by_a_name_in_the_readers_language(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        session.merge(site.world.alice).language = "az"

    page = alice.page("/settings/mails")

    names = [language("az").text(f"gallery.name.{name}") for name in SAMPLES]
    assert len(set(names)) == len(SAMPLES)
    for name in names:
        assert page.text.count(name) >= 2, name
    assert "on_track" not in page.text
    assert "on track" not in page.text


@pytest.mark.parametrize("tag", list(LANGUAGES))
def test_every_mail_of_a_language_can_be_looked_at(alice: Visitor, tag: str) -> None:
    for name in SAMPLES:
        page = alice.page(_at(mail=name, language=tag))
        frame = next(page.all("iframe"))
        shown = alice.get(frame.get("src", ""))

        assert shown.status_code == 200, name
        assert f'lang="{tag}"' in shown.text, name
        assert "link.invalid" not in shown.text, name
        assert frame.get("sandbox") == "", name


def test_an_example_wears_the_firms_own_colours(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        session.merge(site.world.firm).colour = BRANDED

    shown = alice.get(_body(mail="on_track")).text

    assert BRANDED in shown
    assert "Dar Renov" in shown


@pytest.mark.parametrize("path", ["mail=evil", "language=xx", "mail=on_track&work=999", "work=999&mail=sign_in"])
def test_what_does_not_exist_is_not_found(alice: Visitor, path: str) -> None:
    for address in ("/settings/mails", "/settings/mails/body"):
        assert alice.get(f"{address}?{path}").status_code == 404


def test_the_state_stands_in_the_address_and_every_link_keeps_the_rest(alice: Visitor, site: Site) -> None:
    given = {"mail": "welcome", "language": "ary", "work": site.kitchen.engagement_id, "width": "desk"}

    page = alice.page(_at(**given, scheme="dark", view="mail"))

    french = next(link for link in page.all("a", lang="fr"))
    href = french.get("href", "")
    assert "language=fr" in href
    for part in ("mail=welcome", f"work={site.kitchen.engagement_id}", "width=desk", "scheme=dark"):
        assert part in href
    form = page.form("/settings/mails")
    assert dict(form.fields) == {
        "mail": "welcome",
        "language": "ary",
        "work": str(site.kitchen.engagement_id),
        "width": "desk",
        "scheme": "dark",
        "view": "mail",
    }
    assert "gallery-desk" in (next(page.all("iframe")).get("class") or "")


def test_a_scheme_is_shown_whatever_the_browser_prefers(alice: Visitor) -> None:
    light, dark, inverted = (alice.get(_body(mail="on_track", scheme=scheme)).text for scheme in Scheme)

    for shown in (light, dark, inverted):
        assert "prefers-color-scheme" not in shown
        assert "light dark" not in shown
    assert "(min-width: 0px) {" in dark
    assert "(max-width: 0px) {" in light
    assert "(max-width: 0px) {" not in dark
    assert "color-scheme: dark" in dark
    assert "color-scheme: light" in light
    assert "invert(1)" in inverted
    assert "invert(1)" not in light + dark


def test_words_about_schemes_stay_words() -> None:
    styles = "<style>@media screen and (prefers-color-scheme: dark) {}</style>"
    words = "<p>(prefers-color-scheme: dark) light dark</p>"

    shown = looks.in_scheme(styles + words, Scheme.DARK)

    assert shown == "<style>@media screen and (min-width: 0px) {}</style>" + words


def test_real_words_come_from_the_work_in_the_chosen_language(site: Site, alice: Visitor) -> None:
    _report(site, alice, answers(done="Wall tiles finished."))
    work = site.kitchen.engagement_id

    english = alice.get(_body(mail="on_track", language="en", work=work)).text
    darija = alice.get(_body(mail="on_track", language="ary", work=work)).text

    for shown in (english, darija):
        assert "Wall tiles finished." in shown
        assert "MA-4471" in shown
        assert "Mrs Bennani" in shown
    assert "Cupboards" in english
    assert "الخزانات" in darija


def test_an_update_is_shown_as_it_went_out(site: Site, alice: Visitor) -> None:
    _report(site, alice, _moved(site))
    sent = site.mails("client_update")[-1]

    shown = alice.get(_body(mail="update_with_delay", language="en", work=site.kitchen.engagement_id)).text

    assert shown == looks.in_scheme(inert.html(sent.html), Scheme.LIGHT)


def test_a_filed_report_is_shown_before_its_hour(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        form = session.get_one(Checkpoint, site.kitchen.checkpoint_id)
        owner = form.slot.engagement.owner
        assert owner
        filed = answers(done="The sink is in")
        checkpoints.submit(session, form, filed, note="", based_on=0, by=owner, now=site.clock.now)

    shown = alice.get(_body(mail="on_track", language="en", work=site.kitchen.engagement_id)).text

    assert "The sink is in" in shown


LACKING = {
    "news_moved": "news",
    "no_news_again": "news",
    "no_news_call_came": "news",
    "no_news_call_missed": "news",
    "no_news_new_call": "news",
    "on_track": "news",
    "update_with_delay": "news",
    "nothing_new": "news",
    "introduction": "news",
    "late_update": "news",
    "before_a_season": "news",
    "step_dropped": "news",
    "step_back": "news",
    "step_reopened": "news",
    "resumed": "news",
    "delay_notice": "delay",
    "delay_on_condition": "condition",
    "date_earlier": "news",
    "date_met": "news",
    "dates_together": "news",
    "correction": "correction",
    "correction_of_a_date": "correction",
    "receipt": "reply",
    "answer": "answer",
    "reply_received": "reply",
    "trouble": "trouble",
    "sign_in": "work",
    "invitation": "work",
}


@pytest.mark.parametrize("name", list(SAMPLES))
def test_a_new_work_says_plainly_what_it_has_no_words_for(site: Site, alice: Visitor, name: str) -> None:
    choice = {"mail": name, "language": "en", "work": site.kitchen.engagement_id}

    page = alice.page(_at(**choice))

    spoken = language("en")
    if name in LACKING:
        assert spoken.text(f"gallery.none.{LACKING[name]}") in page.text
        example = next(link for link in page.all("a") if link.text == spoken.text("gallery.show_example"))
        assert "work=" not in example.get("href", "")
        assert list(page.all("iframe")) == []
        assert alice.get(_body(**choice)).status_code == 404
    else:
        shown = alice.get(_body(**choice)).text
        assert "kitchen, Anfa" in shown
        assert "Dar Renov" in shown


def test_every_mail_about_work_can_be_shown_once_there_is_something_to_say(site: Site, alice: Visitor) -> None:
    _report(site, alice, _moved(site))
    asked = _wrote(site, site.kitchen, "When do you come?")
    with site.writing() as session:
        reply = session.get_one(Reply, asked)
        owner = reply.engagement.owner
        assert owner
        replies.answer(session, reply, "On Monday", how="mail", by=owner, now=site.clock.now)
    words = {
        "update_with_delay": "The fitter broke his arm",
        "delay_notice": "The fitter broke his arm",
        "receipt": "When do you come?",
        "reply_received": "When do you come?",
        "answer": "On Monday",
        "day_mail": "Bennani",
        "last_call": "Bennani",
    }

    for name, word in words.items():
        shown = alice.get(_body(mail=name, language="fr", work=site.kitchen.engagement_id))
        assert shown.status_code == 200, name
        assert word in shown.text, name


def test_looking_writes_nothing(site: Site, alice: Visitor) -> None:
    _report(site, alice, _moved(site))
    alice.get("/me")
    before = site.dump()

    for name in SAMPLES:
        alice.page(_at(mail=name, work=site.kitchen.engagement_id, view="source"))
        alice.get(_body(mail=name, work=site.report.engagement_id))

    assert site.dump() == before


def test_the_source_shows_the_headers_a_real_mail_is_sent_with(site: Site, alice: Visitor) -> None:
    _report(site, alice, answers())
    page = alice.page(_at(mail="on_track", language="en", work=site.kitchen.engagement_id, view="source"))

    shown = next(pre for pre in page.all("pre", dir="ltr")).text or ""

    with site.writing() as session:
        mail = session.get_one(OutboxEmail, site.mails("client_update")[-1].id)
        addresses = urls(site.settings, mail, links_of(session, site.settings, mail, now=site.clock.now))
        firm = session.merge(site.world.firm)
        wire = build(site.settings, firm, mail, addresses, None).partition(b"\r\n\r\n")[0].decode()
    own = re.compile(r"^(Date|Message-ID|List-Unsubscribe|Content-Type):(.|\n )*\n?", re.MULTILINE)
    assert own.sub("", shown).strip() == own.sub("", wire.replace("\r\n", "\n")).strip()
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in shown
    assert "Reply-To: Alice <alice@darrenov.example>" in shown
    for header in ("List-Unsubscribe: <http", "Message-ID: <", "Date: "):
        assert header in shown


def test_only_regular_mails_show_unsubscribe_headers(alice: Visitor) -> None:
    for name, make in SAMPLES.items():
        page = alice.page(_at(mail=name, view="source"))
        kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(make("en")).__name__).lower()

        assert ("List-Unsubscribe" in page.text) is RULES[kind].is_regular, name


def test_the_text_is_shown_with_links_that_lead_nowhere(alice: Visitor) -> None:
    page = alice.page(_at(mail="on_track", language="ary", view="text"))

    text = next(page.all("pre", lang="ary"))

    assert text.get("dir") == "rtl"
    assert "…/page" in (text.text or "")
    assert "link.invalid" not in page.text


def test_send_me_this_one_goes_to_who_looks_and_to_nobody_else(site: Site, alice: Visitor) -> None:
    _report(site, alice, answers(done="Wall tiles finished."))
    mails, tellings, tasks = len(site.all(OutboxEmail)), site.all(Telling), len(site.all(Task))
    choice = {"mail": "on_track", "language": "ary", "work": site.kitchen.engagement_id}

    mail = _send(alice, **choice)

    assert len(site.all(OutboxEmail)) == mails + 1
    assert (mail.to_address, mail.contact_id, mail.engagement_id) == ("alice@darrenov.example", None, None)
    assert mail.user_id == site.world.alice.id
    assert (mail.state, mail.language) == (MailState.QUEUED, "ary")
    assert mail.subject.startswith("Test: ")
    assert "Wall tiles finished." in mail.html
    assert "Wall tiles finished" in mail.text
    assert [telling.id for telling in site.all(Telling)] == [telling.id for telling in tellings]
    assert len(site.all(Task)) == tasks
    noted = site.one(AuditEntry, AuditEntry.act == "sent_sample")
    assert (noted.user_id, noted.details) == (site.world.alice.id, {"mail": "on_track"})
    assert "alice@darrenov.example" in alice.page(_at(**choice)).text


def test_nobody_can_act_through_the_mail_one_sends_oneself(site: Site, alice: Visitor) -> None:
    for name in ("on_track", "day_mail", "sign_in", "invitation"):
        mail = _send(alice, mail=name)

        with site.writing() as session:
            queued = session.get_one(OutboxEmail, mail.id)
            rows = links_of(session, site.settings, queued, now=site.clock.now)
            wire = build(site.settings, session.merge(site.world.firm), queued, urls(site.settings, queued, rows), None)
        assert rows == {}
        assert b"List-Unsubscribe" not in wire
        assert "link.invalid" not in mail.html + mail.text
        assert set(re.findall(r'href="([^"]*)"', mail.html)) <= {"#"} | {
            href for href in re.findall(r'href="([^"]*)"', mail.html) if href.startswith("tel:")
        }


def test_what_is_sent_is_what_is_shown(site: Site, alice: Visitor) -> None:
    choice = {"mail": "welcome", "language": "az", "work": site.report.engagement_id}

    mail = _send(alice, **choice)

    assert looks.in_scheme(mail.html, Scheme.DARK) == alice.get(_body(**choice, scheme="dark")).text
    text = next(alice.page(_at(**choice, view="text")).all("pre", lang="az")).text
    assert text == mail.text


def test_the_mark_is_in_the_language_of_who_gets_it(site: Site, alice: Visitor) -> None:
    with site.writing() as session:
        session.merge(site.world.alice).language = "ary"

    mail = _send(alice, mail="delay_notice", language="en")

    assert mail.subject.startswith("تجربة: ")
    assert "new date" in mail.subject


def test_one_press_is_one_mail_and_another_press_another(site: Site, alice: Visitor) -> None:
    fields = alice.page("/settings/mails").form(SEND).filled()

    for _ in range(2):
        assert alice.post(SEND, fields).status_code == 303
        site.clock.on(seconds=5)
    assert len(site.mails("sample")) == 1

    _send(alice)
    assert len(site.mails("sample")) == 2


def test_ten_in_ten_minutes_are_enough(site: Site, alice: Visitor, dalia: Visitor) -> None:
    for _ in range(11):
        _send(alice)
    refused = alice.page("/settings/mails")

    assert len(site.mails("sample")) == 10
    assert language("en").text("gallery.too_many") in refused.text
    _send(dalia)
    assert len(site.mails("sample")) == 11
    site.clock.on(minutes=11)
    _send(alice)
    assert len(site.mails("sample")) == 12


def test_a_mail_that_has_no_words_is_not_sent(site: Site, alice: Visitor) -> None:
    answer = alice.post(SEND, {"mail": "on_track", "work": str(site.kitchen.engagement_id)})

    assert answer.status_code == 303
    assert site.mails("sample") == []
    assert language("en").text("gallery.none.news") in alice.page(answer.headers["Location"]).text


def test_a_test_that_comes_too_late_is_nobodys_task(site: Site, alice: Visitor) -> None:
    _send(alice)
    before = [json.dumps(task.details) for task in site.all(Task)]

    with site.writing() as session:
        outbox.sweep(session, now=site.clock.now + timedelta(hours=3), unknown_after=timedelta(minutes=9))

    assert site.mails("sample")[-1].state is MailState.EXPIRED
    assert [json.dumps(task.details) for task in site.all(Task)] == before
    rule = RULES["sample"]
    assert (rule.makes_task, rule.to_client, rule.is_regular, rule.obeys_stop) == (False, False, False, False)


def test_a_viewer_neither_looks_nor_sends(site: Site, charlie: Visitor) -> None:
    assert charlie.get("/settings/mails").status_code == 404
    assert charlie.get(_body()).status_code == 404
    assert charlie.post(SEND, {}).status_code == 404
    assert site.mails("sample") == []


def test_examples_of_the_gallery_are_the_samples(site: Site, alice: Visitor) -> None:
    sample = writing.preview(SAMPLES["closing"]("ru"))

    page = alice.page(_at(mail="closing", language="ru"))

    assert sample.subject in page.text
