"""The personas that tests, demo and docs share, and short ways to make what a test needs."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from emails.pieces import Who
from tests.support.delivering import deliver
from webapp.models import (
    Client,
    Contact,
    Engagement,
    Firm,
    Participation,
    PartOf,
    Playbook,
    Role,
    Slot,
    Stage,
    User,
    UsualMilestone,
)
from webapp.services.rhythm import cadences
from webapp.services.rhythm.schedule import Cadence, Every, OnDayOff
from webapp.services.updates.answers import Answers, NextStep
from webapp.services.work import engagements
from webapp.services.work.engagements import PlannedStep

TUESDAYS = Cadence(
    every=Every.WEEKLY,
    weekdays=(1,),
    anchor=date(2026, 1, 5),
    zone="Africa/Casablanca",
    send_at=time(16, 0),
    promised_by=time(18, 0),
    day_off=OnDayOff.BEFORE,
)

REASONS = [
    {"key": "supplier", "labels": {"en": "A supplier is late", "az": "Təchizatçı gecikir", "ary": "المورّد تعطل"}},
    {"key": "our_mistake", "labels": {"en": "We made a mistake", "az": "Səhvə yol verdik", "ary": "درنا غلط"}},
]


@dataclass
class World:
    """alice owns the work, bob is her colleague, charlie only looks, dalia manages, amina is the admin."""

    session: Session
    now: datetime
    firm: Firm
    alice: User
    bob: User
    charlie: User
    dalia: User
    amina: User
    playbook: Playbook
    client: Client
    bennani: Contact

    @classmethod
    def build(cls, session: Session, *, now: datetime) -> "World":
        firm = Firm(
            id=1,
            name="Dar Renov",
            languages=["en", "az", "ary"],
            language="en",
            zone="Africa/Casablanca",
            working_days=[0, 1, 2, 3, 4],
            days_off=[],
            phone="+212522000000",
            mailbox="office@darrenov.example",
        )
        session.add(firm)
        people = {
            name: User(
                address=f"{name}@darrenov.example",
                name=name.title(),
                role=role,
                language="en",
                phone="+212600000001",
                created_at=now,
            )
            for name, role in {
                "alice": Role.STAFF,
                "bob": Role.STAFF,
                "charlie": Role.VIEWER,
                "dalia": Role.MANAGER,
                "amina": Role.ADMIN,
            }.items()
        }
        session.add_all(people.values())
        playbook = Playbook(
            key="kitchen",
            labels={"en": "Kitchen", "az": "Mətbəx", "ary": "الكوزينة"},
            cadence=cadences.dump(TUESDAYS),
            reasons=REASONS,
            sentences=[{"part": "done", "labels": {"en": "Wall tiles finished", "ary": "كمّلنا الزليج"}}],
        )
        playbook.stages = [
            Stage(position=1, labels={"en": "Preparation", "ary": "التحضير"}),
            Stage(position=2, labels={"en": "Works", "ary": "الأشغال"}),
        ]
        playbook.usual_milestones = [
            UsualMilestone(position=1, labels={"en": "Cupboards", "ary": "الخزانات"}, offset_days=10),
            UsualMilestone(position=2, labels={"en": "Handover", "ary": "التسليم"}, offset_days=14),
        ]
        session.add(playbook)
        client = Client(name="Bennani", created_at=now)
        session.add(client)
        bennani = Contact(
            client=client,
            name="Maria Bennani",
            greeting="Mrs Bennani",
            address="maria@bennani.example",
            phone="+212661000000",
            language="en",
            zone="Africa/Casablanca",
            created_at=now,
        )
        session.add(bennani)
        session.flush()
        return cls(session, now, firm, playbook=playbook, client=client, bennani=bennani, **people)

    def contact(self, name: str, **given: Any) -> Contact:
        """Another person at the client."""
        fields: dict[str, Any] = {
            "address": f"{name.lower()}@bennani.example",
            "language": "en",
            "zone": "Africa/Casablanca",
            **given,
        }
        made = Contact(client=self.client, name=name, created_at=self.now, **fields)
        self.session.add(made)
        self.session.flush()
        return made

    def engagement(self, reference: str = "MA-4471", **given: Any) -> Engagement:
        """A draft with cupboards on 20 April and handover on 24 April, owned by alice, read by Mrs Bennani."""
        fields: dict[str, Any] = {
            "title": "kitchen, Anfa",
            "client": self.client,
            "playbook": self.playbook,
            "owner": self.alice,
            "contacts": [(self.bennani, PartOf.DECIDES)],
            "steps": [
                PlannedStep(labels={"en": "Cupboards", "ary": "الخزانات"}, on=date(2026, 4, 20)),
                PlannedStep(labels={"en": "Handover", "ary": "التسليم"}, on=date(2026, 4, 24)),
            ],
            "cadence": cadences.dump(TUESDAYS),
            "by": self.dalia,
            "now": self.now,
            **given,
        }
        return engagements.start(self.session, reference=reference, **fields)

    def open_engagement(
        self, reference: str = "MA-4471", *, is_read: bool = True, **given: Any
    ) -> tuple[Engagement, Slot]:
        """The same, switched live, and its welcome read: its first slot is Tuesday 7 April, 16:00 to 18:00 in
        Casablanca."""
        engagement = self.engagement(reference, **given)
        slot = engagements.go_live(self.session, engagement, by=self.dalia, now=self.now)
        if is_read:
            deliver(self.session, now=self.now)
        return engagement, slot

    def participation(self, engagement: Engagement) -> Participation:
        return engagement.participations[0]


def answers(**given: Any) -> Answers:
    """A short honest report."""
    fields: dict[str, Any] = {
        "language": "en",
        "done": "Wall tiles finished, pipes tested.",
        "step": NextStep(text="The carpenter fits the cupboards", who=Who.US, by=date(2026, 4, 20)),
        **given,
    }
    return Answers(**fields)


def soon(now: datetime, **delta: float) -> datetime:
    return now + timedelta(**delta)
