"""Opening the mirror's database, SQLite or Postgres, and speaking to it.

Straight through the drivers: what stands between would cost a quiet run more than the run itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    closing,
    contextmanager,
    nullcontext,
    suppress,
)
from typing import Any

from etl import failpoints, files
from etl.address import POSTGRES, SQLITE, Address
from etl.errors import ConfigurationError, KeyTaken, MirrorError
from etl.signals import held_back

BUSY_TIMEOUT = 60  # seconds a writer waits for another one
UNIQUE_VIOLATION = "23505"
CANCEL_TIMEOUT = 5.0  # seconds
KEEPALIVES = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10"}
"""In seconds; with them a run whose host lost its power loses the lock in minutes, not hours."""
CONNECT_TIMEOUT = "10"  # seconds until a server counts as one that is not there


class Session:
    """A connection that runs ready SQL text with bound values, and nothing else.

    Outside `transaction` nothing stays open between statements. All that the driver raises is a
    MirrorError.
    """

    def __init__(self, driver: Any, dialect: str) -> None:
        self.driver, self.dialect = driver, dialect
        self.copies = dialect == POSTGRES
        self._depth = 0

    @contextmanager
    def transaction(self, *, rehearsal: bool = False) -> Iterator[None]:
        """Commit at the end, roll back on any error; in a rehearsal, roll back at the end too.

        One inside another is a part of it that can be rolled back alone.
        """
        begin, commit, *rollback = self._words()
        self._depth += 1
        try:
            self._execute(begin)
            yield
            if rehearsal:
                self._undo(rollback)
            else:
                self._commit(commit)
        except BaseException:
            self._undo(rollback)
            raise
        finally:
            self._depth -= 1

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Fetch every row."""
        with translated():  # a file that is damaged shows it when its rows are fetched
            found: list[tuple[Any, ...]] = self._execute(sql, values).fetchall()
        return found

    def named(
        self, sql: str, values: Sequence[Any] = ()
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Fetch every row, and the names of the columns."""
        cursor = self._execute(sql, values)
        with translated():
            return [column[0] for column in cursor.description], cursor.fetchall()

    @contextmanager
    def streamed(self, sql: str) -> Iterator[tuple[list[str] | None, Iterator[tuple[Any, ...]]]]:
        """Ask a question whose rows are fetched as they are wanted; no names: it was none."""
        with ExitStack() as stack:
            if self.dialect == SQLITE:
                cursor = self._execute(sql)
            else:
                # Postgres takes nothing but a question for a cursor of its own.
                stack.enter_context(self.transaction(rehearsal=True))
                self._execute("SET TRANSACTION READ ONLY")  # a pooler may forget the session's word
                cursor = stack.enter_context(closing(self.driver.cursor("question")))
                with translated():
                    cursor.execute(sql)
            stack.enter_context(closing(cursor))
            names = cursor.description and [column[0] for column in cursor.description]
            yield names, _fetched(cursor)

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and tell how many rows it touched."""
        return int(self._execute(sql, values).rowcount)

    def many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run a statement once for every row."""
        ready = rows if isinstance(rows, list) else list(rows)
        if ready:
            with self._undisturbed(), translated():
                self.driver.cursor().executemany(sql, ready)

    def copy(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Stream rows into a table, in the transaction that is open."""
        with self._undisturbed(), translated(), self.driver.cursor() as cursor:  # noqa: SIM117
            with cursor.copy(sql) as copy:
                for row in rows:
                    copy.write_row(row)

    def _commit(self, command: str) -> None:
        """Commit; Postgres answers with a rollback where a statement had failed unheard."""
        failpoints.reach("before_commit")
        if getattr(self._execute(command), "statusmessage", command) == "ROLLBACK":
            raise MirrorError("the mirror failed: a statement of the transaction had failed")
        failpoints.reach("after_commit")

    def _words(self) -> tuple[str, ...]:
        """Give the commands that begin a transaction, commit it and roll it back."""
        if self._depth:  # inside another
            name = f"inner_{self._depth}"
            undo = f"ROLLBACK TO SAVEPOINT {name}"
            return f"SAVEPOINT {name}", f"RELEASE SAVEPOINT {name}", undo, f"RELEASE {name}"
        # SQLite: a deferred transaction that turns into a writing one would not wait for another.
        begin = "BEGIN IMMEDIATE" if self.dialect == SQLITE else "BEGIN"
        return begin, "COMMIT", "ROLLBACK"

    def _execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        with self._undisturbed(), translated():
            return self.driver.execute(sql, values)

    def _undisturbed(self) -> AbstractContextManager[None]:
        """Keep signals out of a talk with a server; SQLite's calls are over before they come."""
        return held_back(self._cancel) if self.dialect == POSTGRES else nullcontext()

    def _cancel(self) -> None:
        with suppress(MirrorError), translated():
            self.driver.cancel_safe(timeout=CANCEL_TIMEOUT)

    def _undo(self, commands: Iterable[str]) -> None:
        """Roll back; where even that fails the connection is lost, and the database does it."""
        with suppress(MirrorError):
            for command in commands:
                self._execute(command)


def _fetched(cursor: Any) -> Iterator[tuple[Any, ...]]:
    with translated():
        for row in cursor:  # noqa: UP028  # `yield from` would close it a second time
            yield row


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's failures into one clear line. Raises MirrorError, KeyTaken."""
    try:
        yield
    except sqlite3.Error as error:
        raise MirrorError(f"the mirror failed: {_cause(error)}") from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "psycopg":  # imported only where it is used
            raise
        kind = KeyTaken if getattr(error, "sqlstate", None) == UNIQUE_VIOLATION else MirrorError
        raise kind(f"the mirror failed: {_cause(error)}") from error


@contextmanager
def connected(address: Address, *, read_only: bool = False) -> Iterator[Session]:
    """Connect to the mirror; a new SQLite file is readable by its owner only."""
    connect = _sqlite if address.dialect == SQLITE else _postgres
    with translated():
        driver: Any = connect(address, read_only=read_only)
    try:
        yield Session(driver, address.dialect)
    finally:
        with suppress(MirrorError), translated():
            driver.close()


def _sqlite(address: Address, *, read_only: bool) -> sqlite3.Connection:
    if address.path is None:
        return sqlite3.connect(":memory:", isolation_level=None)
    name = files.uri(address.path, read_only=read_only)
    # A reader is shown true and false as Postgres shows them; rows are compared as they are stored.
    kinds = sqlite3.PARSE_DECLTYPES if read_only else 0
    driver = sqlite3.connect(name, BUSY_TIMEOUT, kinds, isolation_level=None, uri=True)
    if read_only:
        # Known to the whole process, used by connections that ask for it: readers alone.
        sqlite3.register_converter("BOOLEAN", b"1".__eq__)
        driver.execute("PRAGMA query_only = ON")
        driver.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)  # else ATTACH makes a file
    else:
        driver.execute("PRAGMA journal_mode = WAL")
        driver.execute("PRAGMA synchronous = NORMAL")
    return driver


