"""Opening the mirror's database, SQLite or Postgres, and speaking to it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from etl.errors import ConfigurationError, MirrorError

SQLITE = "sqlite:///"
BUSY_TIMEOUT = 60  # seconds a writer waits for another one


class Session:
    """A connection that runs ready SQL text with bound values, and nothing else.

    Outside `transaction` nothing stays open between statements. In a rehearsal everything happens
    inside one transaction that the opener rolls back. All that the driver raises is a MirrorError.
    """

    def __init__(self, connection: Connection, *, rehearsal: bool = False) -> None:
        self.connection = connection
        self.dialect = connection.dialect.name
        self.keeps_nul = self.dialect != "postgresql"
        self._rehearsal = rehearsal
        self._open = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, roll back on any error."""
        begin = self.connection.begin_nested if self._rehearsal else self.connection.begin
        self._open = True
        try:
            with self._translated(), begin():
                yield
        finally:
            self._open = False

    def all(self, sql: str, values: Sequence[Any] = ()) -> Sequence[Any]:
        """Fetch every row."""
        return self.named(sql, values)[1]

    def named(self, sql: str, values: Sequence[Any] = ()) -> tuple[list[str], Sequence[Any]]:
        """Fetch every row, and the names of the columns."""
        try:
            with self._translated():
                result = self.connection.exec_driver_sql(sql, tuple(values))
                return list(result.keys()), result.fetchall()
        finally:
            if not (self._open or self._rehearsal):
                with translated():
                    self.connection.rollback()  # a look begins a transaction too; do not keep it

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and tell how many rows it touched."""
        with self._translated():
            return self.connection.exec_driver_sql(sql, tuple(values)).rowcount

    def many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a statement once for every row."""
        ready = list(rows)
        if ready:
            with self._translated():
                self.connection.exec_driver_sql(sql, ready)

    @property
    def copies(self) -> bool:
        """Tell whether the database takes many rows in one stream."""
        return self.dialect == "postgresql"

    def copy(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Stream rows into a table, in the transaction that is open."""
        driver: Any = self.connection.connection.driver_connection
        with self._translated(), driver.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Go on over no new connection where one was lost: the lock may be lost with it."""
        if self.connection.invalidated:
            raise MirrorError("the connection to the mirror was lost")
        with translated():
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's failures into one clear line. Raises MirrorError."""
    try:
        yield
    except DBAPIError as error:
        raise MirrorError(f"the mirror failed: {_cause(error.orig)}") from error
    except SQLAlchemyError as error:
        raise MirrorError(f"the mirror failed: {type(error).__name__}") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "psycopg":  # it is no import of ours
            raise
        raise MirrorError(f"the mirror failed: {_cause(error)}") from error


def parse(database: str) -> URL:
    """Read a database address. Raises ConfigurationError."""
    if database.startswith(SQLITE):
        # Not by make_url: a folder may have a ? in its name.
        return URL.create("sqlite", database=database.removeprefix(SQLITE) or None)
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise ConfigurationError(
            "mirror.database is no database address; write sqlite:///mirror.db or "
            "postgresql://user@host/name"
        ) from error
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite":
        return url
    raise ConfigurationError(
        f"mirror.database: {url.drivername!r} is not supported; sqlite and postgresql are"
    )


def open_mirror(database: str, *, read_only: bool = False) -> Engine:
    """Build an engine for the mirror; a new SQLite file is readable by its owner only."""
    url = parse(database)
    if url.drivername == "sqlite":
        return _open_sqlite(url, read_only=read_only)
    options = f"{url.query.get('options', '')} -c timezone=UTC"
    options += " -c default_transaction_read_only=on" * read_only
    try:
        return create_engine(url, paramstyle="format", connect_args={"options": options})
    except ImportError as error:
        raise ConfigurationError(
            "Postgres needs its driver: pip install 'annomirror[postgres]'"
        ) from error


def _open_sqlite(url: URL, *, read_only: bool) -> Engine:
    path = url.database
    if not path or path == ":memory:":
        engine = create_engine(url)
    else:
        _prepare_file(Path(path), read_only=read_only)
        mode = "ro" if read_only else "rw"
        query = {"mode": mode, "uri": "true"}
        engine = create_engine(URL.create("sqlite", database=f"file:{_escaped(path)}", query=query))

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # this module begins its transactions itself
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # else ATTACH makes a file
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writing one does not wait for the other writer.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _prepare_file(path: Path, *, read_only: bool) -> None:
    if not read_only:
        opened(path, "mirror").close()
    elif not path.exists():
        raise MirrorError(f"there is no mirror at {path} yet; run: annomirror sync")


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """Connect; what the driver raises comes out as a MirrorError."""
    with translated(), engine.connect() as connection:
        yield connection


def _cause(error: BaseException | None) -> str:
    """Give the driver's words without SQL text and values, which may be large or private."""
    return str(error).strip().partition("\n")[0]


def opened(path: Path, what: str) -> IO[str]:
    """Open a file of the mirror's, made when it is new; then its owner alone may read it."""
    try:
        return os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+")
    except OSError as error:
        raise MirrorError(f"the {what} {path} cannot be written: {error.strerror}") from error


def exists(path: str | None) -> bool:
    """Tell whether a SQLite mirror is there."""
    return bool(path) and Path(str(path)).exists()


def writable(path: str | None) -> None:
    """Tell whether a SQLite mirror can be made. Raises MirrorError."""
    folder = Path(str(path)).parent
    if not folder.is_dir():
        raise MirrorError(f"the folder {folder} for the mirror is not there; make it first")
    if not os.access(folder, os.W_OK):
        raise MirrorError(f"the folder {folder} for the mirror cannot be written")
