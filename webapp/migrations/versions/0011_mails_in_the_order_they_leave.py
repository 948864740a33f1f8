"""What is due is found in the order in which it leaves, from the index alone."""

import sqlalchemy as sa
from alembic import op

revision = "leaving_order"
down_revision = "hear_by"
branch_labels = None
depends_on = None

COLUMNS = ["state", "priority", "not_before", "id", "expires_at"]
UNWRITTEN = sa.text("says IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_outbox_email_leaving", "outbox_email", COLUMNS)
    op.drop_index("ix_outbox_email_state_not_before", "outbox_email")
    # Of two that serve, SQLite takes the newer: the small one is made again.
    op.drop_index("ix_outbox_email_unwritten", "outbox_email")
    _unwritten()


def downgrade() -> None:
    op.create_index("ix_outbox_email_state_not_before", "outbox_email", ["state", "not_before"])
    op.drop_index("ix_outbox_email_leaving", "outbox_email")
    op.drop_index("ix_outbox_email_unwritten", "outbox_email")
    _unwritten()


def _unwritten() -> None:
    op.create_index(
        "ix_outbox_email_unwritten",
        "outbox_email",
        ["state", "not_before"],
        sqlite_where=UNWRITTEN,
        postgresql_where=UNWRITTEN,
    )
