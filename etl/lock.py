"""One run at a time: a lock on the mirror that dies with the process that holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from etl.address import POSTGRES, Address
from etl.database import Session
from etl.errors import BusyError, MirrorError
from etl.files import opened
from etl.times import shown

LOCK_KEY = 0x616E6E6F  # the advisory lock on Postgres: "anno", and a hash of the schema's name
_SCHEMA = "hashtext(coalesce(%s, current_schema(), ''))"
_OF_SCHEMA = f"({LOCK_KEY}, {_SCHEMA})"
_HOLDER = (
    "SELECT a.pid, host(a.client_addr), a.backend_start FROM pg_locks l "
    "JOIN pg_stat_activity a ON a.pid = l.pid AND a.datid = l.database "
    f"WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {LOCK_KEY} "
    f"AND l.objid = ({_SCHEMA}::bigint & 4294967295)::text::oid"
)


@contextmanager
def locked(session: Session, address: Address) -> Iterator[None]:
    """Hold the mirror for one run; the lock dies with the process. Raises BusyError."""
    if address.dialect == POSTGRES:
        with _advisory(session, address.schema):
            yield
    elif address.path is None:
        yield
    else:
        # A link to a mirror is that mirror.
        with _flocked(Path(f"{Path(address.path).resolve()}.lock")):
            yield


@contextmanager
def _advisory(session: Session, schema: str | None) -> Iterator[None]:
    """Lock by the connection that writes: where it is lost, so is the right to write."""
    ((taken,),) = session.all(f"SELECT pg_try_advisory_lock{_OF_SCHEMA}", (schema,))
    if not taken:
        raise BusyError(
            f"another run holds this mirror ({_holder(session, schema)}); see: annomirror runs"
        )
    try:
        yield
    finally:
        with suppress(MirrorError):
            session.all(f"SELECT pg_advisory_unlock{_OF_SCHEMA}", (schema,))


def _holder(session: Session, schema: str | None) -> str:
    """Say who holds the lock, so far as the server tells this role."""
    found = session.all(_HOLDER, (schema,))
    pid, client, since = found[0] if found else (None, None, None)
    return f"from {client or 'this machine'} since {shown(since)}, backend {pid}"


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
