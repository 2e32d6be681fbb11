"""Raw records → rows of each table, and rejects.

A `Plan` is a stream's `Shape`, compiled for one source: it knows every table the stream fills,
and turns a page of records into entries that the loader can compare and write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from etl.layout import Reader, Record, Row, keys
from etl.stream import Exploded, Mend, Nested, Shape, Stream
from etl.tables import Mirrored

_PACK = msgspec.msgpack.Encoder()


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


class Reject(NamedTuple):
    """A record set aside: its id or a hash of it, why, and what it said."""

    key: str
    reason: str
    payload: str


@dataclass
class Batch:
    """What became of one page's records."""

    entries: list[Entry] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One table as one stream fills it: the columns in the order of its rows.

    `root` is the column that holds the root record's id; `constants` tell the stream's rows from
    another stream's in the same table. A row with an `owner` column lives and dies with the row
    of table `owned_by` that has its id; it has no identity of its own.
    """

    table: type[Mirrored]
    columns: tuple[str, ...]
    root: str
    constants: tuple[tuple[str, str], ...] = ()
    owner: str | None = None
    owned_by: type[Mirrored] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The primary key's columns, the source first."""
        return keys(self.table)


class Plan:
    """Everything a stream fills, compiled for one source."""

    def __init__(self, stream: Stream, source: str, zone: tzinfo = UTC) -> None:
        self.stream, self.source, self._zone = stream, source, zone
        self.children: list[Layout] = []
        self._reader = Reader(stream.shape)
        self._branch = _Branch(stream.shape, self._reader, self.children)
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
            except (ValueError, TypeError, RecursionError) as error:
                batch.rejects.append(_reject(bytes(raw), error, self.stream.shape.secret))
        return batch

    def _entry(self, raw: bytes, unknown: set[str]) -> Entry:
        if self.stream.shape.mend:
            raw = self._mended(raw, self.stream.shape.mend)
        record = self._reader.read(raw, unknown)
        children: list[list[Row]] = [[] for _ in self.children]
        row = self._branch.fill(record, (self.source,), children)
        packed = _PACK.encode((self._reader.stable(row), children))
        digest = hashlib.blake2b(packed, digest_size=8).digest()
        number = int.from_bytes(digest, signed=True)
        return Entry(row[self._key], number, row, children, self._deletion(row))

    def _mended(self, raw: bytes, mend: Mend) -> bytes:
        record = loads(raw)
        if not isinstance(record, dict):
            raise TypeError(f"a record should be an object, this is {type(record).__name__}")
        return dumps(mend(record, self._zone))

    def _deletion(self, row: Row) -> str | None:
        """Tell since when the platform counts the record as deleted."""
        if not self._deleted or not row[self._deleted[0]]:
            return None
        return (row[self._deleted[-1]] if len(self._deleted) > 1 else None) or ""


def loads(raw: bytes) -> Any:
    """Decode a record; bare NaN and Infinity, which JSON and Postgres lack, become text."""
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return json.loads(bytes(raw), parse_constant=str)


def dumps(record: Any) -> bytes:
    """Encode a record."""
    return msgspec.json.encode(record)


class _Branch:
    """Fills one record's row and, below it, those of its child tables."""

    def __init__(self, shape: Shape, reader: Reader, layouts: list[Layout]) -> None:
        self._reader = reader
        self._nested = [_Leafy(n, reader, layouts) for n in shape.nested]
        self._exploded = [_Burst(e, shape.table, reader, layouts) for e in shape.exploded]

    def fill(self, record: Record, given: Row, children: list[list[Row]]) -> Row:
        row = self._reader.row(record, given)
        for nested in self._nested:
            nested.fill(record, row, children)
        for burst in self._exploded:
            burst.fill(record, row, children)
        return row


class _Leafy:
    """A list of records nested in another."""

    def __init__(self, nested: Nested, parent: Reader, layouts: list[Layout]) -> None:
        reader = parent.reader(nested.of)
        self._field, self._index = nested.of, len(layouts)
        self._given = _picker(parent.columns, nested.inherit)
        layouts.append(Layout(table=nested.shape.table, columns=reader.columns, root=nested.root))
        self._branch = _Branch(nested.shape, reader, layouts)

    def fill(self, record: Record, row: Row, children: list[list[Row]]) -> None:
        given = self._given(row)
        rows = children[self._index]
        rows += [
            self._branch.fill(each, given, children) for each in getattr(record, self._field) or ()
        ]


class _Burst:
    """Rows computed from one field of a record."""

    def __init__(
        self, exploded: Exploded, parent: type[Mirrored], reader: Reader, layouts: list[Layout]
    ) -> None:
        self._reader, self._field, self._rows = reader, exploded.of, exploded.rows
        self._index = len(layouts)
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
        before = self._given(row) + self._constants
        try:
            exploded = self._rows(self._reader.content(record, self._field))
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(f"{self._field}: {error}") from error
        for index, rows in enumerate(exploded, self._index):
            children[index] += [before + each for each in rows]


def _picker(columns: tuple[str, ...], inherit: tuple[tuple[str, str], ...]) -> Any:
    """Make a function that picks the source and what is handed down out of a row."""
    return itemgetter(0, *(columns.index(here) for here, _ in inherit))


def _reject(raw: bytes, error: Exception, secret: frozenset[str]) -> Reject:
    """Keep a record that could not be normalised: whole, but for its secrets."""
    payload = raw.decode(errors="backslashreplace")
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        content = None
    key = content.get("id") if isinstance(content, dict) else None
    if secret and content is None:
        payload = "(withheld: it cannot be read, so its secrets cannot be taken out)"
    if isinstance(content, dict) and not secret.isdisjoint(content):
        payload = json.dumps({name: v for name, v in content.items() if name not in secret})
    if not isinstance(key, (str, int)):
        key = f"sha256:{hashlib.sha256(payload.encode(errors='replace')).hexdigest()[:16]}"
    return Reject(str(key)[:200], str(error), payload)
