"""A slot knows which date of its rhythm it stands for; None where news was promised outside the rhythm."""

import sqlalchemy as sa
from alembic import op

revision = "rule_on"
down_revision = "first"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("slot", sa.Column("rule_on", sa.Date(), nullable=True))
    op.execute("UPDATE slot SET rule_on = local_on")


def downgrade() -> None:
    with op.batch_alter_table("slot") as table:
        table.drop_column("rule_on")
