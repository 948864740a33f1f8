"""By when the clients of work that rests hear from the firm again."""

import sqlalchemy as sa
from alembic import op

revision = "hear_by"
down_revision = "season_hours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("engagement", sa.Column("hear_by", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_engagement_hear_by"), "engagement", ["hear_by"])


def downgrade() -> None:
    op.drop_index(op.f("ix_engagement_hear_by"), "engagement")
    op.drop_column("engagement", "hear_by")
