"""What all tables share: names of constraints, and instants that are always aware UTC."""

from datetime import UTC, datetime
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import JSON as SQL_JSON
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, MetaData, String, TypeDecorator
from sqlalchemy import Enum as SQL_Enum
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Naive values are refused; SQLite keeps them without a zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


BigId = BigInteger().with_variant(Integer(), "sqlite")

# Labels a firm writes per language: {"en": "Handover", "ary": "التسليم"}.
Labels = dict[str, str]


def _values(states: type[Enum]) -> list[str]:
    return [str(state.value) for state in states]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: Instant(),
        dict[str, Any]: SQL_JSON(),
        dict[str, str]: SQL_JSON(),
        list[Any]: SQL_JSON(),
        list[str]: SQL_JSON(),
        list[int]: SQL_JSON(),
        bytes: LargeBinary(),
        str: String(),
        # Kept as plain text by value: a new state is then no change of a database type.
        StrEnum: SQL_Enum(StrEnum, native_enum=False, length=32, values_callable=_values),
    }


class Identified(Base):
    """A row with a number of its own."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
