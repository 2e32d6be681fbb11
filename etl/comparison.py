"""Tells what the mirror holds otherwise than its source, row by row; nothing is written.

Of a record that is missing or extra, the record alone is named and not what belongs to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from etl import compare, holdings, times
from etl.database import Session
from etl.difference import Difference, Kind, Stray
from etl.layout import kinds, part_key, specs
from etl.reader import Row
from etl.source import Part
from etl.statements import Spelling
from etl.stream import Parts
from etl.table import Table
from etl.tables import Mirrored
from etl.transform import Entry, Plan
from etl.walk import Complete, Inside

LONGEST = 600  # characters of a value that are kept to be shown


class Comparison:
    """Compares the records of one stream with what the mirror holds of them."""

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session, self._plan = session, plan
        self._spelling = Spelling(session.dialect)
        self._root, *self._children = [
            _Rows(Table(layout, session)) for layout in (plan.root, *plan.children)
        ]

    def records(
        self, entries: Iterable[Entry], *, known_only: bool = False
    ) -> Iterator[Difference]:
        """Compare a page's records; of an id that comes twice the last one counts."""
        latest = {entry.key: entry for entry in entries}
        source, ids = self._plan.source, list(latest)
        stored = self._root.table.stored(source, ids) if ids else {}
        hashes = self._hashes(ids) if ids else {}
        known = {}
        for key, entry in latest.items():
            if known_only and key not in hashes:
                continue
            found = self._record(entry, stored.get(self._root.table.key(entry.row)), hashes)
            if found:
                yield found
            if not found or found.fields:
                known[key] = entry
        if known:
            yield from self._parts(known, hashes)

    def unlisted(self, complete: Complete) -> Iterator[Difference]:
        """Name what a complete listing does not."""
        ids = self._root.table.live_ids(complete.column, self._plan.source, complete.values)
        for key in ids:
            if key not in complete.ids:
                yield Difference(Kind.EXTRA, self._root.name, key, (("id", key),))

    def count(self, parts: Iterable[Part]) -> int:
        """Count the live records of some parts."""
        split, of = self._plan.stream.parts, (self._plan.source,)
        sql = holdings.count(self._plan.root.table, self._spelling)
        if split is None:
            return int(self._session.all(sql, of)[0][0])
        sql = f"{sql} AND {self._spelling.equal(split.column)}"
        counts = (self._session.all(sql, (*of, part_key(split, part))) for part in parts)
        return sum(count for ((count,),) in counts)

    def strays(self) -> Iterator[Stray]:
        """List rows that lie in nothing: in a record that is not here, or not any more.

        Of those that are parts of one another, the first is listed.
        """
        stream, listed = self._plan.stream, set[tuple[Any, ...]]()
        above: list[Parts | Inside] = [one for one in (stream.parts, stream.within) if one]
        lying: list[tuple[_Rows, str, type[Mirrored]]]
        lying = [(self._root, one.column, one.table) for one in above]
        table = self._plan.root.table
        lying += [(rows, rows.table.layout.root, table) for rows in self._children]
        for rows, column, parent in lying:
            for key, inside, part in self._lying(rows, column, parent):
                if (rows.name, *key) not in listed and rows.owner_of(key) not in listed:
                    root = key[0] if rows is self._root else inside
                    one = Difference(Kind.EXTRA, rows.name, root, rows.named(key))
                    yield Stray(one, (str(parent.__tablename__), inside), part)
                listed |= {(rows.name, *key), (rows.name, key[0])}

    def _lying(
        self, rows: _Rows, column: str, parent: type[Mirrored]
    ) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
        """List the keys of live rows that lie in no live row of another table, in which, where."""
        split = self._plan.stream.parts
        columns = rows.table.layout.columns
        part = split.column if split and split.column in columns else column
        sql = holdings.strays(rows.table.layout, (column, part), parent, self._spelling)
        values = (self._plan.source, *rows.table.sql.constants)
        for *key, inside, place in self._session.all(sql, values):
            yield tuple(key), inside, place if part != column else None

    def _hashes(self, ids: list[Any]) -> dict[Any, int]:
        values = (self._plan.source, self._spelling.values(ids))
        rows = self._session.all(self._root.table.sql.hashes, values)
        return {key: content_hash for key, content_hash, _ in rows}

    def _record(
        self, entry: Entry, stored: tuple[Row, bool] | None, hashes: Mapping[Any, int]
    ) -> Difference | None:
        """Compare a record's own row."""
        rows, key = self._root, (entry.key,)
        if stored is None or (stored[1] and entry.deleted is None):
            return Difference(Kind.MISSING, rows.name, entry.key, rows.named(key))
        if entry.deleted is not None and not stored[1]:
            return Difference(Kind.EXTRA, rows.name, entry.key, rows.named(key))
        return rows.otherwise(stored[0], entry.row, entry, hashes)

    def _parts(
        self, entries: Mapping[Any, Entry], hashes: Mapping[Any, int]
    ) -> Iterator[Difference]:
        """Compare the rows that belong to records, owners before what they own."""
        absent = set[tuple[str, Any]]()
        for index, rows in enumerate(self._children):
            table = rows.table
            there = {
                table.key(row): (row, entry)
                for entry in entries.values()
                for row in (entry.children[index] if entry.deleted is None else ())
            }
            here = table.stored(self._plan.source, entries)
            for kind, row in uneven(here, there):
                key = table.key(row)[1:]
                absent.add((rows.name, key[0]))
                if (rows.owned_by, table.owner(row)) not in absent:
                    yield Difference(kind, rows.name, table.root(row), rows.named(key))
            for key, (row, entry) in there.items():
                if key in here and not here[key][1]:
                    found = rows.otherwise(here[key][0], row, entry, hashes)
                    if found:
                        yield found


