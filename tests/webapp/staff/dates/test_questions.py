"""Whether agreed dates hold: asked before the forms and on Today, answered in one press, and by nobody's scanner."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import DateAnswered, DateQuestion, Engagement, Milestone, Promise, Purpose, Slot
from webapp.services.dates import questions

WEDNESDAY = datetime(2026, 4, 15, 9, 0, tzinfo=UTC)
"""Three working days before the cupboards, on 20 April."""


@pytest.fixture
def asked(site: Site) -> DateQuestion:
    """alice and bob are each asked about the cupboards of their work; no form is due for two days."""
    site.clock.now = WEDNESDAY
    with site.writing() as session:
        for slot in session.query(Slot):
            slot.send_at = slot.promised_by = WEDNESDAY + timedelta(days=6)
        questions.ask(session, now=WEDNESDAY)
    return site.all(DateQuestion)[0]  # type: ignore[no-any-return]


def due(site: Site) -> None:
    """The form of alice's work is due today."""
    with site.writing() as session:
        session.get_one(Slot, site.kitchen.slot_id).send_at = WEDNESDAY + timedelta(hours=6)


def by_mail(site: Site) -> str:
    return f"/checkpoints/{site.link(Purpose.FORMS, user=site.world.alice)}"


def answered(site: Site) -> list[DateAnswered | None]:
    return [question.answer for question in site.all(DateQuestion)]


def at_risk(site: Site) -> bool:
    return bool(site.all(Milestone)[0].is_at_risk)


def press(visitor: Visitor, page: Page, action: str, said: str, *, csrf: bool = True) -> str:
    form = page.form(action)
    answer = visitor.post(form.action, form.filled(said=said), csrf=csrf)
    assert answer.status_code == 303, answer.text[:500]
    return str(answer.headers["Location"])


def test_the_link_of_the_days_mail_asks_even_where_no_form_is_due(
    site: Site, asked: DateQuestion, client: Visitor
) -> None:
    start = by_mail(site)

    page = client.page(start)

    assert "Cupboards: will Monday 20 April hold?" in page.text
    assert "kitchen, Anfa" in page.text
    assert "annual report" not in page.text
    assert [b.get("value") for b in page.all("button", name="said")] == ["yes", "not_sure", "no"]


def test_yes_by_mail_confirms_and_leads_on_to_what_else_is_asked(
    site: Site, asked: DateQuestion, client: Visitor
) -> None:
    start = by_mail(site)

    where = press(client, client.page(start), f"/questions/{asked.id}", "yes", csrf=False)
    following = client.page(where)

    assert answered(site) == [DateAnswered.YES, None]
    assert at_risk(site) is False
    assert "The date is confirmed" in following.text
    assert "Cupboards: will" not in following.text


def test_a_form_that_is_due_asks_about_the_dates_of_its_work_itself(
    site: Site, asked: DateQuestion, client: Visitor
) -> None:
    due(site)

    page = client.page(by_mail(site))

    assert "Cupboards: will" not in page.text
    assert any(form.action.endswith(f"/{site.kitchen.checkpoint_id}") for form in page.forms())


def test_the_questions_of_other_work_come_before_the_form_and_can_be_left_for_later(
    site: Site, asked: DateQuestion, client: Visitor
) -> None:
    due(site)
    with site.writing() as session:
        session.get_one(Engagement, site.report.engagement_id).owner_id = site.world.alice.id
    start = by_mail(site)

    page = client.page(start)
    after_a_form = client.page(f"{start}?filed={site.kitchen.checkpoint_id}")

    assert "annual report" in page.text
    assert any(a.get("href") == f"{start}/{site.kitchen.checkpoint_id}" for a in page.all("a"))
    assert "Cupboards: will" not in after_a_form.text


def test_not_sure_marks_the_date_and_says_that_it_is_asked_again(
    site: Site, asked: DateQuestion, alice: Visitor
) -> None:
    where = press(alice, alice.page("/forms"), f"/questions/{asked.id}", "not_sure")

    assert where == "/forms?said=not_sure"
    assert at_risk(site) is True
    assert "next working day" in alice.page(where).text
    assert f"/questions/{asked.id}" not in alice.get("/forms").text


def test_no_leads_to_the_page_that_moves_the_date_and_moves_nothing_by_itself(
    site: Site, asked: DateQuestion, client: Visitor, alice: Visitor
) -> None:
    start, before = by_mail(site), len(site.all(Promise))

    where = press(client, client.page(start), f"/questions/{asked.id}", "no", csrf=False)
    again = press(alice, Page(f'<form action="/forms/questions/{asked.id}"></form>'), f"/{asked.id}", "no")

    assert where == f"{start}/dates/{asked.milestone_id}/move?no=1"
    assert again == f"/engagements/{site.kitchen.engagement_id}/dates/{asked.milestone_id}/move?no=1"
    assert (answered(site)[0], at_risk(site), len(site.all(Promise))) == (DateAnswered.NO, True, before)
    assert client.get(where).status_code == alice.get(again).status_code == 200


def test_looking_changes_nothing_however_often_a_scanner_looks(
    site: Site, asked: DateQuestion, client: Visitor, alice: Visitor
) -> None:
    start = by_mail(site)
    client.page(start)
    alice.page("/")
    before = site.dump()

    for visitor, path in ((client, start), (alice, "/forms"), (alice, "/")):
        page = visitor.page(path)
        for action in {form.action for form in page.forms() if "/questions/" in form.action}:
            assert visitor.get(f"{action}?said=no").status_code in (404, 405)
            assert visitor.http.head(action, base_url=visitor.base).status_code in (404, 405)

    assert site.dump() == before


def test_nobody_answers_for_work_that_is_not_theirs_or_with_another_word(
    site: Site, asked: DateQuestion, client: Visitor, alice: Visitor, bob: Visitor, charlie: Visitor
) -> None:
    start = by_mail(site)
    theirs = site.all(DateQuestion)[1]

    assert bob.post(f"/forms/questions/{asked.id}", {"said": "yes"}).status_code == 404
    assert charlie.post(f"/forms/questions/{asked.id}", {"said": "yes"}).status_code == 404
    assert client.post(f"{start}/questions/{theirs.id}", {"said": "yes"}, csrf=False).status_code == 404
    assert alice.post(f"/forms/questions/{asked.id}", {"said": "perhaps"}).status_code == 303
    assert alice.post("/forms/questions/999999", {"said": "yes"}).status_code == 404
    assert alice.post(f"/forms/questions/{asked.id}", {"said": "yes"}, csrf=False).status_code == 400
    assert answered(site) == [None, None]


def test_today_asks_too_and_leads_back_to_itself(site: Site, asked: DateQuestion, alice: Visitor) -> None:
    page = alice.page("/")

    where = press(alice, page, f"/questions/{asked.id}", "yes")

    assert "Cupboards: will Monday 20 April hold?" in page.text
    assert "annual report" not in page.text
    assert where == "/"
    assert answered(site) == [DateAnswered.YES, None]
    assert "The date is confirmed" in alice.page("/").text


def test_managers_see_everybodys_questions_and_viewers_only_look(
    site: Site, asked: DateQuestion, dalia: Visitor, charlie: Visitor
) -> None:
    for_a_manager, for_a_viewer = dalia.page("/"), charlie.page("/")

    assert len([f for f in for_a_manager.forms() if "/questions/" in f.action]) == 2
    assert "Cupboards: will" in for_a_viewer.text
    assert [f for f in for_a_viewer.forms() if "/questions/" in f.action] == []
