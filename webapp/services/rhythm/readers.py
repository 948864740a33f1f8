"""Who may be written to when: a contact in an engagement, as the rules of time see them."""

from webapp.models import Firm, Participation
from webapp.services.calendar import firm_calendar
from webapp.services.rhythm.schedule import Reader


def reader(participation: Participation, firm: Firm) -> Reader:
    """When a contact may be written to: the firm's quiet hours by the contact's own clock, their own pause, never on a
    public holiday of theirs."""
    return Reader(
        zone=participation.contact.zone,
        quiet_from=firm.quiet_from,
        quiet_until=firm.quiet_until,
        paused_until=participation.paused_until,
        working_days=firm_calendar.of_reader(firm, participation.contact.client),
    )
