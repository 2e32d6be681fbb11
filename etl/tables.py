"""What every mirrored row carries, the kinds of columns, and the bookkeeping tables.

A table is defined once, as a class of columns. Row builder and SQL are derived from it here, DDL,
migration check and the ORM's classes (SQLModel) in `etl.models`, which alone takes long to load:
a run that finds nothing new has no use for it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

MOMENT_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
"""How SQLite holds a time: UTC text that sorts, and compares with `datetime('now', '-3 days')`."""


class Spec(msgspec.Struct, frozen=True):
    """What a column holds and where its value comes from.

    `kind` is one of whole (64 bits), text, number (double precision), flag, moment (a time in UTC:
    `timestamptz` on Postgres, sortable text on SQLite), document (JSON: `jsonb` on Postgres, text
    on SQLite) and serial (a number the database gives).

    `api` is the record's field (the column's name by default). `lift` is a path inside the JSON
    column `lift[0]`, copied out when it has the column's type, and NULL otherwise: the JSON keeps
    the truth. A `given` column is filled by the record this one is part of. A `volatile` column
    changes on every read, so it alone never makes a row "changed". A `stamp` tells when the server
    last wrote the record: one that is behind is a row of an earlier state.
    """

    kind: str
    api: str | None = None
    lift: tuple[str | int, ...] | None = None
    volatile: bool = False
    stamp: bool = False
    given: bool = False
    required: bool = False


class Column(msgspec.Struct, frozen=True):
    """One column of a table; its name is that of the class's attribute."""

    about: str
    spec: Spec
    key: bool = False
    index: bool = False
    name: str = ""


class Index(msgspec.Struct, frozen=True):
    """An index over several columns, or of a name of its own; over all rows, or those `where`."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""


class Declared:
    """A table of the mirror, as its class declares it; there are no instances."""

    __tablename__: ClassVar[str]
    __columns__: ClassVar[dict[str, Column]] = {}
    __indexes__: ClassVar[tuple[Index, ...]] = ()

    def __init_subclass__(cls) -> None:
        """Take up the columns of the class, after those of the class it extends."""
        found = ((n, each) for n, each in vars(cls).items() if isinstance(each, Column))
        own = (msgspec.structs.replace(each, name=each.name or name) for name, each in found)
        cls.__columns__ = {**cls.__columns__, **{each.name: each for each in own}}


def column(about: str, kind: str, *, index: bool = False, name: str = "", **spec: Any) -> Any:
    """Declare a nullable column: `about` becomes its comment, the rest its `Spec`.

    `name` is the column's, where the attribute cannot have it.
    """
    return Column(about, Spec(kind, **spec), index=index, name=name)


def key(about: str, kind: str = "whole", **spec: Any) -> Any:
    """Declare a part of the primary key."""
    return Column(about, Spec(kind, required=True, **spec), key=True)


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


class Mirrored(Declared):
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


class Run(Declared):
    """One run of `annomirror sync`."""

    __tablename__ = "sync_runs"

    id: int = key("", "serial")
    started_at: datetime = moment("When the run began (UTC, this machine's clock)")
    finished_at: datetime | None = moment("When it ended; NULL while running or when killed")
    outcome: str | None = text("ok, partial, failed, busy, refused, interrupted; NULL if running")
    version: str | None = text("Version of annomirror")
    host: str | None = text("Machine the run was on")
    pid: int | None = whole("Process id of the run")
    error: str | None = text("What stopped the run")


class StreamRun(Declared):
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


class Watermark(Declared):
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


class Counted(Declared):
    """What the mirror holds of one part of a table, while no row of it changes."""

    __tablename__ = "sync_digests"

    source: str = key("Name of the source", "text")
    table_name: str = key("The table", "text")
    part: str = key("Part of the stream, such as a project's id; empty if it has none", "text")
    known: str | None = text("Live rows, their newest time and sums, as JSON")


class Rejected(Declared):
    """A record that could not be normalised, whole, with the reason."""

    __tablename__ = "sync_rejects"
    __indexes__ = (
        Index("ix_sync_rejects_record", ("source", "stream", "record_key"), unique=True),
    )

    id: int = key("", "serial")
    source: str = text("Name of the source")
    stream: str = text("Name of the stream")
    part: str = text("Part of the stream the record came with")
    record_key: str = text("The record's id, or a hash of it when it has none")
    reason: str = text("What is wrong with it")
    payload: str = text("The record as it came, without its secrets")
    first_run_id: int | None = whole("The run that first met it")
    run_id: int | None = whole("The run that last met it changed")
    rejected_at: datetime | None = moment("When it was last set aside (UTC)")


BOOKS: tuple[type[Declared], ...] = (Run, StreamRun, Watermark, Counted, Rejected)
"""The tables that no platform fills."""
