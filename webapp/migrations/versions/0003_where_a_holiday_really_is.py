"""A word about a public holiday says on which other day it is."""

import sqlalchemy as sa
from alembic import op

revision = "moved_to"
down_revision = "rule_on"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_day", sa.Column("moved_to", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("calendar_day") as table:
        table.drop_column("moved_to")
