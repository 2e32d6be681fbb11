"""The SQL the loader runs, written once for SQLite and Postgres from the table classes.

Only names of our own tables and columns get into the text; every value is bound.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.layout import kinds
from etl.stream import Digest, Gate
from etl.tables import Entity, Mirrored
from etl.transform import Layout


@dataclass(frozen=True)
class Dialect:
    """What differs between the two databases."""

    name: str

    @property
    def mark(self) -> str:
        """A bound value's place in the text."""
        return "%s" if self.name == "postgresql" else "?"

    @property
    def among(self) -> str:
        """A comparison with a list of values, bound as `values` gives it."""
        if self.name == "postgresql":
            return "= ANY(%s)"
        return "IN (SELECT value FROM json_each(?))"

    def values(self, values: Sequence[Any]) -> Any:
        """Bind a list of values."""
        return list(values) if self.name == "postgresql" else json.dumps(list(values))


class Statements:
    """The statements for one table as one stream fills it."""

    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self._dialect = dialect
        self._name = _quoted(layout.table.__tablename__)
        self.hashed = issubclass(layout.table, Entity)
        tail = ("content_hash",) if self.hashed else ()
        self.written = (*layout.columns, *tail, "first_synced_at", "synced_at")
        self._layout = layout
        self.kinds = kinds(layout.table, layout.columns)
        own = "".join(f" AND {_quoted(name)} = {dialect.mark}" for name, _ in layout.constants)
        self._own = own
        self.constants = tuple(value for _, value in layout.constants)

    @property
    def upsert(self) -> str:
        """Write a row: new, changed, or come back from the dead."""
        keys = self._layout.keys
        kept = {*keys, "first_synced_at"}
        changes = [f"{_quoted(c)} = excluded.{_quoted(c)}" for c in self.written if c not in kept]
        marks = ", ".join([self._dialect.mark] * len(self.written))
        return (
            f"INSERT INTO {self._name} ({_list(self.written)}) VALUES ({marks}) "
            f"ON CONFLICT ({_list(keys)}) DO UPDATE SET {', '.join(changes)}, deleted_at = NULL"
        )

    @property
    def hashes(self) -> str:
        """Look up ids with their content hash and whether they are tombstones."""
        return (
            f"SELECT id, content_hash, deleted_at IS NOT NULL FROM {self._name} "
            f"WHERE source = {self._dialect.mark} AND id {self._dialect.among}"
        )

    def rows(self, by: str) -> str:
        """Look up whole rows of the stream by a column, tombstones included and told apart."""
        columns = ", ".join(map(self._as_text, self._layout.columns, self.kinds))
        return f"SELECT {columns}, deleted_at IS NOT NULL FROM {self._name} WHERE {self._among(by)}"

    def _as_text(self, column: str, kind: str) -> str:
        """Fetch JSON as the text it is, which Postgres' driver would decode."""
        cast = "::text" if kind == "document" and self._dialect.name == "postgresql" else ""
        return _quoted(column) + cast

    @property
    def live_ids(self) -> str:
        """Look up the live ids by another column; its name is put in with `format`."""
        return (
            f"SELECT id FROM {self._name} WHERE source = {self._dialect.mark} "
            f"AND {{}} {self._dialect.among} AND deleted_at IS NULL"
        )

    def bury(self, by: str) -> str:
        """Turn live rows into tombstones by a column, keeping their values."""
        mark = self._dialect.mark
        return (
            f"UPDATE {self._name} SET deleted_at = {mark}, synced_at = {mark} "
            f"WHERE {self._among(by)} AND deleted_at IS NULL"
        )

    @property
    def bury_since(self) -> str:
        """Turn one live row into a tombstone of a time of its own."""
        mark = self._dialect.mark
        return (
            f"UPDATE {self._name} SET deleted_at = {mark}, synced_at = {mark} "
            f"WHERE source = {mark} AND id = {mark} AND deleted_at IS NULL"
        )

    @property
    def delete(self) -> str:
        """Delete a row that was part of another row's value."""
        keys = " AND ".join(f"{_quoted(key)} = {self._dialect.mark}" for key in self._layout.keys)
        return f"DELETE FROM {self._name} WHERE {keys}"

    @property
    def rehash(self) -> str:
        """Note another hash for a record whose rows are all as they were."""
        mark = self._dialect.mark
        return (
            f"UPDATE {self._name} SET content_hash = {mark} WHERE source = {mark} AND id = {mark}"
        )

    def _among(self, by: str) -> str:
        mark, among = self._dialect.mark, self._dialect.among
        return f"source = {mark} AND {_quoted(by)} {among}{self._own}"


def digest(spec: Digest, part_column: str | None, since: str | None, dialect: Dialect) -> str:
    """Count live rows of a part since a time, with their newest time and sums."""
    sums = "".join(f", coalesce(sum({_quoted(name)}), 0)" for name in spec.sums)
    part = f" AND {_quoted(part_column)} = {dialect.mark}" if part_column else ""
    after = f" AND {_quoted(spec.by)} >= {dialect.mark}" if since else ""
    return (
        f"SELECT count(*), max({_quoted(spec.by)}){sums} "
        f"FROM {_quoted(spec.table.__tablename__)} "
        f"WHERE source = {dialect.mark} AND deleted_at IS NULL{part}{after}"
    )


def newest_stamp(table: type[Mirrored], dialect: Dialect) -> str:
    """Give the time of the latest change to a table's rows."""
    return (
        f"SELECT max(synced_at) FROM {_quoted(table.__tablename__)} WHERE source = {dialect.mark}"
    )


def touched(gate: Gate, table: type[Mirrored], dialect: Dialect) -> str:
    """List the gate's rows changed since a time, each with the live rows of `table` it concerns."""
    return (
        f"SELECT g.id, t.id FROM {_quoted(gate.table.__tablename__)} g "
        f"LEFT JOIN {_quoted(table.__tablename__)} t ON t.source = g.source "
        f"AND t.{_quoted(gate.column)} = g.id AND t.deleted_at IS NULL "
        f"WHERE g.source = {dialect.mark} AND g.synced_at > {dialect.mark} ORDER BY g.id, t.id"
    )


def live_parts(table: type[Mirrored], title: str, dialect: Dialect) -> str:
    """List the live rows a stream is split by."""
    return (
        f"SELECT id, {_quoted(title)} FROM {_quoted(table.__tablename__)} "
        f"WHERE source = {dialect.mark} AND deleted_at IS NULL ORDER BY id"
    )


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: Any) -> str:
    return f'"{name}"'
