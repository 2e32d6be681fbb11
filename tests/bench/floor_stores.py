"""The floor's two databases, each written the way it is fastest at."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, Protocol

from floor_rows import ANNOTATIONS, COLUMNS, LABELS, RESULTS, TASKS, Row

PARTS = (RESULTS, LABELS)  # they have no identity of their own, so they are replaced as sets
WATERMARK = ("source", "stream", "part", "watermark", "state", "unfinished")


class Store(Protocol):
    """What the floor asks of a database; everything else is ordinary SQL with `?`."""

    def transaction(self) -> AbstractContextManager[object]:
        """Commit at the end, or roll back."""

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement and fetch what it gives."""

    def many(self, sql: str, values: Sequence[Row]) -> None:
        """Run a statement for every row."""

    def hashes(self, source: str, ids: list[int]) -> dict[int, int]:
        """Look up the hashes of tasks."""

    def add(self, rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are not there."""

    def replace(self, source: str, tasks: list[int], rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are there, and drop what they no longer have."""


def insert(table: str, columns: Sequence[str]) -> str:
    """Write a row."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def upsert(columns: Sequence[str], keys: Sequence[str]) -> str:
    """Say what becomes of a row that is there: it lives, and was written first when it was."""
    kept = {*keys, "first_synced_at"}
    changes = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in kept)
    return f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"


class Sqlite:
    """SQLite: a prepared statement for every table, WAL, no sync before a checkpoint."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._insert = {name: insert(name, columns) for name, columns in COLUMNS.items()}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, or roll back."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            yield

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement and fetch what it gives."""
        return self._connection.execute(sql, values).fetchall()

    def many(self, sql: str, values: Sequence[Row]) -> None:
        """Run a statement for every row."""
        self._connection.executemany(sql, values)

    def hashes(self, source: str, ids: list[int]) -> dict[int, int]:
        """Look up the hashes of tasks."""
        sql = (
            f"SELECT id, content_hash FROM {TASKS} "
            "WHERE source = ? AND id IN (SELECT value FROM json_each(?))"
        )
        return dict(self.all(sql, (source, json.dumps(ids))))

    def add(self, rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are not there."""
        for name, sql in self._insert.items():
            self.many(sql, rows[name])

    def replace(self, source: str, tasks: list[int], rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are there, and drop what they no longer have."""
        now = rows[TASKS][0][-1]
        kept = [row[1] for row in rows[ANNOTATIONS]]
        of_tasks = "source = ? AND task_id IN (SELECT value FROM json_each(?))"
        bound = (source, json.dumps(tasks))
        for name in (TASKS, ANNOTATIONS):
            alive = upsert(COLUMNS[name], ("source", "id")) + ", deleted_at = NULL"
            self.many(self._insert[name] + alive, rows[name])
        self.all(
            f"UPDATE {ANNOTATIONS} SET deleted_at = ?, synced_at = ? WHERE {of_tasks} "
            "AND id NOT IN (SELECT value FROM json_each(?)) AND deleted_at IS NULL",
            (now, now, *bound, json.dumps(kept)),
        )
        for name in PARTS:
            self.all(f"DELETE FROM {name} WHERE {of_tasks} AND owner = 'annotation'", bound)
            self.many(self._insert[name], rows[name])


class Postgres:
    """Postgres: COPY, straight into the tables or by way of temporary ones."""

    def __init__(self, url: str) -> None:
        import psycopg  # noqa: PLC0415  # a floor on SQLite does not pay for it

        self._connection = psycopg.connect(url, options="-c timezone=UTC", autocommit=True)
        self._staged = False

    def transaction(self) -> AbstractContextManager[object]:
        """Commit at the end, or roll back."""
        return self._connection.transaction()

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run a statement and fetch what it gives."""
        cursor = self._connection.execute(sql.replace("?", "%s"), values)
        return cursor.fetchall() if cursor.description else []

    def many(self, sql: str, values: Sequence[Row]) -> None:
        """Run a statement for every row."""
        with closing(self._connection.cursor()) as cursor:
            cursor.executemany(sql.replace("?", "%s"), values)

    def hashes(self, source: str, ids: list[int]) -> dict[int, int]:
        """Look up the hashes of tasks."""
        sql = f"SELECT id, content_hash FROM {TASKS} WHERE source = ? AND id = ANY(?)"
        return dict(self.all(sql, (source, ids)))

    def add(self, rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are not there."""
        for name, found in rows.items():
            self._copy(name, name, found)

    def replace(self, source: str, tasks: list[int], rows: dict[str, list[Row]]) -> None:
        """Write rows of tasks that are there, and drop what they no longer have."""
        self._stage(rows)
        now = rows[TASKS][0][-1]
        of_tasks = "source = ? AND task_id = ANY(?)"
        for name in (TASKS, ANNOTATIONS):
            alive = upsert(COLUMNS[name], ("source", "id")) + ", deleted_at = NULL"
            self.all(self._merge(name) + alive)
        self.all(
            f"UPDATE {ANNOTATIONS} SET deleted_at = ?, synced_at = ? WHERE {of_tasks} "
            f"AND id NOT IN (SELECT id FROM staged_{ANNOTATIONS}) AND deleted_at IS NULL",
            (now, now, source, tasks),
        )
        for name in PARTS:
            self.all(
                f"DELETE FROM {name} WHERE {of_tasks} AND owner = 'annotation'", (source, tasks)
            )
            self.all(self._merge(name))

    def _stage(self, rows: dict[str, list[Row]]) -> None:
        for name, found in rows.items():
            if not self._staged:
                self.all(
                    f"CREATE TEMP TABLE staged_{name} ON COMMIT DELETE ROWS AS "
                    f"SELECT {', '.join(COLUMNS[name])} FROM {name} WITH NO DATA"
                )
            self._copy(f"staged_{name}", name, found)
        self._staged = True

    def _copy(self, into: str, table: str, rows: list[Row]) -> None:
        sql = f"COPY {into} ({', '.join(COLUMNS[table])}) FROM STDIN"
        with closing(self._connection.cursor()) as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    @staticmethod
    def _merge(name: str) -> str:
        columns = ", ".join(COLUMNS[name])
        return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM staged_{name}"


def opened(url: str) -> Store:
    """Open a database by its address, as annomirror writes it."""
    if url.startswith("sqlite:///"):
        return Sqlite(url.removeprefix("sqlite:///"))
    return Postgres(url)
