"""Raw records → rows of each table, and rejects.

What stands between a record and its rows, from the platform's description to the database:

    Shape       what a platform says about its records                            stream.py
    Reader      decodes a record and builds its row, compiled from one shape      reader.py
    Layout      a table as one stream fills it: which column stands where         layout.py
    Plan        a stream's shape with all below it: every reader and layout       here
    Entry       the rows of one record                                            here
    Reject      or why there are none                                             reject.py
    Statements  the SQL of one layout for one database                            statements.py
    Merge       compares entries with what is stored and writes what differs      merge.py
    Loader      puts a page's entries, rejects and position in one transaction    load.py
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, tzinfo
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import msgspec

from etl.layout import Layout
from etl.reader import Reader, Record, Row
from etl.reject import Reject, reject
from etl.stream import Exploded, Mend, Nested, Shape, Stream
from etl.tables import Mirrored

_PACK = msgspec.msgpack.Encoder()
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class Entry(NamedTuple):
    """The rows of one record: its own, and those of each child table in the plan's order.

    `deleted` says since when the platform counts it as deleted: a time, or nothing but "" where
    the platform does not tell; None for a living one.
    """

    key: Any
    content_hash: int
    row: Row
    children: list[list[Row]]
    deleted: str | None = None


class Batch(msgspec.Struct):
    """What became of one page's records."""

    entries: list[Entry] = msgspec.field(default_factory=list)
    rejects: list[Reject] = msgspec.field(default_factory=list)
    unknown: set[str] = msgspec.field(default_factory=set)


class Plan:
    """Everything a stream fills, compiled for one source.

    NUL becomes U+FFFD: Postgres has no place for it, SQLite's functions end a text there, and the
    two are to give the same answers. That is done to the record, before rows are built, so that a
    row is the same when it is hashed, compared and written.
    """

    def __init__(self, stream: Stream, source: str, zone: tzinfo = UTC) -> None:
        self.stream, self.source, self._zone = stream, source, zone
        self._mend = stream.shape.mend
        self.children: list[Layout] = []
        self._reader = Reader(stream.shape)
        self._filler = _RecordFiller(stream.shape, self._reader, self.children)
        self.root = Layout(table=stream.shape.table, columns=self._reader.columns, root="id")
        self._key = self.root.columns.index("id")
        flags = (stream.shape.deleted, stream.shape.deleted_on)
        self._deleted = [self.root.columns.index(name) for name in flags if name]

    def transform(self, records: Iterable[bytes]) -> Batch:
        """Turn records into entries and rejects; a bad record never harms its neighbours."""
        batch = Batch()
        for raw in records:
            try:
                batch.entries.append(self._entry(raw, batch.unknown))
            except (ValueError, RecursionError) as error:
                batch.rejects.append(reject(bytes(raw), error, self.stream.shape))
        return batch

    def _entry(self, raw: bytes, unknown: set[str]) -> Entry:
        raw = _without_nul(raw)
        if self._mend:
            raw = self._mended(raw, self._mend)
        record = self._reader.read(raw, unknown)
        children: list[list[Row]] = [[] for _ in self.children]
        row = self._filler.fill(record, (self.source,), children)
        packed = _PACK.encode((self._reader.stable(row), children))
        digest = hashlib.blake2b(packed, digest_size=8).digest()
        number = int.from_bytes(digest, signed=True)
        deleted = self._deletion(row) if self._deleted else None
        return Entry(row[self._key], number, row, children, deleted)

    def _mended(self, raw: bytes, mend: Mend) -> bytes:
        record = loads(raw)
        if not isinstance(record, dict):
            raise ValueError(f"a record should be an object, this is {type(record).__name__}")  # noqa: TRY004  # the record is wrong, not the program
        try:
            return msgspec.json.encode(mend(record, self._zone))
        except (TypeError, LookupError, AttributeError) as error:  # a field is of another kind
            raise ValueError(f"it cannot be mended: {type(error).__name__}: {error}") from error

    def _deletion(self, row: Row) -> str | None:
        """Tell since when the platform counts the record as deleted."""
        if not row[self._deleted[0]]:
            return None
        return (row[self._deleted[-1]] if len(self._deleted) > 1 else None) or ""


def loads(raw: bytes) -> Any:
    """Decode a record; bare NaN and Infinity, which JSON and Postgres lack, become text."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(bytes(raw), parse_constant=str)


def _without_nul(raw: bytes) -> bytes:
    """Replace NUL, which JSON can only say as an escape, by U+FFFD; most records have none."""
    content = bytes(raw)
    if b"\\" not in content or b"\\u0000" not in content:  # a single byte is found much faster
        return raw
    return _NUL.sub(rb"\1\\ufffd", content)


class _RecordFiller:
    """Fills one record's row and, below it, those of its child tables."""

    def __init__(self, shape: Shape, reader: Reader, layouts: list[Layout]) -> None:
        self._row = reader.row
        nested = [_NestedFiller(n, reader, layouts).fill for n in shape.nested]
        exploded = [_ExplodedFiller(e, shape.table, reader, layouts).fill for e in shape.exploded]
        self._below = (*nested, *exploded)

    def fill(self, record: Record, given: Row, children: list[list[Row]]) -> Row:
        row = self._row(record, given)
        for fill in self._below:
            fill(record, row, children)
        return row


class _NestedFiller:
    """Fills the rows of a list of records nested in another."""

    def __init__(self, nested: Nested, parent: Reader, layouts: list[Layout]) -> None:
        reader = parent.reader(nested.of)
        self._of, self._index = nested.of, len(layouts)
        self._records = attrgetter(nested.of)
        self._given = _picker(parent.columns, nested.inherit)
        layouts.append(Layout(table=nested.shape.table, columns=reader.columns, root=nested.root))
        self._fill = _RecordFiller(nested.shape, reader, layouts).fill

    def fill(self, record: Record, row: Row, children: list[list[Row]]) -> None:
        records = self._records(record)
        if records:
            fill, given = self._fill, self._given(row)
            children[self._index] += [fill(each, given, children) for each in records]
        elif records is msgspec.UNSET:
            raise ValueError(f"{self._of} is missing")


class _ExplodedFiller:
    """Fills the rows computed from one field of a record."""

    def __init__(
        self, exploded: Exploded, parent: type[Mirrored], reader: Reader, layouts: list[Layout]
    ) -> None:
        self._field, self._index, self._rows = exploded.of, len(layouts), exploded.rows
        self._content = reader.content(exploded.of)
        constants = tuple(exploded.constants.items())
        self._constants = tuple(value for _, value in constants)
        self._given = _picker(reader.columns, exploded.inherit)
        before = ("source", *(there for _, there in exploded.inherit), *exploded.constants)
        layouts += [
            Layout(
                table=table,
                columns=(*before, *columns),
                root=exploded.root,
                constants=constants,
                owner=exploded.owner or exploded.root,
                owned_by=parent,
            )
            for table, columns in exploded.tables.items()
        ]

    def fill(self, record: Record, row: Row, children: list[list[Row]]) -> None:
        try:
            exploded = self._rows(self._content(record))
        except (ValueError, TypeError, RecursionError) as error:  # TypeError: of another kind
            raise ValueError(f"{self._field}: {error}") from error
        before = self._given(row) + self._constants
        for index, rows in enumerate(exploded, self._index):
            if rows:
                children[index] += [before + each for each in rows]


def _picker(columns: tuple[str, ...], inherit: tuple[tuple[str, str], ...]) -> Any:
    """Make a function that picks the source and what is handed down out of a row."""
    return itemgetter(0, *(columns.index(here) for here, _ in inherit))
