import re
from collections import Counter
from dataclasses import replace
from datetime import date

import html5lib
import pytest

from emails import rendering
from emails.brand import contrast
from emails.kinds.client_update import ClientUpdate
from emails.kinds.day_mail import DayMail
from emails.kinds.delay_notice import DelayNotice
from emails.kinds.reply_received import ReplyReceived
from emails.kinds.trouble import Trouble
from emails.kinds.welcome import Welcome
from emails.languages import LANGUAGES, language
from emails.links import placeholder
from emails.pieces import AskLine, Brand, Said, TroubleLine, Who
from emails.registry import SAMPLES
from emails.rendering import MOST_HTML_BYTES, UnsafeLink, render

EVERY = [(tag, sample) for tag in LANGUAGES for sample in SAMPLES]
NAMESPACE = "{http://www.w3.org/1999/xhtml}"


def update(tag: str = "en") -> ClientUpdate:
    mail = SAMPLES["on_track"](tag)
    assert isinstance(mail, ClientUpdate)
    return mail


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_the_html_is_well_formed_small_and_free_of_artefacts(tag: str, sample: str) -> None:
    html = render(SAMPLES[sample](tag)).html

    parser = html5lib.HTMLParser()
    tree = parser.parse(html)
    assert [error[1] for error in parser.errors] == []
    assert len(html.encode()) < MOST_HTML_BYTES
    assert [sign for sign in ("\\u{", "\\n", '\\"', "{{", "{%", "Undefined") if sign in html] == []
    assert len(tree.findall(f".//{NAMESPACE}h1")) == 1
    assert html.count("<!--[if") == html.count("<![endif]")


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_outlooks_conditional_tables_are_balanced(tag: str, sample: str) -> None:
    html = render(SAMPLES[sample](tag)).html

    for_outlook = "".join(re.findall(r"<!--\[if mso \| IE\]>(.*?)<!\[endif\]-->", html))
    opened = Counter(re.findall(r"<(table|tr|td)\b", for_outlook))
    closed = Counter(re.findall(r"</(table|tr|td)>", for_outlook))

    assert opened == closed


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_every_link_is_ours_a_telephone_or_what_the_words_say(tag: str, sample: str) -> None:
    tree = html5lib.parse(render(SAMPLES[sample](tag)).html)

    links = [link.get("href") for link in tree.iter(f"{NAMESPACE}a")]
    sources = [part.get("src") for part in tree.iter() if part.get("src")]

    allowed = re.compile(r"https://link\.invalid/[a-z_]+(#unsuitable)?|tel:\+?\d{7,15}|https://example\.com/[a-z]+")
    assert [link for link in links if not allowed.fullmatch(link or "")] == []
    assert sources == []


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_the_direction_is_written_everywhere(tag: str, sample: str) -> None:
    html = render(SAMPLES[sample](tag)).html
    other = "ltr" if language(tag).direction == "rtl" else "rtl"

    assert f'<html lang="{tag}" dir="{language(tag).direction}"' in html
    assert f"direction:{other}" not in html


@pytest.mark.parametrize(("tag", "sample"), EVERY)
def test_the_subject_is_one_line_of_reasonable_length(tag: str, sample: str) -> None:
    mail = render(SAMPLES[sample](tag))

    assert mail.subject == " ".join(mail.subject.split(" "))
    assert "\n" not in mail.subject
    assert 0 < len(mail.subject) <= 130
    assert mail.preheader


def test_a_template_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rendering.warm()

    def fail(kind: str) -> str:
        raise AssertionError(f"{kind} was compiled again")

    monkeypatch.setattr(rendering, "compile_mjml", fail)

    assert render(update()).html


def test_the_subject_says_the_news_and_the_reference() -> None:
    assert render(update()).subject == "On track for 23 April; we need: your choice of tap · kitchen, Anfa (MA-4471)"
    assert (
        render(SAMPLES["delay_notice"]("en")).subject
        == "Handover: new date 28 April (was 21 April) · kitchen, Anfa (MA-4471)"
    )


def test_the_preheader_is_the_ask() -> None:
    assert render(update()).preheader == "What we need from you: your choice of tap (by Friday 16 April)"


