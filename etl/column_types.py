"""The types of columns that SQLite and Postgres hold differently, for SQLAlchemy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

from etl.tables import MOMENT_FORMAT


class Moment(TypeDecorator[datetime]):
    """A time in UTC: `timestamptz` on Postgres, sortable text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if postgres else Text())

    def process_bind_param(self, value: datetime | str | None, dialect: Dialect) -> Any:
        """Write aware times as UTC; text is taken as UTC already in `MOMENT_FORMAT`."""
        if dialect.name == "postgresql" or not isinstance(value, datetime):
            return value
        return value.astimezone(UTC).strftime(MOMENT_FORMAT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # the signature is SQLAlchemy's
        """Read an aware time in UTC."""
        if value is None:
            return None
        return (
            datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value
        )


class Document(TypeDecorator[str]):
    """JSON text: `jsonb` on Postgres; on SQLite TEXT, whose affinity leaves it untouched."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database at hand."""
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(JSONB() if postgres else Text())