class _Column(NamedTuple):
    """A column that is compared, and whether it tells when the row was written."""

    at: int
    name: str
    kind: str
    stamp: bool


class _Rows:
    """The rows of one table, and how they are named and compared."""

    def __init__(self, table: Table) -> None:
        self.table = table
        layout = table.layout
        self.name = str(layout.table.__tablename__)
        self.keys = layout.keys[1:]  # all are of the source
        self.owned_by = str(layout.owned_by.__tablename__) if layout.owned_by else ""
        own, all_kinds = specs(layout.table), kinds(layout.table, layout.columns)
        self._compared = [
            _Column(at, name, kind, stamp=name in own and own[name].stamp)
            for at, (name, kind) in enumerate(zip(layout.columns, all_kinds, strict=True))
            if name not in own or not own[name].volatile
        ]

    def named(self, key: Iterable[Any]) -> tuple[tuple[str, Any], ...]:
        """Put the names of the key's columns to its values."""
        return tuple(zip(self.keys, key, strict=True))

    def owner_of(self, key: tuple[Any, ...]) -> tuple[str, Any]:
        """Tell by a row's key what it is a part of."""
        owner = self.table.layout.owner
        return self.owned_by, key[self.keys.index(owner)] if owner in self.keys else None

    def otherwise(
        self, old: Row, row: Row, entry: Entry, hashes: Mapping[Any, int]
    ) -> Difference | None:
        """Compare a stored row with the one it should be, but for what changes at every look."""
        uneven = [c for c in self._compared if not compare.same(old[c.at], row[c.at], c.kind)]
        if not uneven:
            return None
        outdated = hashes[entry.key] != entry.content_hash or any(c.stamp for c in uneven)
        return Difference(
            Kind.STALE if outdated else Kind.DIFFERENT,
            self.name,
            entry.key,
            self.named(self.table.key(row)[1:]),
            tuple((c.name, _cut(times.shown(old[c.at])), _cut(row[c.at])) for c in uneven),
            hash(tuple((c.name, compare.plain(row[c.at], c.kind)) for c in uneven)),
        )


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[: LONGEST - 1]}…"
    return value


def uneven(
    here: Mapping[Row, tuple[Row, bool]], there: Mapping[Row, tuple[Row, Entry]]
) -> Iterator[tuple[Kind, Row]]:
    """List the rows that are in one place only; a tombstone is in none."""
    for key, (row, _) in there.items():
        if key not in here or here[key][1]:
            yield Kind.MISSING, row
    for key, (row, dead) in here.items():
        if key not in there and not dead:
            yield Kind.EXTRA, row
