"""Announcements of moved dates, questions before them, kept and broken next news, calendars, stand-ins."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT = sa.DateTime(timezone=True)
TABLES = (
    "calendar_season", "calendar_day", "commitment", "date_question", "held_notice", "announcement", "stand_in", "absence",
)  # fmt: skip


def _columns() -> tuple[tuple[str, sa.Column[Any]], ...]:
    """Made anew for each use: a column can be put into one table only."""
    return (
        ("milestone", sa.Column("dropped_at", AT)),
        ("milestone", sa.Column("dropped_why", sa.String())),
        ("milestone", sa.Column("dropped_language", sa.String())),
        ("service", sa.Column("managers_read_first", sa.Boolean(), nullable=False, server_default=sa.false())),
        ("service", sa.Column("stale_days", sa.Integer())),
        ("stage", sa.Column("usual_days", sa.Integer())),
        ("engagement", sa.Column("stage_since", sa.Date())),
        ("firm", sa.Column("weekly_hours", sa.JSON(), nullable=False, server_default="{}")),
        ("firm", sa.Column("country", sa.String())),
        ("firm", sa.Column("notice_minutes", sa.Integer(), nullable=False, server_default="15")),
        ("firm", sa.Column("tell_hours", sa.Integer(), nullable=False, server_default="4")),
        ("firm", sa.Column("hold_hours", sa.Integer(), nullable=False, server_default="2")),
        ("firm", sa.Column("ask_days", sa.Integer(), nullable=False, server_default="3")),
        ("client", sa.Column("country", sa.String())),
    )


def upgrade() -> None:
    for table, column in _columns():
        op.add_column(table, column)
    op.create_table(
        "absence",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_absence"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_absence_user_id_user"),
    )
    op.create_index("ix_absence_user_id", "absence", ["user_id"])
    op.create_table(
        "stand_in",
        sa.Column("user_id", ID, nullable=False),
        sa.Column("stand_in_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_stand_in"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_stand_in_user_id_user"),
        sa.ForeignKeyConstraint(["stand_in_id"], ["user.id"], name="fk_stand_in_stand_in_id_user"),
    )
    op.create_table(
        "announcement",
        sa.Column("id", ID, nullable=False),
        sa.Column("promise_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("known_at", AT, nullable=False),
        sa.Column("release_at", AT, nullable=False),
        sa.Column("tell_by", AT, nullable=False),
        sa.Column("update_id", ID),
        sa.Column("settled_at", AT),
        sa.Column("settled_why", sa.String()),
        sa.PrimaryKeyConstraint("id", name="pk_announcement"),
        sa.UniqueConstraint("promise_id", name="uq_announcement_promise_id"),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name="fk_announcement_promise_id_promise"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name="fk_announcement_engagement_id_engagement"),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name="fk_announcement_update_id_update"),
    )
    op.create_index("ix_announcement_engagement_id", "announcement", ["engagement_id"])
    op.create_index("ix_announcement_update_id", "announcement", ["update_id"])
    op.create_index("ix_announcement_settled_at_release_at", "announcement", ["settled_at", "release_at"])
    op.create_table(
        "held_notice",
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("held_at", AT, nullable=False),
        sa.Column("until", AT, nullable=False),
        sa.PrimaryKeyConstraint("engagement_id", name="pk_held_notice"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name="fk_held_notice_engagement_id_engagement"),
    )
    op.create_table(
        "date_question",
        sa.Column("id", ID, nullable=False),
        sa.Column("milestone_id", ID, nullable=False),
        sa.Column("promise_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", AT, nullable=False),
        sa.Column("answer", sa.String(32)),
        sa.Column("answered_at", AT),
        sa.Column("answered_by_id", ID),
        sa.Column("closed_at", AT),
        sa.PrimaryKeyConstraint("id", name="pk_date_question"),
        sa.UniqueConstraint("promise_id", "number", name="uq_date_question_promise_id_number"),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name="fk_date_question_milestone_id_milestone"),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name="fk_date_question_promise_id_promise"),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name="fk_date_question_answered_by_id_user"),
    )
    op.create_index("ix_date_question_milestone_id", "date_question", ["milestone_id"])
    op.create_table(
        "commitment",
        sa.Column("id", ID, nullable=False),
        sa.Column("update_id", ID, nullable=False),
        sa.Column("engagement_id", ID, nullable=False),
        sa.Column("promised_at", AT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("cause", sa.String()),
        sa.Column("scored_at", AT),
        sa.Column("kept_by_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_commitment"),
        sa.UniqueConstraint("update_id", name="uq_commitment_update_id"),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name="fk_commitment_update_id_update"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name="fk_commitment_engagement_id_engagement"),
        sa.ForeignKeyConstraint(["kept_by_id"], ["update.id"], name="fk_commitment_kept_by_id_update"),
    )
    op.create_index("ix_commitment_engagement_id", "commitment", ["engagement_id"])
    op.create_index("ix_commitment_state_promised_at", "commitment", ["state", "promised_at"])
    op.create_table(
        "calendar_day",
        sa.Column("id", ID, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("country", sa.String()),
        sa.Column("recorded_at", AT, nullable=False),
        sa.Column("recorded_by_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_day"),
        sa.UniqueConstraint("on", "source", "country", name="uq_calendar_day_on_source_country"),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_calendar_day_firm_id_firm"),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name="fk_calendar_day_recorded_by_id_user"),
    )
    op.create_table(
        "calendar_season",
        sa.Column("id", ID, nullable=False),
        sa.Column("firm_id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendar_season"),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name="fk_calendar_season_firm_id_firm"),
    )
    # What was moved in forms that are filed and not sent yet is still to be told with its reason.
    op.execute(
        "INSERT INTO announcement (promise_id, engagement_id, known_at, release_at, tell_by) "
        "SELECT p.id, s.engagement_id, p.recorded_at, s.promised_by, s.promised_by FROM promise p "
        "JOIN checkpoint c ON c.id = p.checkpoint_id JOIN slot s ON s.id = c.slot_id "
        "WHERE p.act = 'move' AND s.state = 'planned' "
        "AND NOT EXISTS (SELECT 1 FROM promise q WHERE q.supersedes_id = p.id)"
    )


def downgrade() -> None:
    """Refused once a condition was met: the ledger keeps that entry, and the version before cannot read it."""
    if op.get_bind().execute(sa.text("SELECT 1 FROM promise WHERE act = 'resolve' LIMIT 1")).first():
        raise RuntimeError("The ledger has entries that the version before cannot read: stay with this one.")
    op.execute("DELETE FROM task WHERE kind IN ('notice_to_read', 'not_told', 'not_told_long')")
    for table in TABLES:
        op.drop_table(table)
    for table, column in reversed(_columns()):
        op.drop_column(table, column.name)
