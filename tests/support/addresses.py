"""An address for every rule of the application, with the numbers of one person's work."""

from datetime import date, timedelta

from flask import Flask
from werkzeug.routing import Rule

from tests.support.site import Site, Work
from webapp.models import (
    Absence,
    BulkAct,
    BulkKind,
    CalendarDay,
    CalendarSeason,
    DateQuestion,
    DaySource,
    HandOver,
    NoticeToRead,
    OutboxEmail,
    Purpose,
    ReplyKind,
    TaskKind,
    Telling,
    Update,
    UpdateKind,
    UserSession,
)
from webapp.services.conversation import replies
from webapp.services.core import tasks
from webapp.services.mail import links
from webapp.services.work import engagements


class Addresses:
    """Everything there is about one work: a reply, an update, a telling, a mail, a task, a hand-over, links."""

    def __init__(self, site: Site, work: Work) -> None:
        self.site, self.work = site, work
        world, now = site.world, site.clock.now
        owner = world.alice if work is site.kitchen else world.bob
        self.page = site.link(Purpose.PAGE, work)
        with site.writing() as session:
            engagement = engagements.get(session, work.engagement_id)
            link = links.make(
                session,
                site.settings.keyring,
                Purpose.PAGE,
                now=now,
                contact=engagement.participations[0].contact,
                engagement=engagement,
            )
            reply = replies.submit(session, link, ReplyKind.QUESTION, "When?", once=f"o{work.slot_id}", now=now)
            task = tasks.raise_once(
                session, TaskKind.PROMISE_BROKEN, "x" + str(work.slot_id), now=now, engagement=engagement
            )
            brief = HandOver(engagement_id=engagement.id, to_user_id=owner.id, brief="Read", made_at=now)
            session.add(brief)
            session.flush()
            self.numbers: dict[str, object] = {
                "reply_id": reply.id,
                "task_id": task.id,
                "handover_id": brief.id,
                "engagement_id": work.engagement_id,
                "milestone_id": engagement.milestones[0].id,
                "checkpoint_id": work.checkpoint_id,
                "contact_id": work.contact_id,
            }
        welcome = site.all(Update, Update.engagement_id == work.engagement_id)[0]
        with site.writing() as session:
            regular = Update(
                key=f"copy:{work.slot_id}",
                engagement_id=work.engagement_id,
                kind=UpdateKind.REGULAR,
                snapshot=welcome.snapshot,
                released_at=now,
            )
            elsewhere = UserSession(
                secret_hash=b"%d" % work.slot_id, user_id=owner.id, created_at=now, last_seen_at=now
            )
            on = date(2027, 1, 1) + timedelta(days=work.slot_id)
            day = CalendarDay(on=on, is_working=False, source=DaySource.OWN, recorded_at=now)
            season = CalendarSeason(name="2027", starts_on=on, ends_on=on, hours={})
            session.add_all([day, season])
            away = Absence(user_id=owner.id, starts_on=on, ends_on=on)
            step = engagements.get(session, work.engagement_id).milestones[0]
            line = welcome.snapshot["dates"][0]
            delay = {"milestone_id": step.id, "labels": line["labels"], "moved": 1, "cause": "other"}
            held = NoticeToRead(
                engagement_id=work.engagement_id,
                snapshot={
                    **welcome.snapshot,
                    "delays": [{**delay, "first": line["first"], "was": line["first"], "now": line["now"]}],
                },
                kept_at=now,
                until=now + timedelta(hours=2),
            )
            question = DateQuestion(
                milestone_id=step.id, promise_id=step.promises[0].id, number=1, asked_on=now.date(), asked_at=now
            )
            act = BulkAct(kind=BulkKind.GO_LIVE, details={}, begun_at=now, by_id=owner.id)
            session.add_all([regular, elsewhere, away, question, held, act])
            session.flush()
            self.numbers |= {"update_id": regular.id, "session_id": elsewhere.id, "absence_id": away.id}
            self.numbers |= {"question_id": question.id, "act_id": act.id}
            self.numbers |= {"day_id": day.id, "season_id": season.id}
        self.numbers |= {
            "telling_id": site.all(Telling, Telling.update_id == welcome.id)[0].id,
            "mail_id": site.all(OutboxEmail, OutboxEmail.engagement_id == work.engagement_id)[0].id,
            "client_id": world.client.id,
            "playbook_id": world.playbook.id,
            "user_id": world.charlie.id,
            "filename": "css/base.css",
            "challenge": "ab" * 16,
        }
        self.forms = site.link(Purpose.FORMS, user=owner)
        self.unsubscribe = site.link(Purpose.UNSUBSCRIBE, work)
        self.invitation = site.link(Purpose.INVITATION, user=world.charlie)

    def of(self, rule: Rule) -> str:
        """The address of a rule about this work."""
        token = {
            "client_page": self.page,
            "client_dates_file": self.page,
            "client_preferences": self.unsubscribe if "unsubscribe" in rule.rule else self.page,
            "mail_checkpoints": self.forms,
            "mail_date_questions": self.forms,
            "mail_dates": self.forms,
            "staff_sign_in": self.invitation if "invitation" in rule.rule else "a" * 53,
        }
        known = {**self.numbers, "token": token.get(rule.endpoint.partition(".")[0], ""), "mail_id": self._mail(rule)}
        built = rule.build({name: known[name] for name in rule.arguments})
        assert built is not None
        return str(built[1])

    def _mail(self, rule: Rule) -> object:
        return "none" if rule.endpoint.startswith("dev_") else self.numbers["mail_id"]


def rules(app: Flask, method: str) -> list[Rule]:
    """Every rule that answers a method."""
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.methods and method in rule.methods),
        key=lambda rule: rule.endpoint,
    )
