"""A call that a manager took on after two promised days without news, and another thing that needs a person."""

import sqlalchemy as sa
from alembic import op

revision = "promised_calls"
down_revision = "to_say"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promised_call",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("engagement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("taken_on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("open", "kept", "broken", "settled", name="commitmentstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("came_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagement.id"], name=op.f("fk_promised_call_engagement_id_engagement")
        ),
        sa.ForeignKeyConstraint(["came_by_id"], ["user.id"], name=op.f("fk_promised_call_came_by_id_user")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_promised_call_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promised_call")),
    )
    op.create_index("ix_promised_call_engagement_id", "promised_call", ["engagement_id"])
    op.create_index("ix_promised_call_state_promised_at", "promised_call", ["state", "promised_at"])


def downgrade() -> None:
    op.drop_table("promised_call")
