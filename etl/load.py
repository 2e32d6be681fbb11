"""Writes pages into the mirror: rows, rejects, tombstones and watermark in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from etl import statements, times
from etl.database import Session
from etl.merge import Counts, Merge
from etl.statements import Dialect
from etl.stream import Identity, Known, Page, Part, Position, Source, Start, Touched
from etl.tables import MOMENT_FORMAT
from etl.transform import Batch, Plan, Reject


class Loader:
    """Loads one stream of one source over one connection."""

    def __init__(self, session: Session, plan: Plan, run_id: int) -> None:
        self._session, self._plan, self._run_id = session, plan, run_id
        self._dialect = Dialect(session.dialect)
        self._merge = Merge(session, plan)
        self._where = (plan.source, plan.stream.name)
        self._rejected = self._rejected_keys()
        self._positions: dict[str, Position] = {}
        self._since: dict[str, str | None] = {}
        self._met: set[str] = set()

    def parts(self) -> list[Part]:
        """List the parts the stream is walked in: one that is the whole, if it has none."""
        split = self._plan.stream.parts
        if split is None:
            return [Part("")]
        sql = statements.live_parts(split.table, split.title, self._dialect)
        rows = self._session.all(sql, (self._plan.source,))
        return [Part(str(key), str(title or "")) for key, title in rows]

    def start(
        self, source: Source, part: Part, *, full: bool = False, identity: Identity | None = None
    ) -> Start:
        """Tell a walk where it begins; a full one forgets what came before."""
        position = self._positions[part.key] = self._position(part)
        position = Position() if full else position
        mark = position.watermark
        since = times.earlier(mark, source.lookback) if mark else None
        known = self._known(part, since)
        self._since[part.key] = "" if _unfinished(position) else since
        return Start(
            source=source,
            part=part,
            position=position,
            since=since,
            known=known,
            touched=self._touched(position),
            identity=identity or Start.identity,
        )

    def commit(self, part: Part, page: Page, batch: Batch) -> Counts:
        """Write a page, all of it or nothing."""
        remembered = set(self._rejected), set(self._met), dict(self._positions)
        try:
            with self._session.transaction():
                return self._write(part, page, batch, times.now())
        except BaseException:
            self._rejected, self._met, self._positions = remembered
            raise

    def _write(self, part: Part, page: Page, batch: Batch, stamp: str) -> Counts:
        counts = self._merge.entries(batch.entries, stamp)
        counts.read, counts.rejected = len(page.records), len(batch.rejects)
        if page.complete and not batch.rejects:
            counts.deleted += self._merge.bury_unlisted(page.complete, stamp)
        self._release({str(entry.key) for entry in batch.entries})
        self._set_aside(part, batch.rejects, stamp)
        if page.last and self._rejected:
            self._release(self._repaired(part))
        self._remember(part, page.position, stamp)
        return counts

    def _position(self, part: Part) -> Position:
        mark = self._dialect.mark
        rows = self._session.all(
            "SELECT watermark, state FROM sync_watermarks "
            f"WHERE source = {mark} AND stream = {mark} AND part = {mark}",
            (*self._where, part.key),
        )
        if not rows:
            return Position()
        watermark, state = rows[0]
        return Position(_text(watermark), json.loads(state) if state else None)

    def _known(self, part: Part, since: str | None) -> Known:
        spec = self._plan.stream.digest
        if spec is None:
            return Known()
        split = self._plan.stream.parts
        sql = statements.digest(spec, split.column if split else None, since, self._dialect)
        values: list[Any] = [self._plan.source]
        values += [int(part.key)] if split else []
        values += [since] if since else []
        count, newest, *sums = self._session.all(sql, values)[0]
        return Known(count, _text(newest), tuple(map(int, sums)))

    def _touched(self, position: Position) -> Touched:
        """Tell which rows behind the stream's gate changed since its last walk."""
        gate = self._plan.stream.gate
        if gate is None:
            return Touched()
        ((now,),) = self._session.all(
            statements.newest_stamp(gate.table, self._dialect), (self._plan.source,)
        )
        before = (position.state or {}).get("gate")
        if before is None:
            return Touched(_text(now))
        sql = statements.touched(gate, self._plan.root.table, self._dialect)
        rows = self._session.all(sql, (self._plan.source, before))
        found: dict[int, list[int]] = {}
        for there, here in rows:
            found.setdefault(there, []).extend([] if here is None else [here])
        return Touched(_text(now), {there: tuple(ids) for there, ids in found.items()})

    def _remember(self, part: Part, position: Position | None, stamp: str) -> None:
        """Store how far the part is mirrored; where nothing moved, nothing is written."""
        if position is None or position == self._positions.get(part.key):
            return
        names = ("source", "stream", "part", "watermark", "state", "run_id", "updated_at")
        state = None if position.state is None else json.dumps(position.state)
        values = (*self._where, part.key, position.watermark, state, self._run_id, stamp)
        self._session.run(self._upsert("sync_watermarks", names, names[:3]), values)
        self._positions[part.key] = position

    def _rejected_keys(self) -> set[str]:
        mark = self._dialect.mark
        rows = self._session.all(
            f"SELECT record_key FROM sync_rejects WHERE source = {mark} AND stream = {mark}",
            self._where,
        )
        return {row[0] for row in rows}

    def _set_aside(self, part: Part, rejects: Sequence[Reject], stamp: str) -> None:
        """Keep rejects; one that is there already, for the same reason, is not written again."""
        names = ("source", "stream", "part", "record_key", "reason", "payload")
        stamped = (*names, "first_run_id", "run_id", "rejected_at")
        sql = self._upsert("sync_rejects", stamped, names[:2] + names[3:4], keep=("first_run_id",))
        sql += " WHERE sync_rejects.payload <> excluded.payload"
        sql += " OR sync_rejects.reason <> excluded.reason"
        run = (self._run_id, self._run_id, stamp)
        self._session.many(
            sql, [(*self._where, part.key, r.key, r.reason, r.payload, *run) for r in rejects]
        )
        self._rejected.update(reject.key for reject in rejects)
        self._met.update(reject.key for reject in rejects)

    def _repaired(self, part: Part) -> set[str]:
        """Give the rejects that a whole walk would have met again, and did not.

        A reject without a usable id cannot be known again by its key once it is repaired.
        """
        since = self._since.get(part.key, "")
        if since == "":
            return set()  # the walk went on in the middle
        mark = self._dialect.mark
        rows = self._session.all(
            "SELECT record_key, payload FROM sync_rejects "
            f"WHERE source = {mark} AND stream = {mark} AND part = {mark}",
            (*self._where, part.key),
        )
        return {key for key, payload in rows if key not in self._met and _within(payload, since)}

    def _release(self, keys: set[str]) -> None:
        """Take records out of the quarantine that have landed since."""
        landed = keys & self._rejected
        mark = self._dialect.mark
        self._session.many(
            "DELETE FROM sync_rejects "
            f"WHERE source = {mark} AND stream = {mark} AND record_key = {mark}",
            [(*self._where, key) for key in landed],
        )
        self._rejected.difference_update(landed)

    def _upsert(
        self, table: str, names: Sequence[str], keys: Sequence[str], keep: Sequence[str] = ()
    ) -> str:
        changes = [f"{n} = excluded.{n}" for n in names if n not in keys and n not in keep]
        marks = ", ".join([self._dialect.mark] * len(names))
        return (
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) "
            f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
        )


def _unfinished(position: Position) -> bool:
    state = position.state
    return isinstance(state, dict) and not {"after", "walk"}.isdisjoint(state)


def _within(payload: str, since: str | None) -> bool:
    """Tell whether a walk of what was written since a time would have brought the record."""
    if since is None:
        return True
    try:
        written = times.utc(json.loads(payload)["updated_at"])
    except (ValueError, TypeError, KeyError):
        return False
    return written is not None and written >= since


def _text(moment: Any) -> str | None:
    """Give a time as text, whichever way the database hands it out."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime(MOMENT_FORMAT)
    return moment if moment is None else str(moment)
