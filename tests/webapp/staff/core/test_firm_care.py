"""How careful the firm is: when owners are asked, when somebody must hear, and when a word grows old."""

import pytest

from tests.support.pages import Page
from tests.support.site import Site, Visitor
from webapp.models import Firm, Playbook, Stage


def test_the_firms_hours_and_days_are_saved(site: Site, amina: Visitor) -> None:
    form = amina.page("/settings").form("/settings")
    shown = (form["tell_hours"], form["read_hours"], form["ask_days"])

    answer = amina.post("/settings", form.filled(tell_hours="6", read_hours="1", ask_days="5"))

    firm = site.one(Firm)
    assert shown == ("4", "2", "3")
    assert answer.status_code == 303
    assert (firm.tell_hours, firm.read_hours, firm.ask_days) == (6, 1, 5)


@pytest.mark.parametrize("field", ["tell_hours", "read_hours", "ask_days"])
@pytest.mark.parametrize("typed", ["0", "-1", "", "999", "soon"])
def test_hours_and_days_that_cannot_be_are_said_beside_the_field(
    site: Site, amina: Visitor, field: str, typed: str
) -> None:
    form = amina.page("/settings").form("/settings")

    answer = amina.post("/settings", form.filled(**{field: typed}))

    assert answer.status_code == 422
    assert Page(answer.text).message_at(field)
    assert getattr(site.one(Firm), field) == {"tell_hours": 4, "read_hours": 2, "ask_days": 3}[field]


def test_a_kind_of_work_says_how_careful_it_is_and_how_long_its_stages_take(site: Site, amina: Visitor) -> None:
    path = f"/settings/kinds-of-work/{site.world.playbook.id}"
    form = amina.page(path).form(path)

    saved = amina.post(
        path,
        form.filled(managers_read_first="y", stale_days="4", stages__0__usual_days="3", stages__1__usual_days=""),
    )
    again = amina.page(path).form(path)

    playbook, stages = site.one(Playbook), site.all(Stage)
    assert saved.status_code == 303
    assert (playbook.managers_read_first, playbook.stale_days) == (True, 4)
    assert [stage.usual_days for stage in stages] == [3, None]
    assert (again["managers_read_first"], again["stale_days"], again["stages-0-usual_days"]) == ("y", "4", "3")


def test_what_is_emptied_goes_by_the_rhythm_again(site: Site, amina: Visitor) -> None:
    path = f"/settings/kinds-of-work/{site.world.playbook.id}"
    with site.writing() as session:
        playbook = session.get_one(Playbook, site.world.playbook.id)
        playbook.managers_read_first, playbook.stale_days, playbook.stages[0].usual_days = True, 4, 3
    form = amina.page(path).form(path)

    amina.post(path, form.filled(managers_read_first=None, stale_days="", stages__0__usual_days=""))

    playbook = site.one(Playbook)
    assert (playbook.managers_read_first, playbook.stale_days) == (False, None)
    assert [stage.usual_days for stage in site.all(Stage)] == [None, None]


@pytest.mark.parametrize("field", ["stale_days", "stages-0-usual_days"])
def test_days_below_one_are_refused(site: Site, amina: Visitor, field: str) -> None:
    path = f"/settings/kinds-of-work/{site.world.playbook.id}"
    form = amina.page(path).form(path)

    answer = amina.post(path, form.filled(**{field: "0"}))

    assert answer.status_code == 422
    assert Page(answer.text).message_at(field)


def test_a_new_kind_of_work_can_be_made_without_any_of_it(site: Site, amina: Visitor) -> None:
    path = "/settings/kinds-of-work/new"
    form = amina.page(path).form(path)

    answer = amina.post(path, form.filled(names__texts__0="Stairs", stages__0__texts__0="Measuring"))

    made = site.all(Playbook)[-1]
    assert answer.status_code == 303
    assert (made.labels["en"], made.managers_read_first, made.stale_days) == ("Stairs", False, None)
