"""What the page shows on which one agreed date is moved, from the facts to the template."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from emails.pieces import is_earlier, last_day
from webapp.forms.dates.milestones import MoveForm
from webapp.forms.dates.moved_date import AFTER, UNKNOWN, date_fields
from webapp.language import firm, lang, t, today
from webapp.models import Act, Engagement, EngagementState, Milestone, Promise
from webapp.services.calendar import firm_calendar
from webapp.services.core.errors import NotFound
from webapp.services.core.firm import label
from webapp.services.dates import ledger, milestones, to_tell
from webapp.services.dates.ledger import When, Why
from webapp.services.dates.milestones import Moved, Shift
from webapp.staff.core import languages
from webapp.staff.core.ready_sentences import WritingPage
from webapp.timezones import local
from webapp.transactions import moment

SMALL, BIG = 1, 20
"""Working days: a move that is told with the next update where any is, and one that is not."""


@dataclass
class Page(WritingPage):
    """The move of one date as its page shows it."""

    session: Session
    engagement: Engagement
    milestone: Milestone
    form: MoveForm
    later: list[Milestone]

    @property
    def entries(self) -> list[Promise]:
        return ledger.effective(self.milestone)

    @property
    def present(self) -> Promise:
        return self.entries[-1]

    @property
    def zone(self) -> str:
        return str(self.engagement.cadence["zone"])

    @property
    def before(self) -> Promise | None:
        """The last move, whose explanation is shown, never taken over: the same cause may go on."""
        return self.present if self.present.act is Act.MOVE and self.present.words else None

    @property
    def to(self) -> When:
        return self.form.when(self.zone)

    @property
    def why(self) -> Why:
        return self.form.explanation(self.form.language.data)

    @property
    def is_earlier(self) -> bool:
        return is_earlier(self.to, ledger.when(self.present))

    @property
    def is_old(self) -> bool:
        """The date moved while this form was open."""
        return bool(self.form.based_on.data) and self.form.based_on.data != str(self.present.id)

    def fits(self) -> bool:
        return self.form.check(today(), is_earlier=self.is_earlier)

    def offer_later(self) -> bool:
        """Put the steps that come after into the form, each with the same shift. False where there are none, or where
        they were looked at already for this very date."""
        on = self.form.last_day
        shifts = milestones.later_ones(firm(), self.milestone, on, self.engagement) if on else []
        offered_for = on.isoformat() if on and shifts else ""
        ids = {str(shift.milestone.id) for shift in shifts}
        if self.form.offered_for.data == offered_for and ids == {
            entry.form.milestone_id.data for entry in self.form.later
        }:
            return False
        self._fill(shifts)
        self.form.offered_for.data = offered_for
        return bool(shifts)

    def moved(self) -> list[Moved]:
        """This step and those that were ticked to move with it."""
        along = [
            Moved(milestone=step, to=milestones.ending_on(firm(), step, entry.form.on.data))
            for step, entry in zip(self.later, self.form.later, strict=True)
            if entry.form.moves.data and entry.form.on.data
        ]
        return [Moved(milestone=self.milestone, to=self.to), *along]

    def told(self) -> list[str]:
        """What will happen, in sentences: for the date that stands in the form, or, as long as there is none, for a
        short move and a long one."""
        if self.engagement.state is EngagementState.DRAFT:
            return [t("agreed.told_draft")]
        if self.engagement.state is EngagementState.PAUSED:
            return [t("agreed.told_paused")]
        is_read = self.engagement.playbook.managers_read_first
        notice = t("agreed.told_manager") if is_read else t("agreed.told_notice")
        leads = [self._leads(on) for on in self._possible()]
        if not any(leads):
            return [notice]
        slot = next(found for found in leads if found)
        at = lang().moment(local(slot.send_at, self.zone))
        return [t("agreed.told_leads", at=at)] if all(leads) else [t("agreed.told_small", at=at), notice]

    def reasons(self) -> dict[str, str]:
        return reasons_of(self.engagement)

    def _fill(self, shifts: list[Shift]) -> None:
        """A row for each; what was ticked, or not, stays so."""
        left_out = {entry.form.milestone_id.data for entry in self.form.later if not entry.form.moves.data}
        while self.form.later.entries:
            self.form.later.pop_entry()
        self.later = [shift.milestone for shift in shifts]
        for shift in shifts:
            key = str(shift.milestone.id)
            self.form.later.append_entry({"milestone_id": key, "moves": key not in left_out, "on": shift.to})

    def _leads(self, on: date | None) -> Any:
        old = last_day(self.present)
        return to_tell.leads(self.session, firm(), self.engagement, old, on, now=moment())

    def _possible(self) -> list[date | None]:
        """The last days that the move may lead to."""
        old = last_day(self.present)
        typed = self.form.last_day
        if self.form.new_kind.data in (AFTER, UNKNOWN) or old is None:
            return [None]
        if typed and typed != old:
            return [typed]
        calendar = firm_calendar.of_firm(firm())
        return [calendar.add(old, SMALL), calendar.add(old, BIG)]


def build(session: Session, engagement: Engagement, milestone: Milestone, typed: Any) -> Page:
    """The page with what was typed, else with the date as it stands. NotFound for a step that has no date to move."""
    if not ledger.effective(milestone) or milestone.done_on is not None or milestone.dropped_at is not None:
        raise NotFound
    present = ledger.effective(milestone)[-1]
    form = MoveForm(typed) if typed is not None else MoveForm(data=_prefilled(present, engagement))
    form.reason.choices = reasons_of(engagement)
    before = present.words.language if present.words else None
    languages.offer(form.language, engagement, firm().languages, before)
    by_id = {str(step.id): step for step in engagement.milestones}
    form.later.entries[:] = [entry for entry in form.later.entries if entry.form.milestone_id.data in by_id]
    later = [by_id[str(entry.form.milestone_id.data)] for entry in form.later.entries]
    return Page(session, engagement, milestone, form, later)


def reasons_of(engagement: Engagement) -> dict[str, str]:
    """The reasons of a kind of work, in the reader's language."""
    known = {
        reason["key"]: label(reason["labels"], lang().tag, firm().language) for reason in engagement.playbook.reasons
    }
    return {"": t("form.reason_none")} | known


def _prefilled(present: Promise, engagement: Engagement) -> dict[str, Any]:
    return {"based_on": str(present.id), **date_fields(ledger.when(present), engagement.cadence["zone"])}
