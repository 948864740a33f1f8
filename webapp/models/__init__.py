"""The nouns, re-exported, so that importing this package maps every table."""

from webapp.models.announcement import Announcement, NoticeToRead
from webapp.models.ask import Ask, AskState, Fact
from webapp.models.asked_mail import AskedFor, AskedMail
from webapp.models.audit import AuditEntry
from webapp.models.base import Base, Labels
from webapp.models.bulk_act import BulkAct, BulkKind, BulkPart, BulkState, PartState
from webapp.models.calendar import CalendarDay, CalendarSeason, DaySource
from webapp.models.client import AddressState, Client, Contact
from webapp.models.clockwork import LimitedAct, Tick
from webapp.models.commitment import Commitment, CommitmentState
from webapp.models.engagement import Engagement, EngagementState, HandOver, Participation, PartOf
from webapp.models.firm import Firm
from webapp.models.link import Link, Purpose
from webapp.models.milestone import Milestone
from webapp.models.outbox import MailState, OutboxEmail, OutboxTelling
from webapp.models.playbook import Playbook, Stage, UsualMilestone
from webapp.models.promise import Act, Promise, PromiseWords
from webapp.models.promised_call import PromisedCall
from webapp.models.question import DateAnswered, DateQuestion
from webapp.models.reply import Reply, ReplyKind
from webapp.models.slot import (
    Checkpoint,
    CheckpointDraft,
    CheckpointRevision,
    CheckpointState,
    InternalNote,
    Slot,
    SlotState,
)
from webapp.models.task import Task, TaskKind
from webapp.models.update import Telling, TellingState, Update, UpdateKind
from webapp.models.user import Absence, Role, SignInChallenge, StandIn, User, UserSession

__all__ = [
    "Absence",
    "Act",
    "AddressState",
    "Announcement",
    "Ask",
    "AskState",
    "AskedFor",
    "AskedMail",
    "AuditEntry",
    "Base",
    "BulkAct",
    "BulkKind",
    "BulkPart",
    "BulkState",
    "CalendarDay",
    "CalendarSeason",
    "Checkpoint",
    "CheckpointDraft",
    "CheckpointRevision",
    "CheckpointState",
    "Client",
    "Commitment",
    "CommitmentState",
    "Contact",
    "DateAnswered",
    "DateQuestion",
    "DaySource",
    "Engagement",
    "EngagementState",
    "Fact",
    "Firm",
    "HandOver",
    "InternalNote",
    "Labels",
    "LimitedAct",
    "Link",
    "MailState",
    "Milestone",
    "NoticeToRead",
    "OutboxEmail",
    "OutboxTelling",
    "PartOf",
    "PartState",
    "Participation",
    "Playbook",
    "Promise",
    "PromiseWords",
    "PromisedCall",
    "Purpose",
    "Reply",
    "ReplyKind",
    "Role",
    "SignInChallenge",
    "Slot",
    "SlotState",
    "Stage",
    "StandIn",
    "Task",
    "TaskKind",
    "Telling",
    "TellingState",
    "Tick",
    "Update",
    "UpdateKind",
    "User",
    "UserSession",
    "UsualMilestone",
]