def test_a_subject_cannot_be_broken_into_two_lines() -> None:
    mail = update()
    bad = replace(mail, engagement=replace(mail.engagement, title="kitchen\r\nBcc: x@example.com\u2028\x0b\x00\u202e!"))

    subject = render(bad).subject

    assert (
        subject == "On track for 23 April; we need: your choice of tap · kitchen Bcc: x@example.\u2060com ! (MA-4471)"
    )


def test_an_apology_is_made_only_where_the_cause_is_ours() -> None:
    notice = SAMPLES["delay_notice"]("en")
    assert isinstance(notice, DelayNotice)

    texts = {
        who: render(replace(notice, delays=(replace(notice.delays[0], cause=who, why=None, reason=None),))).text
        for who in Who
    }

    assert [who for who, text in texts.items() if "sorry" in text] == [Who.US]
    assert "your fault" not in texts[Who.YOU]


def test_a_moved_date_stands_before_everything_else() -> None:
    text = render(SAMPLES["update_with_delay"]("en")).text

    assert text.index("(was ") < text.index("Since ")
    assert "(was Wednesday 21 April)" in text
    assert "first agreed" not in text


def test_what_the_reader_does_next_stands_with_what_we_need() -> None:
    text = render(SAMPLES["update_with_delay"]("en")).text

    assert text.index("What we need from you") < text.index("choose the tap")
    assert "You:" not in text


def test_a_date_in_doubt_says_where_more_comes_and_leads_the_subject() -> None:
    mail = render(SAMPLES["late_update"]("en"))

    assert "not certain yet\n  You will hear more with our next news." in mail.text
    assert mail.subject.startswith("Not certain yet: 23 April; we need: your choice of tap")


def test_good_news_is_no_warning() -> None:
    html = render(SAMPLES["date_earlier"]("en")).html

    assert 'class="moved"' not in html


@pytest.mark.parametrize(
    ("sample", "headline"),
    [
        ("step_dropped", "No longer planned: Cupboards fitted"),
        ("step_back", "Planned again: Cupboards fitted, 19 April"),
        ("step_reopened", "Correction, not done yet: Cupboards fitted, 22 April"),
        ("resumed", "We are starting again; on track for 23 April"),
        ("dates_together", "New dates. Cupboards fitted: 26 April; Handover: 28 April"),
    ],
)
def test_the_subject_alone_says_the_news(sample: str, headline: str) -> None:
    assert render(SAMPLES[sample]("en")).subject.startswith(headline)


def test_the_first_mail_and_the_no_news_mail_do_not_claim_that_dates_hold() -> None:
    assert "holds" not in render(SAMPLES["welcome"]("en")).text
    assert "holds" not in render(SAMPLES["no_news"]("en")).text


def test_at_most_ten_asks_are_in_a_mail() -> None:
    asks = tuple(
        AskLine(ask_id=1, said=Said(text=f"paper {number}"), due_on=date(2027, 4, 16)) for number in range(1, 31)
    )

    mail = render(replace(update(), asks=asks))

    assert "paper 10," in mail.text
    assert "paper 11" not in mail.text + mail.html
    assert "and 20 more on your page" in mail.text
    assert "and 20 more on your page" in mail.html


def test_a_mail_full_of_long_words_is_refused_rather_than_cut() -> None:
    with pytest.raises(rendering.TooLarge):
        render(replace(update(), done=Said(text="word " * 30_000)))


def test_markup_in_any_words_is_shown_and_not_obeyed() -> None:
    attack = '</mj-text><mj-button href="https://evil.example">x</mj-button><script>alert(1)</script>{{ 7*7 }}'
    mail = update()
    bad = replace(
        mail,
        recipient=attack,
        done=Said(text=attack),
        brand=replace(mail.brand, name=attack),
        engagement=replace(mail.engagement, title=attack, stage=attack),
        steps=(replace(mail.steps[0], name=attack, who=Who.OTHER, said=Said(text=attack)),),
        asks=(AskLine(ask_id=1, said=Said(text=attack)),),
    )

    html = render(bad).html

    tags = {str(part.tag).removeprefix(NAMESPACE) for part in html5lib.parse(html).iter()}
    assert not tags & {"script", "mj-button", "mj-text"}
    assert "{{ 7*7 }}" in html


