"""One run at a time: a lock on the mirror that dies with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine

from etl.database import connected, opened, parse
from etl.errors import BusyError, MirrorError

LOCK_KEY = 0x616E6E6F  # the advisory lock on Postgres: "anno"


@contextmanager
def locked(engine: Engine, database: str) -> Iterator[None]:
    """Hold the mirror for one run; the lock dies with the process. Raises BusyError."""
    if engine.dialect.name == "postgresql":
        with connected(engine) as connection, _advisory(connection):
            yield
        return
    path = parse(database).database
    if not path or path == ":memory:":
        yield
        return
    with _flocked(Path(f"{path}.lock")):
        yield


@contextmanager
def _advisory(connection: Connection) -> Iterator[None]:
    taken = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({LOCK_KEY})").scalar()
    connection.commit()
    if not taken:
        raise BusyError("another run holds this mirror; see: annomirror runs")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({LOCK_KEY})")
        connection.commit()


@contextmanager
def _flocked(path: Path) -> Iterator[None]:
    try:
        import fcntl  # noqa: PLC0415  # Unix has it, and only a run needs it
    except ImportError as error:
        raise MirrorError("no SQLite mirror can be locked on this system; use Postgres") from error
    with opened(path, "lock file") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = path.read_text().strip() or "unknown process"
            raise BusyError(
                f"another run holds this mirror ({holder}); see: annomirror runs"
            ) from error
        file.truncate(0)
        file.write(f"pid {os.getpid()}")
        file.flush()
        yield
