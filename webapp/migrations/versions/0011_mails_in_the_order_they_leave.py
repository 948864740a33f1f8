"""What is due is found in the order in which it leaves, from the index alone."""

from alembic import op

revision = "leaving_order"
down_revision = "hear_by"
branch_labels = None
depends_on = None

COLUMNS = ["state", "priority", "not_before", "id", "expires_at"]


def upgrade() -> None:
    op.create_index("ix_outbox_email_leaving", "outbox_email", COLUMNS)
    op.drop_index("ix_outbox_email_state_not_before", "outbox_email")


def downgrade() -> None:
    op.create_index("ix_outbox_email_state_not_before", "outbox_email", ["state", "not_before"])
    op.drop_index("ix_outbox_email_leaving", "outbox_email")
