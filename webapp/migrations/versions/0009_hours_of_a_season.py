"""A season may have hours of its own at which updates go out and are promised."""

import sqlalchemy as sa
from alembic import op

revision = "season_hours"
down_revision = "bulk_acts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_season", sa.Column("send_at", sa.Time(), nullable=True))
    op.add_column("calendar_season", sa.Column("promised_by", sa.Time(), nullable=True))


def downgrade() -> None:
    op.drop_column("calendar_season", "promised_by")
    op.drop_column("calendar_season", "send_at")
