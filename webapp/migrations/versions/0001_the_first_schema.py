"""The first schema. The ledger of promises and the audit trail refuse UPDATE and DELETE on both databases."""

import sqlalchemy as sa
from alembic import op

revision = "first"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("promise", "audit_entry")


def _refuse_changes(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
    )


def upgrade() -> None:
    op.create_table(
        "client",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    op.create_index(op.f("ix_client_name"), "client", ["name"], unique=False)
    op.create_table(
        "firm",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("mailbox", sa.String(), nullable=True),
        sa.Column("postal_address", sa.String(), nullable=True),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("logo_url", sa.String(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("working_days", sa.JSON(), nullable=False),
        sa.Column("days_off", sa.JSON(), nullable=False),
        sa.Column("weekly_hours", sa.JSON(), nullable=False),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("tell_hours", sa.Integer(), nullable=False),
        sa.Column("read_hours", sa.Integer(), nullable=False),
        sa.Column("ask_days", sa.Integer(), nullable=False),
        sa.Column("day_mail_at", sa.Time(), nullable=False),
        sa.Column("last_call_minutes", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
        sa.Column("answer_hours", sa.Integer(), nullable=False),
        sa.Column("sending_paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_paused_why", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_firm_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
    )
    op.create_table(
        "limited_act",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limited_act")),
    )
    op.create_index("ix_limited_act_key_at", "limited_act", ["key", "at"], unique=False)
    op.create_table(
        "playbook",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("cadence", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("sentences", sa.JSON(), nullable=False),
        sa.Column("managers_read_first", sa.Boolean(), nullable=False),
        sa.Column("stale_days", sa.Integer(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playbook")),
        sa.UniqueConstraint("key", name=op.f("uq_playbook_key")),
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tick")),
    )
    op.create_table(
        "user",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column(
            "role",
            sa.Enum("viewer", "staff", "manager", "admin", name="role", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("address", name=op.f("uq_user_address")),
    )
    op.create_table(
        "absence",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_absence_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_user_id"), "absence", ["user_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_audit_entry_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "subject_id"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column(
            "source",
            sa.Enum("own", "swap", "file", "holiday", name="daysource", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_calendar_day_firm_id_firm")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_calendar_day_recorded_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("on", "source", "country", name=op.f("uq_calendar_day_on_source_country")),
    )
    op.create_table(
        "calendar_season",
        sa.Column("firm_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_calendar_season_firm_id_firm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_season")),
    )
    op.create_table(
        "contact",
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("greeting", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column(
            "address_state",
            sa.Enum("fine", "refused", name="addressstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("link_epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_contact_client_id_client")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_address"), "contact", ["address"], unique=False)
    op.create_index(op.f("ix_contact_client_id"), "contact", ["client_id"], unique=False)
    op.create_table(
        "sign_in_challenge",
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_challenge_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_challenge")),
        sa.UniqueConstraint("nonce", name=op.f("uq_sign_in_challenge_nonce")),
    )
    op.create_index(op.f("ix_sign_in_challenge_user_id"), "sign_in_challenge", ["user_id"], unique=False)
    op.create_table(
        "stage",
        sa.Column("playbook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("usual_days", sa.Integer(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["playbook_id"], ["playbook.id"], name=op.f("fk_stage_playbook_id_playbook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("playbook_id", "position", name=op.f("uq_stage_playbook_id_position")),
    )
    op.create_table(
        "stand_in",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stand_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["stand_in_id"], ["user.id"], name=op.f("fk_stand_in_stand_in_id_user")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_stand_in_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_stand_in")),
    )
    op.create_table(
        "user_session",
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_session_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_user_session_secret_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "usual_milestone",
        sa.Column("playbook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("offset_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["playbook_id"], ["playbook.id"], name=op.f("fk_usual_milestone_playbook_id_playbook")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usual_milestone")),
        sa.UniqueConstraint("playbook_id", "position", name=op.f("uq_usual_milestone_playbook_id_position")),
    )
    op.create_table(
        "engagement",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("playbook_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("stage_since", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("draft", "open", "paused", "closed", name="engagementstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("cadence", sa.JSON(), nullable=False),
        sa.Column("first_slot_after", sa.Date(), nullable=True),
        sa.Column("is_no_news_off", sa.Boolean(), nullable=False),
        sa.Column("no_news_off_why", sa.String(), nullable=True),
        sa.Column("thread_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_engagement_client_id_client")),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_engagement_owner_id_user")),
        sa.ForeignKeyConstraint(["playbook_id"], ["playbook.id"], name=op.f("fk_engagement_playbook_id_playbook")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_engagement_stage_id_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagement")),
        sa.UniqueConstraint("reference", name=op.f("uq_engagement_reference")),
    )
    op.create_index(op.f("ix_engagement_client_id"), "engagement", ["client_id"], unique=False)
    op.create_index(op.f("ix_engagement_owner_id"), "engagement", ["owner_id"], unique=False)
    op.create_index(op.f("ix_engagement_playbook_id"), "engagement", ["playbook_id"], unique=False)
    op.create_index(op.f("ix_engagement_state"), "engagement", ["state"], unique=False)
    op.create_table(
        "fact",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_fact_engagement_id_engagement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact")),
    )
    op.create_index(op.f("ix_fact_engagement_id"), "fact", ["engagement_id"], unique=False)
    op.create_table(
        "handover",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("brief", sa.String(), nullable=False),
        sa.Column("introduction", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("introduced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_handover_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["from_user_id"], ["user.id"], name=op.f("fk_handover_from_user_id_user")),
        sa.ForeignKeyConstraint(["to_user_id"], ["user.id"], name=op.f("fk_handover_to_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_engagement_id"), "handover", ["engagement_id"], unique=False)
    op.create_table(
        "milestone",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_at_risk", sa.Boolean(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_why", sa.String(), nullable=True),
        sa.Column("dropped_language", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_milestone_engagement_id_engagement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
    )
    op.create_index(op.f("ix_milestone_engagement_id"), "milestone", ["engagement_id"], unique=False)
    op.create_table(
        "notice_to_read",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_notice_to_read_engagement_id_engagement")
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_notice_to_read")),
    )
    op.create_table(
        "outbox_email",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("reply_to_name", sa.String(), nullable=True),
        sa.Column("reply_to_address", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("thread_id", sa.String(), nullable=True),
        sa.Column("dated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("challenge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "claimed",
                "transmitting",
                "sent",
                "failed",
                "unknown",
                "cancelled",
                "expired",
                "held",
                name="mailstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transmitting_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["sign_in_challenge.id"], name=op.f("fk_outbox_email_challenge_id_sign_in_challenge")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_outbox_email_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_outbox_email_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_outbox_email_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_email")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_email_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_email_message_id")),
    )
    op.create_index(op.f("ix_outbox_email_contact_id"), "outbox_email", ["contact_id"], unique=False)
    op.create_index(op.f("ix_outbox_email_engagement_id"), "outbox_email", ["engagement_id"], unique=False)
    op.create_index("ix_outbox_email_state_not_before", "outbox_email", ["state", "not_before"], unique=False)
    op.create_index("ix_outbox_email_to_address", "outbox_email", ["to_address"], unique=False)
    op.create_index(op.f("ix_outbox_email_user_id"), "outbox_email", ["user_id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "part",
            sa.Enum("decides", "supplies", "informed", name="partof", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("paused_until", sa.Date(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_participation_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_participation_engagement_id_engagement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("engagement_id", "contact_id", name=op.f("uq_participation_engagement_id_contact_id")),
    )
    op.create_index(op.f("ix_participation_contact_id"), "participation", ["contact_id"], unique=False)
    op.create_table(
        "slot",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("local_on", sa.Date(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("planned", "released", "no_news", "skipped", name="slotstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("last_call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped_why", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_slot_engagement_id_engagement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot")),
        sa.UniqueConstraint("engagement_id", "local_on", name=op.f("uq_slot_engagement_id_local_on")),
    )
    op.create_index("ix_slot_state_send_at", "slot", ["state", "send_at"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("due", "submitted", "missed", name="checkpointstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_checkpoint_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("slot_id", name=op.f("uq_checkpoint_slot_id")),
    )
    op.create_table(
        "link",
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("key_number", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "page", "unsubscribe", "forms", "invitation", "sign_in", name="purpose", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outbox_email_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_contact_id_contact")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_link_engagement_id_engagement")),
        sa.ForeignKeyConstraint(
            ["outbox_email_id"], ["outbox_email.id"], name=op.f("fk_link_outbox_email_id_outbox_email")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_link_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("nonce", name=op.f("uq_link_nonce")),
    )
    op.create_index(op.f("ix_link_contact_id"), "link", ["contact_id"], unique=False)
    op.create_index(op.f("ix_link_engagement_id"), "link", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_link_outbox_email_id"), "link", ["outbox_email_id"], unique=False)
    op.create_index(op.f("ix_link_user_id"), "link", ["user_id"], unique=False)
    op.create_table(
        "update",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "regular",
                "delay_notice",
                "no_news",
                "welcome",
                "handover",
                "correction",
                "closing",
                name="updatekind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("next_news_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["update.id"], name=op.f("fk_update_corrects_id_update")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_update_engagement_id_engagement")),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_update_slot_id_slot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_update")),
        sa.UniqueConstraint("key", name=op.f("uq_update_key")),
    )
    op.create_index("ix_update_engagement_id_released_at", "update", ["engagement_id", "released_at"], unique=False)
    op.create_table(
        "ask",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("translations", sa.JSON(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "answered", "received", "withdrawn", name="askstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_ask_checkpoint_id_checkpoint")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_ask_contact_id_contact")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_ask_engagement_id_engagement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask")),
    )
    op.create_index(op.f("ix_ask_engagement_id"), "ask", ["engagement_id"], unique=False)
    op.create_table(
        "checkpoint_draft",
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_checkpoint_draft_checkpoint_id_checkpoint")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_checkpoint_draft_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_draft")),
        sa.UniqueConstraint("checkpoint_id", "user_id", name=op.f("uq_checkpoint_draft_checkpoint_id_user_id")),
    )
    op.create_table(
        "checkpoint_revision",
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_checkpoint_revision_checkpoint_id_checkpoint")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by_id"], ["user.id"], name=op.f("fk_checkpoint_revision_submitted_by_id_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint_revision")),
        sa.UniqueConstraint("checkpoint_id", "number", name=op.f("uq_checkpoint_revision_checkpoint_id_number")),
    )
    op.create_table(
        "commitment",
        sa.Column("update_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "kept", "broken", "settled", name="commitmentstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_commitment_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["kept_by_id"], ["update.id"], name=op.f("fk_commitment_kept_by_id_update")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_commitment_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("update_id", name=op.f("uq_commitment_update_id")),
    )
    op.create_index(op.f("ix_commitment_engagement_id"), "commitment", ["engagement_id"], unique=False)
    op.create_index("ix_commitment_state_promised_at", "commitment", ["state", "promised_at"], unique=False)
    op.create_table(
        "internal_note",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_internal_note_checkpoint_id_checkpoint")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_internal_note_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["written_by_id"], ["user.id"], name=op.f("fk_internal_note_written_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_internal_note")),
    )
    op.create_index(op.f("ix_internal_note_engagement_id"), "internal_note", ["engagement_id"], unique=False)
    op.create_table(
        "promise",
        sa.Column("milestone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "act",
            sa.Enum("first", "move", "resolve", "withdraw", name="act", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("is_estimate", sa.Boolean(), nullable=False),
        sa.Column("after_days", sa.Integer(), nullable=True),
        sa.Column("next_news_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "cause", sa.Enum("us", "you", "other", "nobody", name="cause", native_enum=False, length=32), nullable=True
        ),
        sa.Column("reason_key", sa.String(), nullable=True),
        sa.Column("supersedes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("checkpoint_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("act != 'move' OR (cause IS NOT NULL)", name=op.f("ck_promise_move_has_cause")),
        sa.CheckConstraint(
            "act = 'withdraw' OR starts_on IS NOT NULL OR after_days IS NOT NULL OR next_news_at IS NOT NULL",
            name=op.f("ck_promise_says_when"),
        ),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoint.id"], name=op.f("fk_promise_checkpoint_id_checkpoint")),
        sa.ForeignKeyConstraint(["milestone_id"], ["milestone.id"], name=op.f("fk_promise_milestone_id_milestone")),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["user.id"], name=op.f("fk_promise_recorded_by_id_user")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["promise.id"], name=op.f("fk_promise_supersedes_id_promise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("milestone_id", "number", name=op.f("uq_promise_milestone_id_number")),
    )
    op.create_index(op.f("ix_promise_checkpoint_id"), "promise", ["checkpoint_id"], unique=False)
    op.create_table(
        "telling",
        sa.Column("update_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("due", "by_phone", "told", "skipped", name="tellingstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("skipped_why", sa.String(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_telling_contact_id_contact")),
        sa.ForeignKeyConstraint(["told_by_id"], ["user.id"], name=op.f("fk_telling_told_by_id_user")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_telling_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_telling")),
        sa.UniqueConstraint("update_id", "contact_id", name=op.f("uq_telling_update_id_contact_id")),
    )
    op.create_index(op.f("ix_telling_contact_id"), "telling", ["contact_id"], unique=False)
    op.create_table(
        "announcement",
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tell_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_why", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_announcement_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_announcement_promise_id_promise")),
        sa.ForeignKeyConstraint(["update_id"], ["update.id"], name=op.f("fk_announcement_update_id_update")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("promise_id", name=op.f("uq_announcement_promise_id")),
    )
    op.create_index(op.f("ix_announcement_engagement_id"), "announcement", ["engagement_id"], unique=False)
    op.create_index("ix_announcement_settled_at_release_at", "announcement", ["settled_at", "release_at"], unique=False)
    op.create_index(op.f("ix_announcement_update_id"), "announcement", ["update_id"], unique=False)
    op.create_table(
        "date_question",
        sa.Column("milestone_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answer", sa.Enum("yes", "not_sure", "no", name="dateanswered", native_enum=False, length=32), nullable=True
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_date_question_answered_by_id_user")),
        sa.ForeignKeyConstraint(
            ["milestone_id"], ["milestone.id"], name=op.f("fk_date_question_milestone_id_milestone")
        ),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_date_question_promise_id_promise")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_question")),
        sa.UniqueConstraint("promise_id", "number", name=op.f("uq_date_question_promise_id_number")),
    )
    op.create_index(op.f("ix_date_question_milestone_id"), "date_question", ["milestone_id"], unique=False)
    op.create_table(
        "outbox_telling",
        sa.Column("outbox_email_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("telling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_email_id"], ["outbox_email.id"], name=op.f("fk_outbox_telling_outbox_email_id_outbox_email")
        ),
        sa.ForeignKeyConstraint(["telling_id"], ["telling.id"], name=op.f("fk_outbox_telling_telling_id_telling")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_telling")),
        sa.UniqueConstraint("outbox_email_id", "telling_id", name=op.f("uq_outbox_telling_outbox_email_id_telling_id")),
    )
    op.create_index(op.f("ix_outbox_telling_telling_id"), "outbox_telling", ["telling_id"], unique=False)
    op.create_table(
        "promise_words",
        sa.Column("promise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("what_we_do", sa.String(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("other_name", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("translations", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"], name=op.f("fk_promise_words_promise_id_promise")),
        sa.PrimaryKeyConstraint("promise_id", name=op.f("pk_promise_words")),
    )
    op.create_table(
        "reply",
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ask_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("once", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("question", "wrong", "answer", "date_unsuitable", name="replykind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("written_as", sa.String(), nullable=True),
        sa.Column("browser", sa.String(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_how", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["answered_by_id"], ["user.id"], name=op.f("fk_reply_answered_by_id_user")),
        sa.ForeignKeyConstraint(["ask_id"], ["ask.id"], name=op.f("fk_reply_ask_id_ask")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_reply_contact_id_contact")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_reply_engagement_id_engagement")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_reply_link_id_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sa.UniqueConstraint("once", name=op.f("uq_reply_once")),
    )
    op.create_index(op.f("ix_reply_engagement_id"), "reply", ["engagement_id"], unique=False)
    op.create_table(
        "task",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "phone",
                "phone_twice_silent",
                "mail_failed",
                "mail_unknown",
                "mail_expired",
                "mail_held",
                "mail_refused_long",
                "sending_stopped",
                "clock_jumped",
                "unowned",
                "promise_broken",
                "notice_to_read",
                "not_told",
                "not_told_long",
                name="taskkind",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("outbox_email_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("telling_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_task_done_by_id_user")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_task_engagement_id_engagement")),
        sa.ForeignKeyConstraint(
            ["outbox_email_id"], ["outbox_email.id"], name=op.f("fk_task_outbox_email_id_outbox_email")
        ),
        sa.ForeignKeyConstraint(["telling_id"], ["telling.id"], name=op.f("fk_task_telling_id_telling")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("key", name=op.f("uq_task_key")),
    )
    op.create_index(op.f("ix_task_engagement_id"), "task", ["engagement_id"], unique=False)
    for table in APPEND_ONLY:
        _refuse_changes(table)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_refuses_change ON {table}")
            op.execute(f"DROP FUNCTION {table}_is_append_only()")
    op.drop_index(op.f("ix_task_engagement_id"), table_name="task")
    op.drop_table("task")
    op.drop_index(op.f("ix_reply_engagement_id"), table_name="reply")
    op.drop_table("reply")
    op.drop_table("promise_words")
    op.drop_index(op.f("ix_outbox_telling_telling_id"), table_name="outbox_telling")
    op.drop_table("outbox_telling")
    op.drop_index(op.f("ix_date_question_milestone_id"), table_name="date_question")
    op.drop_table("date_question")
    op.drop_index(op.f("ix_announcement_update_id"), table_name="announcement")
    op.drop_index("ix_announcement_settled_at_release_at", table_name="announcement")
    op.drop_index(op.f("ix_announcement_engagement_id"), table_name="announcement")
    op.drop_table("announcement")
    op.drop_index(op.f("ix_telling_contact_id"), table_name="telling")
    op.drop_table("telling")
    op.drop_index(op.f("ix_promise_checkpoint_id"), table_name="promise")
    op.drop_table("promise")
    op.drop_index(op.f("ix_internal_note_engagement_id"), table_name="internal_note")
    op.drop_table("internal_note")
    op.drop_index("ix_commitment_state_promised_at", table_name="commitment")
    op.drop_index(op.f("ix_commitment_engagement_id"), table_name="commitment")
    op.drop_table("commitment")
    op.drop_table("checkpoint_revision")
    op.drop_table("checkpoint_draft")
    op.drop_index(op.f("ix_ask_engagement_id"), table_name="ask")
    op.drop_table("ask")
    op.drop_index("ix_update_engagement_id_released_at", table_name="update")
    op.drop_table("update")
    op.drop_index(op.f("ix_link_user_id"), table_name="link")
    op.drop_index(op.f("ix_link_outbox_email_id"), table_name="link")
    op.drop_index(op.f("ix_link_engagement_id"), table_name="link")
    op.drop_index(op.f("ix_link_contact_id"), table_name="link")
    op.drop_table("link")
    op.drop_table("checkpoint")
    op.drop_index("ix_slot_state_send_at", table_name="slot")
    op.drop_table("slot")
    op.drop_index(op.f("ix_participation_contact_id"), table_name="participation")
    op.drop_table("participation")
    op.drop_index(op.f("ix_outbox_email_user_id"), table_name="outbox_email")
    op.drop_index("ix_outbox_email_to_address", table_name="outbox_email")
    op.drop_index("ix_outbox_email_state_not_before", table_name="outbox_email")
    op.drop_index(op.f("ix_outbox_email_engagement_id"), table_name="outbox_email")
    op.drop_index(op.f("ix_outbox_email_contact_id"), table_name="outbox_email")
    op.drop_table("outbox_email")
    op.drop_table("notice_to_read")
    op.drop_index(op.f("ix_milestone_engagement_id"), table_name="milestone")
    op.drop_table("milestone")
    op.drop_index(op.f("ix_handover_engagement_id"), table_name="handover")
    op.drop_table("handover")
    op.drop_index(op.f("ix_fact_engagement_id"), table_name="fact")
    op.drop_table("fact")
    op.drop_index(op.f("ix_engagement_state"), table_name="engagement")
    op.drop_index(op.f("ix_engagement_playbook_id"), table_name="engagement")
    op.drop_index(op.f("ix_engagement_owner_id"), table_name="engagement")
    op.drop_index(op.f("ix_engagement_client_id"), table_name="engagement")
    op.drop_table("engagement")
    op.drop_table("usual_milestone")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_table("stand_in")
    op.drop_table("stage")
    op.drop_index(op.f("ix_sign_in_challenge_user_id"), table_name="sign_in_challenge")
    op.drop_table("sign_in_challenge")
    op.drop_index(op.f("ix_contact_client_id"), table_name="contact")
    op.drop_index(op.f("ix_contact_address"), table_name="contact")
    op.drop_table("contact")
    op.drop_table("calendar_season")
    op.drop_table("calendar_day")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_absence_user_id"), table_name="absence")
    op.drop_table("absence")
    op.drop_table("user")
    op.drop_table("tick")
    op.drop_table("playbook")
    op.drop_index("ix_limited_act_key_at", table_name="limited_act")
    op.drop_table("limited_act")
    op.drop_table("firm")
    op.drop_index(op.f("ix_client_name"), table_name="client")
    op.drop_table("client")
