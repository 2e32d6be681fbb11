"""The records of a stream that could not be normalised: set aside, and released again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from etl import times
from etl.database import Session
from etl.layout import specs
from etl.reject import Reject, is_unreadable, record_key
from etl.source import Part
from etl.statements import Spelling
from etl.stream import Stream
from etl.tables import Rejected
from etl.transform import Batch, Entry, Plan
from etl.walk import Complete, Known, Page, Span

TABLE = Rejected.__tablename__
COLUMNS = (
    "source",
    "stream",
    "part",
    "record_key",
    "reason",
    "payload",
    "first_run_id",
    "run_id",
    "rejected_at",
)
KEYS = ("source", "stream", "record_key")


class Quarantine:
    """What one stream of one source has set aside.

    What it remembers changes with `settle`, once the transaction of `update` is committed.
    """

    def __init__(self, session: Session, plan: Plan, run_id: int) -> None:
        self._session, self._run_id = session, run_id
        self._of = (plan.source, plan.stream.name)
        self._table = plan.root.table.__tablename__
        self._changed_at = _changed_at(plan.stream)
        self._spelling = Spelling(session.dialect)
        self._covered: dict[str, str | None] = {}
        self._held = self._keys()
        self._met: frozenset[str] = frozenset()
        self._next = self._held, self._met

    def cover(self, part: Part, since: str | None) -> None:
        """Note that a walk begins which brings all of a part, or all written since a time."""
        self._covered[part.key] = since

    def update(self, part: Part, page: Page, batch: Batch, stamp: str) -> None:
        """Set a page's rejects aside; release what landed, or was not met by a whole walk."""
        held, met = self._held, self._met
        if held:
            held -= self._release(held & _landed(batch.entries))
        if batch.rejects:
            self._set_aside(part, batch.rejects, stamp)
            rejected = {reject.key for reject in batch.rejects}
            held, met = held | rejected, met | rejected
        if page.complete and page.complete.column == "id" and held:
            held -= self._release(held & _unlisted(page.complete))
        if page.readable and held:
            held -= self._release(held & set(page.readable))
        if page.last and held:
            held -= self._release(self._repaired(part, met))
        self._next = held, met

    def unreadable(self, part: Part) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """List the ids of records that the source could not give, and the places of others."""
        if not self._held:
            return (), ()
        where = self._spelling.equal("source", "stream", "part")
        sql = f"SELECT record_key, reason FROM {TABLE} WHERE {where}"
        rows = self._session.all(sql, (*self._of, part.key))
        keys = sorted(key for key, why in rows if is_unreadable(why))
        ids = sorted(int(key) for key in keys if _is_id(key))
        return tuple(ids), tuple(key for key in keys if not _is_id(key))

    def settle(self) -> None:
        """Remember the last update, which is committed now."""
        self._held, self._met = self._next

    def digest(self, part: Part, span: Span, sums: Sequence[str]) -> Known:
        """Count what the server counts too and no row stands for: records, and sums of fields.

        A record without a usable id is in no span but that of everything.
        """
        counted = [_numbers(text, sums) for key, text in self._aside(part) if _lies_in(key, span)]
        nothing = (0,) * len(sums)
        return Known(len(counted), None, tuple(map(sum, zip(*counted, strict=True))) or nothing)

    def held(self, part: Part, span: Span) -> list[int]:
        """List the ids of the records set aside that no row stands for."""
        return [int(key) for key, _ in self._aside(part) if _is_id(key) and _lies_in(key, span)]

    def _aside(self, part: Part) -> Sequence[tuple[str, str]]:
        if not self._held:
            return []
        where = self._spelling.equal("source", "stream", "part")
        return self._session.all(
            f"SELECT record_key, payload FROM {TABLE} WHERE {where} AND NOT EXISTS (SELECT 1 FROM "
            f'"{self._table}" t WHERE t.source = {TABLE}.source AND t.deleted_at IS NULL '
            f"AND CAST(t.id AS TEXT) = {TABLE}.record_key)",
            (*self._of, part.key),
        )

    def _keys(self) -> frozenset[str]:
        where = self._spelling.equal("source", "stream")
        rows = self._session.all(f"SELECT record_key FROM {TABLE} WHERE {where}", self._of)
        return frozenset(row[0] for row in rows)

    def _set_aside(self, part: Part, rejects: Sequence[Reject], stamp: str) -> None:
        """Keep rejects; one that is there already, for the same reason, is not written again."""
        upsert = self._spelling.upsert(TABLE, COLUMNS, KEYS, ["first_run_id"])
        changed = f"{TABLE}.payload <> excluded.payload OR {TABLE}.reason <> excluded.reason"
        run = (self._run_id, self._run_id, stamp)
        self._session.many(
            f"{upsert} WHERE {changed}",
            [(*self._of, part.key, r.key, r.reason, r.payload, *run) for r in rejects],
        )

    def _repaired(self, part: Part, met: frozenset[str]) -> set[str]:
        """Give the rejects that a walk would have met again if they were as they had been.

        A reject without a usable id cannot be known again by its key once it is repaired.
        """
        if part.key not in self._covered:
            return set()  # the walk went on in the middle
        since = self._covered[part.key]
        where = self._spelling.equal("source", "stream", "part")
        rows = self._session.all(
            f"SELECT record_key, payload FROM {TABLE} WHERE {where}", (*self._of, part.key)
        )
        return {
            key
            for key, payload in rows
            if key not in met and (since is None or self._written_since(payload, since))
        }

    def _written_since(self, payload: str, since: str) -> bool:
        try:
            written = times.utc(json.loads(payload)[self._changed_at])
        except (ValueError, TypeError, LookupError):
            return False
        return written is not None and written >= since

    def _release(self, keys: frozenset[str] | set[str]) -> frozenset[str] | set[str]:
        self._session.many(
            f"DELETE FROM {TABLE} WHERE {self._spelling.equal(*KEYS)}",
            [(*self._of, key) for key in keys],
        )
        return keys


def _is_id(key: str) -> bool:
    return key.isascii() and key.isdecimal()


def _lies_in(key: str, span: Span) -> bool:
    if not _is_id(key):
        return span == Span(listed=span.listed)
    return span.above < int(key) and (span.upto is None or int(key) <= span.upto)


def _numbers(payload: str, fields: Sequence[str]) -> tuple[int, ...]:
    """Take whole numbers out of a record that may be anything."""
    try:
        record = json.loads(payload)
    except ValueError:
        record = None
    found = record if isinstance(record, dict) else {}
    return tuple(v if type(v := found.get(name)) is int else 0 for name in fields)


def _changed_at(stream: Stream) -> str | None:
    """Name the field that says when a record was written last, where a walk goes by it."""
    if stream.digest is None:
        return None
    by = stream.digest.by
    return specs(stream.digest.table)[by].api or by


def _unlisted(complete: Complete) -> set[str]:
    """Give the keys of records that a listing by id shows to be gone."""
    return set(map(record_key, complete.values)) - set(map(record_key, complete.ids))


def _landed(entries: Iterable[Entry]) -> set[str]:
    return {record_key(entry.key) for entry in entries}
