import re

import pytest
from bidi.algorithm import get_display
from hypothesis import given
from hypothesis import strategies as st

from emails.bidi import (
    LRM,
    direction_of,
    inline_html,
    inline_text,
    isolate_html,
    isolate_text,
    phone_html,
    strip_overrides,
)
from emails.languages import Direction

ARABIC = "هاد الخبر وصل"
LEFT_RUNS = ["06 61 23 45 67", "+212 661-234567", "60%", "#MA-4471", "MA-4471", "Atelier Idrissi", "plan_v2.pdf"]


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("Salma سلمى", "rtl", "rtl"),
        ("Salma", "rtl", "ltr"),
        ("Привет", "rtl", "ltr"),
        ("12 34", "rtl", "rtl"),
        ("Salma سلمى", "ltr", "ltr"),
        ("سلمى 12", "ltr", "rtl"),
        ("12", "ltr", "ltr"),
    ],
)
def test_words_take_the_direction_of_their_letters(text: str, base: Direction, expected: str) -> None:
    assert direction_of(text, base) == expected


@pytest.mark.parametrize("run", LEFT_RUNS)
def test_a_run_inside_arabic_is_wrapped_in_html(run: str) -> None:
    html = isolate_html(f"{ARABIC} {run} {ARABIC}", "rtl")

    assert re.search(
        rf'<span dir="ltr">(<a [^>]+>)?{re.escape(run)}(</a>)?</span>', html.replace("<span>.</span>", ".")
    )


@pytest.mark.parametrize("run", LEFT_RUNS)
def test_a_run_inside_arabic_reads_in_order_in_plain_text(run: str) -> None:
    shown = get_display(isolate_text(f"{ARABIC} {run}، {ARABIC}", "rtl"), base_dir="R")

    assert run in shown.replace(LRM, "")


def test_without_marks_the_same_telephone_number_would_be_reversed() -> None:
    shown = get_display(f"{ARABIC} 06 61 23 45 67", base_dir="R")

    assert "06 61 23 45 67" not in shown


@given(
    st.lists(st.sampled_from([*LEFT_RUNS, "https://example.com/a-b", "a@example.com"]), min_size=1, max_size=4),
    st.sampled_from(["rtl", "ltr"]),
)
def test_runs_between_arabic_words_keep_their_order(runs: list[str], base: Direction) -> None:
    text = f"{ARABIC} " + f" {ARABIC} ".join(runs) + f" {ARABIC}"

    shown = get_display(isolate_text(text, base), base_dir="R" if base == "rtl" else "L").replace(LRM, "")

    assert all(run in shown for run in runs)


def test_a_url_stops_before_an_arabic_comma() -> None:
    html = isolate_html("شوفو https://example.com/plan، عفاكم", "rtl")

    assert '<a href="https://example.com/plan">https://example.com/plan</a></span>،' in html


def test_a_url_loses_the_full_stop_that_ends_the_sentence() -> None:
    assert 'href="https://example.com/plan"' in isolate_html("See https://example.com/plan.", "ltr")


@pytest.mark.parametrize("text", ["javascript:alert(1)", "data:text/html,x", "ftp://e.example/", "https://"])
def test_only_web_addresses_become_links(text: str) -> None:
    assert "<a " not in isolate_html(text, "ltr")


def test_numbers_that_are_no_telephone_stay_words() -> None:
    for text in ("on 23 April 2027 at 18:00", "MA-44711234", "12,500 MAD", "2024-12", "v1.2.3"):
        assert "tel:" not in isolate_html(text, "ltr"), text


def test_a_telephone_number_can_be_pressed() -> None:
    assert phone_html("06 61 23 45 67", "ltr") == '<a href="tel:0661234567">06 61 23 45 67</a>'
    assert '<a href="tel:+212661234567">' in isolate_html("Call +212 661-234567.", "ltr")


def test_markup_is_shown_and_not_obeyed() -> None:
    html = isolate_html('<script>x</script> </p><a href="x"> & "', "rtl")

    assert "<script" not in html
    assert "&lt;" in html
    assert html.count("<a ") == 0


def test_paragraphs_and_simple_lists_are_kept() -> None:
    html = isolate_html("One.\nTwo.\n\n- a\n- b\n1. c\n2) d", "ltr")

    assert html == "<p>One.<br>Two.</p><ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>"


def test_words_of_another_language_are_marked() -> None:
    assert isolate_html("Bonjour", "rtl", language="fr") == '<div dir="ltr" lang="fr"><p>Bonjour</p></div>'


def test_overrides_and_controls_are_taken_out_and_joiners_stay() -> None:
    assert strip_overrides("a\u202eb\u2066c\x00d\x1be\ufffe") == "abcde"
    assert strip_overrides("a\u200cb\u200dc\u200ed\u200f") == "a\u200cb\u200dc\u200ed\u200f"
    assert strip_overrides("a\r\nb\rc\u2028d\te") == "a\nb\nc\nd\te"


def test_a_name_is_no_bait_for_a_mail_programs_own_links() -> None:
    assert inline_html("evil.com win", "ltr") == "evil<span>.</span>com win"
    assert "evil.com" not in inline_text("evil.com win", "ltr")


def test_an_arabic_name_in_english_does_not_pull_the_number_after_it() -> None:
    shown = get_display(isolate_text("سلمى 06 61", "ltr"), base_dir="L").replace(LRM, "")

    assert shown.endswith(" 06 61")


@given(st.text(max_size=200), st.sampled_from(["rtl", "ltr"]))
def test_any_text_is_escaped_and_nothing_but_marks_is_added(text: str, base: Direction) -> None:
    html = isolate_html(text, base)
    plain = isolate_text(text, base)

    assert set(re.findall(r"</?([a-z]+)", html)) <= {"p", "br", "ul", "ol", "li", "span", "a", "div"}
    assert plain.replace(LRM, "").split() == strip_overrides(text).replace(LRM, "").split()


def test_an_arabic_percent_keeps_its_order_in_a_text_without_latin_letters_or_digits() -> None:
    assert inline_html("تم ٦٠% من العمل", "rtl") == 'تم <span dir="ltr">٦٠%</span> من العمل'


def test_one_name_is_written_for_the_direction_of_each_mail_it_is_in() -> None:
    assert inline_html("Atlas", "ltr") == "Atlas"
    assert inline_html("Atlas", "rtl") == '<span dir="ltr">Atlas</span>'
    assert inline_text("أطلس", "rtl") == "أطلس"
    assert inline_text("أطلس", "ltr") == "\u200eأطلس\u200e"
