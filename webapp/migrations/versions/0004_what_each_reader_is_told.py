"""A telling keeps what is its reader's own: where their account differs, what it states, the next news it prints."""

import sqlalchemy as sa
from alembic import op

revision = "own_words"
down_revision = "moved_to"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("telling", sa.Column("own", sa.JSON(), nullable=True))
    op.add_column("telling", sa.Column("stated", sa.JSON(), nullable=True))
    op.add_column("telling", sa.Column("next_news_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("telling") as table:
        table.drop_column("next_news_at")
        table.drop_column("stated")
        table.drop_column("own")