def test_nobody_can_write_a_placeholder() -> None:
    bad = replace(update(), done=Said(text="see https://link.invalid/unsubscribe"), recipient="LINK.invalid")

    mail = render(bad)

    assert "link.invalid/unsubscribe" not in mail.html + mail.text
    assert "LINK.invalid" not in mail.html + mail.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", 'https://e.example/"x', "//e.example"])
def test_a_link_that_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(UnsafeLink):
        render(replace(update(), page_url=url))


def test_words_in_another_language_are_marked_with_it() -> None:
    html = render(replace(update("ary"), done=Said(text="Carrelage terminé.", language="fr"))).html

    assert '<div dir="ltr" lang="fr"><p>Carrelage terminé.</p></div>' in html


def test_a_logo_has_the_firms_name_as_its_text() -> None:
    mail = update()

    html = render(replace(mail, brand=replace(mail.brand, logo_url="https://firm.example/logo.png"))).html

    assert re.search(r'<img alt="Atelier Idrissi"[^>]+src="https://firm.example/logo.png"', html)


@pytest.mark.parametrize("colour", ["#ffe600", "#7fffd4", "#101010", "#c02020"])
def test_a_firms_colour_never_makes_a_mail_unreadable(colour: str) -> None:
    mail = update()
    look = rendering.look_of(colour, "ltr")

    html = render(replace(mail, brand=replace(mail.brand, colour=colour))).html

    assert contrast(look["brand"], look["on_brand"]) >= 4.5
    assert contrast(look["accent"], "#ffffff") >= 4.5
    assert contrast(look["accent"], look["wash"]) >= 4.5
    assert contrast(look["accent_dark"], "#26302d") >= 4.5
    assert f"color:{look['on_brand']}" in html


def test_a_mail_on_request_has_no_link_to_stop_it() -> None:
    for sample in (SAMPLES["fresh_link"], SAMPLES["receipt"], SAMPLES["sign_in"]):
        mail = render(sample("en"))

        assert "preferences" not in mail.html + mail.text
        assert "unsubscribe" not in mail.html + mail.text


def test_a_day_without_updates_is_said_plainly() -> None:
    mail = SAMPLES["day_mail"]("en")
    assert isinstance(mail, DayMail)

    rendered = render(replace(mail, due=(), questions=()))

    assert rendered.subject == "Today: no updates due"
    assert placeholder("forms") not in rendered.html


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("kind", ["question", "wrong", "answer", "date_unsuitable"])
def test_every_kind_of_reply_has_its_subject(tag: str, kind: str) -> None:
    mail = SAMPLES["reply_received"](tag)
    assert isinstance(mail, ReplyReceived)

    assert mail.engagement.reference in render(replace(mail, kind=kind)).subject


def test_every_trouble_says_what_to_do() -> None:
    mail = SAMPLES["trouble"]("en")
    assert isinstance(mail, Trouble)

    for what in language("en").catalogue["mail"]["staff"]["trouble"]:
        line = TroubleLine(what=what, about="Bennani")
        assert language("en").text(f"mail.staff.trouble.{what}") in render(replace(mail, lines=(line,))).text


def test_a_mail_with_nothing_but_what_is_required_renders() -> None:
    mail = SAMPLES["welcome"]("en")
    assert isinstance(mail, Welcome)
    bare = replace(
        mail,
        dates=(),
        facts=(),
        asks=(),
        next_news_at=None,
        brand=Brand(name="Firm"),
        owner=replace(mail.owner, phone=None, hours=None),
        engagement=replace(mail.engagement, stage=None, steps_total=0, steps_done=0),
    )
    update_bare = replace(
        update(), since=None, done=None, step_done=None, steps=(), dates=(), asks=(), next_news_at=None
    )

    assert "Agreed dates" not in render(bare).text
    assert render(update_bare).subject == "Where things stand · kitchen, Anfa (MA-4471)"


def test_nobody_can_write_a_placeholder_in_a_further_language_or_a_label() -> None:
    link = "see https://link.invalid/unsubscribe"
    mail = update()
    done = Said(text="Tiles", language="fr", translations={"en": link})
    line = replace(mail.dates[0], labels={"en": link})

    rendered = render(replace(mail, done=done, dates=(line,)))

    assert "see https" in rendered.text
    assert "link.invalid/unsubscribe" not in rendered.text.replace(mail.unsubscribe_url, "")
    assert "link.invalid/unsubscribe" not in rendered.html.replace(mail.unsubscribe_url, "")
