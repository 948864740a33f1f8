"""A mail keeps what it is to say until a worker has written it."""

import sqlalchemy as sa
from alembic import op

revision = "to_say"
down_revision = "own_words"
branch_labels = None
depends_on = None

UNWRITTEN = sa.text("says IS NOT NULL")


def upgrade() -> None:
    op.add_column("outbox_email", sa.Column("says", sa.Text(), nullable=True))
    op.create_index(
        "ix_outbox_email_unwritten",
        "outbox_email",
        ["state", "not_before"],
        sqlite_where=UNWRITTEN,
        postgresql_where=UNWRITTEN,
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_email_unwritten", table_name="outbox_email")
    with op.batch_alter_table("outbox_email") as table:
        table.drop_column("says")
