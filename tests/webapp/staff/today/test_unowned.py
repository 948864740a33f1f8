"""Work that nobody owns stays on Today until somebody does: no press makes it go away."""

from tests.support.site import Site, Visitor
from webapp.models import Engagement, Task, TaskKind
from webapp.services.core import tasks


def test_only_an_owner_ends_the_alarm_about_work_without_one(site: Site, dalia: Visitor) -> None:
    with site.writing() as session:
        work = session.get_one(Engagement, site.kitchen.engagement_id)
        work.owner_id = None
        number = tasks.raise_once(session, TaskKind.UNOWNED, str(work.id), now=site.clock.now, engagement=work).id
    page = dalia.page("/")

    pressed = dalia.post(f"/tasks/{number}/done")

    assert pressed.status_code == 404
    assert site.one(Task).done_at is None
    assert not [form for form in page.forms() if form.action == f"/tasks/{number}/done"]
    owner = f"/engagements/{site.kitchen.engagement_id}/owner"
    assert [link.get("href") for link in page.all("a", href=owner)] == [owner]

    dalia.post(owner, dalia.page(owner).form(owner).filled(owner=str(site.world.bob.id), brief="All is said."))

    assert site.one(Task).done_at is not None
