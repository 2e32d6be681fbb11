"""The SQL the loader runs, written once for SQLite and Postgres from the table classes.

Only names of our own tables and columns get into the text; every value is bound.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import msgspec

from etl.layout import MADE, Layout, kinds
from etl.tables import Entity


class Spelling(msgspec.Struct, frozen=True):
    """How a database, `sqlite` or `postgresql`, spells what the other one spells otherwise."""

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

    def equal(self, *columns: str) -> str:
        """Compare columns with bound values."""
        return " AND ".join(f"{quoted(column)} = {self.mark}" for column in columns)

    def insert(self, table: str, columns: Sequence[str]) -> str:
        """Write a row."""
        marks = ", ".join([self.mark] * len(columns))
        return f"INSERT INTO {quoted(table)} ({_list(columns)}) VALUES ({marks})"

    def upsert(
        self, table: str, columns: Sequence[str], keys: Sequence[str], kept: Sequence[str] = ()
    ) -> str:
        """Write a row, or all but the `kept` columns of the one that has its keys."""
        stay = {*keys, *kept}
        changes = [f"{quoted(c)} = excluded.{quoted(c)}" for c in columns if c not in stay]
        return (
            f"{self.insert(table, columns)} "
            f"ON CONFLICT ({_list(keys)}) DO UPDATE SET {', '.join(changes)}"
        )


class Statements:
    """The statements for one table as one stream fills it, each put together once."""

    def __init__(self, layout: Layout, spelling: Spelling) -> None:
        self._spelling, self._layout = spelling, layout
        self._table = str(layout.table.__tablename__)
        self._name = quoted(self._table)
        self.kinds = kinds(layout.table, layout.columns)
        self.constants = tuple(value for _, value in layout.constants)

    @cached_property
    def upsert(self) -> str:
        """Write a row: new, changed, or come back from the dead."""
        keys = self._layout.keys
        upsert = self._spelling.upsert(self._table, self._written, keys, ["first_synced_at"])
        return f"{upsert}, deleted_at = NULL{self._reborn}"

    @property
    def _reborn(self) -> str:
        """Begin anew where another record was made under the id of an old one."""
        if not self._layout.dated:
            return ""
        return (
            f", first_synced_at = CASE WHEN {self._name}.{MADE} <> excluded.{MADE} "
            f"THEN excluded.first_synced_at ELSE {self._name}.first_synced_at END"
        )

    @cached_property
    def _written(self) -> tuple[str, ...]:
        hashed = ("content_hash",) * issubclass(self._layout.table, Entity)
        return (*self._layout.columns, *hashed, "first_synced_at", "synced_at")

    @cached_property
    def stage(self) -> str:
        """Make a place for many rows that lasts as long as the transaction."""
        return (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {self._staged} ON COMMIT DELETE ROWS AS "
            f"SELECT {_list(self._written)} FROM {self._name} WITH NO DATA"
        )

    @cached_property
    def fill(self) -> str:
        """Stream rows to that place."""
        return f"COPY {self._staged} ({_list(self._written)}) FROM STDIN"

    @cached_property
    def add(self) -> str:
        """Stream rows straight into the table."""
        return f"COPY {self._name} ({_list(self._written)}) FROM STDIN"

    @cached_property
    def merge(self) -> str:
        """Write the rows from there as `upsert` does one."""
        head, _, tail = self.upsert.partition(" VALUES ")
        conflict = tail[tail.index(" ON CONFLICT ") :]
        return f"{head} SELECT {_list(self._written)} FROM {self._staged}{conflict}"

    @cached_property
    def clear(self) -> str:
        """Empty that place for the next rows of the same transaction."""
        return f"TRUNCATE {self._staged}"

    @property
    def _staged(self) -> str:
        constants = "_".join(value for _, value in self._layout.constants)
        return quoted(f"staged_{self._table}_{constants}")

    @cached_property
    def hashes(self) -> str:
        """Look up ids with their content hash and whether they are tombstones."""
        return (
            f"SELECT id, content_hash, deleted_at IS NOT NULL FROM {self._name} "
            f"WHERE {self._spelling.equal('source')} AND id {self._spelling.among}"
        )

    @cached_property
    def rows(self) -> str:
        """Look up whole rows below some root records, tombstones included and told apart."""
        return (
            f"SELECT {_list(self._layout.columns)}, deleted_at IS NOT NULL FROM {self._name} "
            f"WHERE {self._among(self._layout.root)}"
        )

    def live_ids(self, by: str) -> str:
        """Look up the ids of live rows by a column."""
        return f"SELECT id FROM {self._name} WHERE {self._among(by)} AND deleted_at IS NULL"

    def bury(self, by: str) -> str:
        """Turn live rows into tombstones by a column, keeping their values."""
        return f"{self._buried} WHERE {self._among(by)} AND deleted_at IS NULL"

    @cached_property
    def bury_since(self) -> str:
        """Turn one live row into a tombstone of a time of its own."""
        one = self._spelling.equal("source", "id")
        return f"{self._buried} WHERE {one} AND deleted_at IS NULL"

    @cached_property
    def delete(self) -> str:
        """Delete a row that was part of another row's value."""
        return f"DELETE FROM {self._name} WHERE {self._spelling.equal(*self._layout.keys)}"

    @cached_property
    def rehash(self) -> str:
        """Note another hash for a record whose own row is as it was."""
        one = self._spelling.equal("source", "id")
        return f"UPDATE {self._name} SET content_hash = {self._spelling.mark} WHERE {one}"

    @property
    def _buried(self) -> str:
        mark = self._spelling.mark
        return f"UPDATE {self._name} SET deleted_at = {mark}, synced_at = {mark}"

    def _among(self, by: str) -> str:
        """Choose rows of the stream by a list of values in a column."""
        among = f"{self._spelling.equal('source')} AND {quoted(by)} {self._spelling.among}"
        constants = [name for name, _ in self._layout.constants]
        return f"{among} AND {self._spelling.equal(*constants)}" if constants else among


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def quoted(name: Any) -> str:
    """Spell a name of ours."""
    return f'"{name}"'
