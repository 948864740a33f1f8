"""What strangers ask for by an address is one row, and a worker looks whether the address is anybody's."""

import sqlalchemy as sa
from alembic import op

revision = "asked_mails"
down_revision = "promised_calls"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asked_mail",
        sa.Column(
            "what", sa.Enum("sign_in", "fresh_link", name="askedfor", native_enum=False, length=32), nullable=False
        ),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=True),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_mail")),
    )
    op.create_index(op.f("ix_asked_mail_what"), "asked_mail", ["what"])


def downgrade() -> None:
    op.drop_table("asked_mail")
