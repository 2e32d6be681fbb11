"""Reading the mirror: its books, its state per stream, and questions of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from etl import times
from etl.address import POSTGRES
from etl.database import Session
from etl.errors import ConfigurationError, MirrorError
from etl.source import Source
from etl.statements import Spelling
from etl.stream import Stream

Rows = list[dict[str, Any]]

_QUOTED = re.compile(r'"((?:[^"]|"")+)"')
_WORD = re.compile(r"[A-Za-z_\u0080-\uffff][\w$]*")
_VIEWS = (
    "SELECT c.oid::bigint, pg_get_viewdef(c.oid) FROM pg_class c WHERE c.relkind IN ('v', 'm') "
    "AND c.oid >= 16384 AND c.relname = ANY(%s)"  # below are the views that Postgres comes with
)
_VOLATILE = "SELECT DISTINCT proname FROM pg_proc WHERE provolatile = 'v' AND proname = ANY(%s)"
HARMLESS = frozenset(
    (
        *("array_sample", "array_shuffle", "bernoulli", "clock_timestamp", "current_query"),
        *("currval", "gen_random_uuid", "lastval", "pg_sleep", "random", "random_normal"),
        *("setseed", "system", "timeofday", "uuidv4", "uuidv7"),
    )
)
"""Functions that are volatile because each call gives something else, or takes its time."""


@dataclass(frozen=True)
class Found:
    """The answer to a query: names of the columns, and the rows as they are fetched."""

    columns: Sequence[str]
    rows: Iterator[Sequence[Any]]


def runs(session: Session, limit: int) -> Rows:
    """List the latest runs, newest first, with what they did in all."""
    sums = ", ".join(
        f"coalesce(sum(s.{name}), 0) AS {name}"
        for name in ("requests", "inserted", "updated", "deleted", "rejected")
    )
    return _rows(
        session,
        "SELECT r.id AS run, r.started_at, r.finished_at, r.outcome, r.host, r.pid, "
        f"{sums}, r.error FROM sync_runs r LEFT JOIN sync_stream_runs s ON s.run_id = r.id "
        "GROUP BY r.id, r.started_at, r.finished_at, r.outcome, r.host, r.pid, r.error "
        f"ORDER BY r.id DESC LIMIT {int(limit)}",
    )


def status(session: Session, sources: Iterable[tuple[Source, Iterable[Stream]]]) -> Rows:
    """Say for each stream how much is mirrored, how far and how fresh."""
    return [_status(session, source, stream) for source, streams in sources for stream in streams]


def _status(session: Session, source: Source, stream: Stream) -> dict[str, Any]:
    spelling = Spelling(session.dialect)
    where = spelling.equal("source", "stream")
    of = (source.name, stream.name)
    live, dead = session.all(
        "SELECT coalesce(sum(CASE WHEN deleted_at IS NULL THEN 1 ELSE 0 END), 0), "
        "coalesce(sum(CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END), 0) "
        f'FROM "{stream.shape.table.__tablename__}" WHERE {spelling.equal("source")}',
        of[:1],
    )[0]
    parts, unfinished, watermark = session.all(
        "SELECT count(*), coalesce(sum(CASE WHEN unfinished THEN 1 ELSE 0 END), 0), "
        f"max(watermark) FROM sync_watermarks WHERE {where}",
        of,
    )[0]
    (rejects,) = session.all(f"SELECT count(*) FROM sync_rejects WHERE {where}", of)[0]
    (success,) = session.all(
        f"SELECT max(finished_at) FROM sync_stream_runs WHERE {where} AND outcome = 'ok'", of
    )[0]
    outcome = session.all(
        f"SELECT outcome, error FROM sync_stream_runs WHERE {where} ORDER BY run_id DESC LIMIT 1",
        of,
    )
    return {
        "source": source.name,
        "stream": stream.name,
        "rows": live,
        "tombstones": dead,
        "rejects": rejects,
        "last_outcome": outcome[0][0] if outcome else None,
        "last_success": times.shown(success),
        "age_seconds": _age(success),
        "watermark": times.shown(watermark),
        "parts": parts,
        "unfinished_parts": unfinished,
        "restricted_to": list(source.parts) if stream.parts or source.parts else [],
        "error": outcome[0][1] if outcome else None,
    }


def rejects(session: Session, source: str | None, stream: str | None) -> Rows:
    """List what was set aside, without the records themselves."""
    wanted = {n: v for n, v in (("source", source), ("stream", stream)) if v}
    where = Spelling(session.dialect).equal(*wanted) or "1 = 1"
    return _rows(
        session,
        "SELECT id, source, stream, part, record_key, reason, run_id, rejected_at "
        f"FROM sync_rejects WHERE {where} ORDER BY id",
        list(wanted.values()),
    )


def reject(session: Session, number: int) -> dict[str, Any]:
    """Give one record that was set aside, whole. Raises ConfigurationError."""
    where = Spelling(session.dialect).equal("id")
    rows = _rows(session, f"SELECT * FROM sync_rejects WHERE {where}", [number])
    if not rows:
        raise ConfigurationError(f"no reject {number}; see: annomirror rejects list")
    return rows[0]


@contextmanager
def query(session: Session, sql: str) -> Iterator[Found]:
    """Run a query of the user's over a connection that can only read.

    Raises ConfigurationError for SQL the database does not take.
    """
    if session.dialect == POSTGRES:
        _refuse_acting(session, sql)
    try:
        with session.streamed(sql) as (names, rows):
            if names is None:
                raise ConfigurationError("the query gives no rows; only questions can be asked")
            yield Found(names, (tuple(map(_shown, row)) for row in rows))
    except MirrorError as error:
        said = str(error).replace("the mirror failed", "the query failed", 1)
        raise ConfigurationError(said) from error


def _refuse_acting(session: Session, sql: str) -> None:
    """Refuse functions that act: a transaction that only reads lets them end other sessions.

    Whatever the text names counts, quoted or not: to tell a call from a word, one would have to
    read SQL as the server does. Raises ConfigurationError.
    """
    words = _words(sql)
    words |= _in_views(session, words)
    acting = {name for (name,) in session.all(_VOLATILE, (sorted(words),))} - HARMLESS
    if re.search(r'U&\s*"', sql, re.IGNORECASE):
        acting.add('U&"…"')
    if acting:
        raise ConfigurationError(
            f"the query names {', '.join(sorted(acting))}, which can do more than read; only "
            "questions can be asked (a function of your own is to be declared STABLE)"
        )


def _words(sql: str) -> set[str]:
    said = _WORD.findall(sql)
    quoted = (name.replace('""', '"') for name in _QUOTED.findall(sql))
    return {*said, *(word.lower() for word in said), *quoted}


def _in_views(session: Session, words: set[str]) -> set[str]:
    """Give what is named in the views that are named, and in those that they are made of."""
    seen: dict[int, set[str]] = {}
    while new := {
        n: _words(text) for n, text in session.all(_VIEWS, (sorted(words),)) if n not in seen
    }:
        seen |= new
        words = set[str]().union(*new.values())
    return set[str]().union(*seen.values())


def _shown(value: Any) -> Any:
    """Show a value the same way whichever database it comes from: Postgres sums up to decimals."""
    if not isinstance(value, Decimal):
        return times.shown(value)
    whole = value.is_finite() and value == value.to_integral_value()
    return int(value) if whole else float(value)


def _rows(session: Session, sql: str, values: Sequence[Any] = ()) -> Rows:
    names, rows = session.named(sql, values)
    return [dict(zip(names, map(times.shown, row), strict=True)) for row in rows]


def _age(moment: Any) -> int | None:
    if moment is None:
        return None
    then = datetime.fromisoformat(str(moment))
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return round((datetime.now(UTC) - then).total_seconds())
