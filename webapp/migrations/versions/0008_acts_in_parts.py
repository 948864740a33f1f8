"""Acts over many works, which a worker carries out some works at a time."""

import sqlalchemy as sa
from alembic import op

revision = "bulk_acts"
down_revision = "asked_mails"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bulk_act",
        sa.Column(
            "kind",
            sa.Enum(
                "calendar", "zone", "go_live", "move", "bring_in", name="bulkkind", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running", "done", "taking_back", "taken_back", "replaced",
                name="bulkstate", native_enum=False, length=32,
            ),
            nullable=False,
        ),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", NUMBER, nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_bulk_act_by_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )  # fmt: skip
    op.create_index(op.f("ix_bulk_act_state"), "bulk_act", ["state"])
    op.create_table(
        "bulk_part",
        sa.Column("act_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("engagement_id", NUMBER, nullable=True),
        sa.Column("details", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "done", "refused", "left", "undone", "stays",
                name="partstate", native_enum=False, length=32,
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("id", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["bulk_act.id"], name=op.f("fk_bulk_part_act_id_bulk_act")),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagement.id"], name=op.f("fk_bulk_part_engagement_id_engagement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_part")),
    )  # fmt: skip
    op.create_index("ix_bulk_part_act_id_state_id", "bulk_part", ["act_id", "state", "id"])
    op.create_index(op.f("ix_bulk_part_engagement_id"), "bulk_part", ["engagement_id"])


def downgrade() -> None:
    op.drop_table("bulk_part")
    op.drop_table("bulk_act")
