"""Runs migrations on the connection that `webapp.schema` hands over, one transaction a revision."""

from typing import Any, Literal

from alembic import context

from webapp.models import Base
from webapp.models.base import Instant


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column type as plain SQLAlchemy: a migration must not change when the code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
    compare_type=True,
    render_item=render_item,
)
with context.begin_transaction():
    context.run_migrations()
