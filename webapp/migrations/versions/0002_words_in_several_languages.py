"""Free words in several languages: what a writer gave of their words in further ones."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("ask", "promise_words"):
        op.add_column(table, sa.Column("translations", sa.JSON(), nullable=True))


def downgrade() -> None:
    for table in ("promise_words", "ask"):
        op.drop_column(table, "translations")