def _postgres(address: Address, *, read_only: bool) -> Any:
    try:
        import psycopg  # noqa: PLC0415  # who mirrors into SQLite does without
        from psycopg.types.string import TextLoader  # noqa: PLC0415  # idem
    except ImportError as error:
        raise ConfigurationError(
            "Postgres needs its driver: pip install 'annomirror[postgres]'"
        ) from error
    defaults = {"connect_timeout": CONNECT_TIMEOUT, "application_name": "annomirror"}
    server = {**defaults, **address.server, "client_encoding": "utf8"}
    driver: Any = psycopg.connect(psycopg.conninfo.make_conninfo(**server), autocommit=True)
    for kind in ("json", "jsonb"):
        driver.adapters.register_loader(kind, TextLoader)  # JSON stays the text it is
    wanted = {"timezone": "UTC", "datestyle": "ISO"}
    if address.schema:
        wanted["search_path"] = f'"{address.schema}"'
    if read_only:
        wanted["default_transaction_read_only"] = "on"
    else:
        wanted |= KEEPALIVES
    # Not as options of the connection: poolers refuse those.
    told = ", ".join(["set_config(%s, %s, false)"] * len(wanted))
    try:
        driver.execute(f"SELECT {told}", [each for pair in wanted.items() for each in pair])
        _refuse_encoding(driver.info.parameter_status("server_encoding"))
    except BaseException:
        driver.close()
        raise
    return driver


def _refuse_encoding(name: str) -> None:
    """Refuse a database that cannot hold every text."""
    if name != "UTF8":
        raise MirrorError(
            f"the mirror's database is encoded in {name}, which has no place for every text; make "
            "one with: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0"
        )


def _cause(error: BaseException | None) -> str:
    """Give the driver's words without SQL text and values, which may be large or private."""
    return str(error).strip().partition("\n")[0]
