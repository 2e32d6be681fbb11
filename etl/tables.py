"""What every mirrored row carries, the kinds of columns, and the bookkeeping tables.

A table is defined once, as a SQLModel class. DDL, row builder, upsert, migration check and the
schema's documentation are all derived from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Double, Index, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

MOMENT_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
"""How SQLite holds a time: UTC text that sorts, and compares with `datetime('now', '-3 days')`."""


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


@dataclass(frozen=True)
class Spec:
    """Where a column's value comes from, kept in `Column.info["spec"]`.

    `api` is the record's field (the column's name by default). `lift` is a path inside the JSON
    column `lift[0]`, copied out when it has the column's type, and NULL otherwise: the JSON keeps
    the truth. A `given` column is filled by the record this one is part of. A `volatile` column
    changes on every read, so it alone never makes a row "changed".
    """

    kind: str
    api: str | None = None
    lift: tuple[str | int, ...] | None = None
    volatile: bool = False
    given: bool = False
    required: bool = False


_TYPES: dict[str, Any] = {
    "whole": BigInteger,
    "text": Text,
    "number": Double,
    "flag": Boolean,
    "moment": Moment,
    "document": Document,
}


def column(
    about: str, kind: str, *, index: bool = False, name: str | None = None, **spec: Any
) -> Any:
    """Declare a nullable column: `about` becomes its comment, the rest its `Spec`.

    `name` is the column's, where the attribute cannot have it (`metadata` is SQLAlchemy's word).
    """
    named = {"name": name} if name else {}
    return Field(
        default=None,
        nullable=True,
        index=index,
        sa_type=_TYPES[kind],
        sa_column_kwargs={"comment": about, "info": {"spec": Spec(kind, **spec)}, **named},
    )


def key(about: str, kind: str = "whole", **spec: Any) -> Any:
    """Declare a part of the primary key."""
    return Field(
        primary_key=True,
        sa_type=_TYPES[kind],
        sa_column_kwargs={
            "comment": about,
            "autoincrement": False,
            "info": {"spec": Spec(kind, required=True, **spec)},
        },
    )


def whole(about: str, **spec: Any) -> Any:
    """Declare an integer of up to 64 bits."""
    return column(about, "whole", **spec)


def text(about: str, **spec: Any) -> Any:
    """Declare text."""
    return column(about, "text", **spec)


def number(about: str, **spec: Any) -> Any:
    """Declare a double precision number."""
    return column(about, "number", **spec)


def flag(about: str, **spec: Any) -> Any:
    """Declare a boolean."""
    return column(about, "flag", **spec)


def moment(about: str, **spec: Any) -> Any:
    """Declare a time, stored in UTC."""
    return column(about, "moment", **spec)


def document(about: str, **spec: Any) -> Any:
    """Declare a JSON column, stored as it came."""
    return column(about, "document", **spec)


class Mirrored(SQLModel):
    """What every mirrored row carries beside its own columns."""

    source: str = key("Name of the source in the configuration", "text")
    extra: str | None = document("Fields of the record that no column claims")
    first_synced_at: datetime = moment("When the mirror first wrote this row (UTC)")
    synced_at: datetime = moment("When the mirror last changed this row (UTC)")
    deleted_at: datetime | None = moment("When the mirror found the row gone (UTC); values kept")


class Entity(Mirrored):
    """A mirrored record of its own, as opposed to a part of another one."""

    content_hash: int | None = whole("Hash of the record with its parts; tells an unchanged one")


BOOKKEEPING = frozenset(
    {"source", "extra", "first_synced_at", "synced_at", "deleted_at", "content_hash"}
)
"""The columns that no record claims."""


class Run(SQLModel, table=True):
    """One run of `annomirror sync`."""

    __tablename__ = "sync_runs"

    id: int | None = Field(default=None, primary_key=True)
    started_at: datetime = moment("When the run began (UTC, this machine's clock)")
    finished_at: datetime | None = moment("When it ended; NULL while running or when killed")
    outcome: str | None = text("ok, partial, failed, busy, refused, interrupted; NULL if running")
    version: str | None = text("Version of annomirror")
    host: str | None = text("Machine the run was on")
    pid: int | None = whole("Process id of the run")
    error: str | None = text("What stopped the run")


class StreamRun(SQLModel, table=True):
    """What one run did for one stream of one source."""

    __tablename__ = "sync_stream_runs"

    run_id: int = key("The run (sync_runs.id)")
    source: str = key("Name of the source", "text")
    stream: str = key("Name of the stream", "text")
    outcome: str | None = text("ok, partial, failed, interrupted")
    requests: int | None = whole("HTTP requests sent, retries and log-ins included")
    read: int | None = whole("Records fetched")
    inserted: int | None = whole("Rows inserted, over all tables of the stream")
    updated: int | None = whole("Rows changed, over all tables of the stream")
    unchanged: int | None = whole("Rows found as they were")
    deleted: int | None = whole("Rows deleted or tombstoned")
    rejected: int | None = whole("Records set aside in sync_rejects")
    seconds: float | None = number("Wall time")
    error: str | None = text("What went wrong")
    finished_at: datetime | None = moment("When the stream ended (UTC)")


class Watermark(SQLModel, table=True):
    """How far one part of one stream has been mirrored."""

    __tablename__ = "sync_watermarks"

    source: str = key("Name of the source", "text")
    stream: str = key("Name of the stream", "text")
    part: str = key("Part of the stream, such as a project's id; empty if it has none", "text")
    watermark: datetime | None = moment("Server time up to which the part is complete (UTC)")
    state: str | None = text("What the last walk noted for the next one, as JSON")
    unfinished: bool | None = flag("Whether the last walk was cut and goes on in the middle")
    run_id: int | None = whole("The run that last moved it")
    updated_at: datetime | None = moment("When it was last moved (UTC)")


class Rejected(SQLModel, table=True):
    """A record that could not be normalised, whole, with the reason."""

    __tablename__ = "sync_rejects"
    __table_args__ = (
        Index("ix_sync_rejects_record", "source", "stream", "record_key", unique=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    source: str = text("Name of the source")
    stream: str = text("Name of the stream")
    part: str = text("Part of the stream the record came with")
    record_key: str = text("The record's id, or a hash of it when it has none")
    reason: str = text("What is wrong with it")
    payload: str = text("The record as it came, without its secrets")
    first_run_id: int | None = whole("The run that first met it")
    run_id: int | None = whole("The run that last met it changed")
    rejected_at: datetime | None = moment("When it was last set aside (UTC)")
