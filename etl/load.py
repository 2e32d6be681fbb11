"""Writes pages into the mirror: rows, rejects, tombstones and watermark in one transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from etl import failpoints, holdings, times
from etl.cadence import Cadence
from etl.database import Session
from etl.digests import Digests
from etl.errors import MirrorError
from etl.merge import Counts, Merge
from etl.positions import Positions
from etl.quarantine import Quarantine
from etl.reject import record_key, unreadable
from etl.source import Part, Source
from etl.stamps import Stamps
from etl.statements import Spelling
from etl.stream import Parts
from etl.transform import Batch, Plan
from etl.walk import (
    Complete,
    Gone,
    Held,
    Identity,
    Inside,
    Known,
    Page,
    Position,
    Span,
    Start,
    Tally,
    Touched,
)


class Loader:
    """Loads one stream of one source over one connection.

    A page that would bury more than `most_deleted` of what it speaks about is refused.
    """

    def __init__(
        self, session: Session, plan: Plan, run_id: int, *, most_deleted: float = 1.0
    ) -> None:
        self._session, self._plan, self._run_id = session, plan, run_id
        self._spelling = Spelling(session.dialect)
        self._merge = Merge(session, plan, most_deleted)
        self._quarantine = Quarantine(session, plan, run_id)
        self._digests = Digests(session, plan.stream, plan.source)
        self._cadence = Cadence(session, plan, run_id)
        self._stamps = Stamps(session, plan)
        self._positions = Positions(session, plan.source, plan.stream.name, run_id)

    def parts(self) -> list[Part]:
        """List the parts the stream is walked in: one that is the whole, if it has none."""
        split = self._plan.stream.parts
        if split is None:
            return [Part("")]
        sql = holdings.live_parts(split.table, split.title, self._spelling)
        rows = self._session.all(sql, (self._plan.source,))
        return [Part(str(key), str(title or "")) for key, title in rows]

    def is_due(self, part: Part, every: timedelta) -> bool:
        """Tell whether a part was last read whole longer ago than that."""
        return self._cadence.is_due(part, self._positions.get(part), every)

    def start(
        self, source: Source, part: Part, *, full: bool = False, identity: Identity | None = None
    ) -> Start:
        """Tell a walk where it begins; a full one forgets what came before.

        That is the lookback before the watermark, or the watermark itself where the last walk has
        noted in its state that it is `settled`: nothing can come late any more.
        """
        stored = position = self._stored(part, full=full)
        self._cadence.begin(part, position, full=full)
        if full:
            position = Position()
            self._digests.count_anew(part)
        mark, lost = position.watermark, self._quarantine.unreadable(part)
        settled = isinstance(position.state, dict) and position.state.get("settled")
        since = times.earlier(mark, source.lookback) if mark and not settled else mark
        if not position.unfinished:
            self._quarantine.cover(part, since)
        return Start(
            source=source,
            part=part,
            position=position,
            first=stored == Position(),
            since=since,
            known=self._known(part),
            touched=self._touched(position),
            unreadable=lost[0],
            places=lost[1],
            identity=identity or Identity("", "", ""),
        )

    def commit(self, part: Part, page: Page, batch: Batch) -> Counts:
        """Write a page, all of it or nothing. Raises RefusedError, MirrorError."""
        stamp = self._stamps.next()
        batch.rejects += map(unreadable, page.unreadable)
        with self._session.transaction():
            for gone in page.gone:
                self._merge.guard.refuse_too_many(self._counted(part, gone))
            if page.thorough:
                counts = self._merge.mend(batch.entries, stamp)
            else:
                counts = self._merge.entries(batch.entries, stamp, known_only=page.known_only)
            counts.read, counts.rejected = len(page.records), len(batch.rejects)
            if page.complete and names_all(page.complete, batch):
                counts.deleted += self._merge.bury_unlisted(page.complete, stamp)
            if self._merge.moved:
                self._digests.forget_all()
            elif counts.inserted or counts.updated or counts.deleted:
                self._digests.forget(part)
            self._quarantine.update(part, page, batch, stamp)
            failpoints.reach("mid_transaction")
            if page.position is not None:
                self._positions.store(part, page.position, stamp)
            self._cadence.note(part, page, stamp)
        self._quarantine.settle()
        if page.position is not None:
            self._positions.note(part, page.position)
        return counts

    def _counted(self, part: Part, gone: Gone) -> Gone:
        """Count parts that are said to be gone: records may have said that they had more."""
        if not gone.parts:
            return gone
        here = self._digests.parts(part)
        return Gone(here - (gone.among - gone.count), here, gone.what)

    def _stored(self, part: Part, *, full: bool) -> Position:
        """Look up where the last walk ended; what makes no sense is no matter to a full one."""
        try:
            return self._positions.get(part)
        except MirrorError:
            if not full:
                raise
            return Position()

    def senseless(self, part: Part, error: Exception) -> MirrorError:
        """Say that nobody can make sense of where the last walk of a part ended."""
        return self._positions.senseless(part, error)

    def tally(self, part: Part, asked: Tally) -> dict[Any, int]:
        """Tell a proof how many live rows of a part have each value of a column."""
        return self._digests.tally(part, asked)

    def held(self, part: Part, span: Span) -> Held:
        """Tell a proof what the mirror holds of a span of ids."""
        spec, known = self._plan.stream.digest, self._known(part, span)
        if spec is None or not known.count:
            return Held(known)
        aside = self._quarantine.held(part, span)
        rows = known.count - len(aside)
        within, values = self._digests.chosen(part, span)
        every, half = (rows, 0) if span.listed else (1, rows // 2)
        found = self._session.all(holdings.ids(spec, within, every, half), values)
        ids = tuple(row[0] for row in found)
        if span.listed:
            return Held(known, ids=(*ids, *aside))
        odd = self._digests.odd(part) if span == Span() else ()
        return Held(known, ids[0] if ids else None, odd=odd)

    def bury_orphans(self) -> Counts:
        """Bury what lies in parts that are gone, and forget how far those were mirrored.

        Raises RefusedError.
        """
        counts, stream = Counts(), self._plan.stream
        for parent in (stream.parts, stream.within):
            if parent is None:
                continue
            of = (self._plan.source,)
            dead = self._session.all(holdings.dead(parent.table, self._spelling), of)
            if not dead:
                continue
            self._refuse_too_many_orphans(parent)
            with self._session.transaction():
                buried = self._bury_inside(parent)
                counts.deleted += buried
                if buried:
                    self._digests.forget_all()
                if parent is stream.parts and counts.deleted:
                    self._positions.forget(Part(str(row[0])) for row in dead)
        return counts

    def _refuse_too_many_orphans(self, parent: Parts | Inside) -> None:
        """Judge what goes with its parents as if a listing had shown it gone."""
        guard, of = self._merge.guard, (self._plan.source,)
        for layout in (self._plan.root, *self._plan.children):
            if layout.owner is None:
                lost = holdings.orphaned(layout.table, parent.column, parent.table, self._spelling)
                ((gone,),) = self._session.all(lost, of * 2)
                if gone:
                    what = f"rows of {layout.table.__tablename__}"
                    guard.refuse_too_many(Gone(gone, guard.live(layout), what))

    def _bury_inside(self, parent: Parts | Inside) -> int:
        """Bury what lies in tombstones of another table."""
        stamp, source = self._stamps.next(), self._plan.source
        of = (stamp, stamp, source, source)
        return sum(
            self._session.run(
                holdings.orphans(layout.table, parent.column, parent.table, self._spelling), of
            )
            for layout in (self._plan.root, *self._plan.children)
        )

    def keep_digest(self, part: Part) -> None:
        """Keep what a part was counted to hold, for runs that find it unchanged."""
        self._digests.keep(part)

    def _known(self, part: Part, span: Span | None = None) -> Known:
        spec = self._plan.stream.digest
        if spec is None:
            return Known()
        here = self._digests.within(part, span) if span else self._digests.of(part)
        aside = self._quarantine.digest(part, span or Span(), spec.sums)
        added = tuple(one + other for one, other in zip(here.sums, aside.sums, strict=True))
        return Known(here.count + aside.count, here.newest, added)

    def _touched(self, position: Position) -> Touched:
        """Tell which rows behind the stream's gate changed since its last walk."""
        gate = self._plan.stream.gate
        if gate is None:
            return Touched()
        ((now,),) = self._session.all(
            holdings.newest_stamp(gate.table, self._spelling), (self._plan.source,)
        )
        before = (position.state or {}).get("gate")
        if before is None:
            return Touched(times.shown(now))
        sql = holdings.touched(gate, self._plan.root.table, self._spelling)
        rows = self._session.all(sql, (self._plan.source, before))
        found: dict[int, list[int]] = {}
        for there, here in rows:
            found.setdefault(there, []).extend([] if here is None else [here])
        return Touched(times.shown(now), {there: tuple(ids) for there, ids in found.items()})


def names_all(complete: Complete, batch: Batch) -> bool:
    """Tell whether a listing names every record, those set aside as well: then it is complete."""
    if not batch.rejects:
        return True
    return {reject.key for reject in batch.rejects} <= set(map(record_key, complete.ids))
