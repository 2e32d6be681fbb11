"""Reads one part of a stream at its source and compares it with the mirror, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from msgspec.structs import replace

from etl import extract, times
from etl.comparison import Comparison
from etl.difference import Difference, Kind
from etl.job import Job
from etl.layout import part_key
from etl.load import Loader, names_all
from etl.paging import record_id
from etl.source import Part
from etl.stream import Deletion
from etl.transform import Batch, Entry, Plan
from etl.walk import Complete, Page, Position, Start

Place = tuple[Any, ...]
Write = Callable[[Sequence[Entry], Sequence[Difference]], None]


@dataclass
class Inspection:
    """What one reading of a part came to; `unlisted` are the records that are not at the source.

    Differences are kept by their place: the row, and the record it lies in. `doubtful` tells that a
    listing is what somebody else would be shown too. `written` tells of records that differ when
    they were written, by their own account, and `watermark` the server's newest such time before
    the first of them was read.
    """

    found: dict[Place, Difference] = field(default_factory=dict)
    unlisted: dict[Place, Difference] = field(default_factory=dict)
    doubtful: bool = False
    seen: set[Any] = field(default_factory=set)
    read: int = 0
    rejected: int = 0
    announced: int | None = None
    ended: bool = False
    written: dict[Any, str | None] = field(default_factory=dict)
    watermark: str | None = None

    def settle(self) -> None:
        """Leave out what moved from one page to another, or went after it was read."""
        there = self.unlisted.items()
        self.unlisted = {place: one for place, one in there if one.root not in self.seen}

    @property
    def everything(self) -> dict[Place, Difference]:
        """Give all that was found."""
        return self.found | self.unlisted

    def is_late(self, root: object) -> bool:
        """Tell whether a record was written after the reading began; or in the future."""
        at, mark = self.written.get(root), self.watermark
        return bool(mark and at and at > mark)

    def confirms(self, before: Inspection, place: Place) -> bool:
        """Tell whether this reading finds what the one before it found in a place.

        What was written during one of them may be right by now. What both times is later than when
        the reading began was not: it is stamped in the future.
        """
        one, other = self.everything[place], before.everything.get(place)
        return one.confirms(other) and self.is_late(one.root) == before.is_late(one.root)


class Inspector:
    """Inspects the parts of one stream: by digests first where it has any, or `deep`."""

    def __init__(self, job: Job, plan: Plan, loader: Loader, comparison: Comparison) -> None:
        self._job, self._plan, self._loader = job, plan, loader
        self._comparison = comparison
        digest, shape = plan.stream.digest, plan.stream.shape
        stamped = digest is not None and digest.table is shape.table
        self._stamp = plan.root.columns.index(digest.by) if digest and stamped else None

    def inspect(self, part: Part, *, deep: bool, write: Write | None = None) -> Inspection:
        """Read a part. What differs on a page is handed to `write` before the next one is read.

        Raises SourceError, ConfigurationError, MirrorError.
        """
        check = None if deep else self._plan.stream.check
        start = self._start(part, full=check is None)
        inspection = Inspection(watermark=start.position.watermark)
        walk = check(start) if check else self._plan.stream.walk(start)
        asked = partial(self._loader.held, part), partial(self._loader.tally, part)
        concurrency = self._job.source.concurrency
        for page in extract.pages(walk, self._job.sender, concurrency, *asked):
            self._compare(page, inspection, write)
        inspection.settle()
        if deep and self._plan.stream.deletion is Deletion.COUNTS:
            self._count(start, inspection)
        return inspection

    def _start(self, part: Part, *, full: bool) -> Start:
        """Begin where a run would; but after one that was cut, with what it was to read."""
        job = self._job
        start = self._loader.start(job.source, part, full=full, identity=job.identity)
        mark = start.position.watermark
        if not start.position.unfinished:
            return start
        since = times.earlier(mark, job.source.lookback) if mark else None
        return replace(start, position=Position(mark), since=since)

    def _compare(self, page: Page, inspection: Inspection, write: Write | None) -> None:
        batch = self._plan.transform(page.records)
        found = list(self._comparison.records(batch.entries, known_only=page.known_only))
        self._note(page, batch, found, inspection)
        if page.complete and names_all(page.complete, batch):
            gone = self._comparison.unlisted(page.complete)
            inspection.unlisted |= {one.place: one for one in gone}
            inspection.doubtful |= page.complete.doubtful
        if write and found:
            write(batch.entries, found)

    def _note(
        self, page: Page, batch: Batch, found: Sequence[Difference], inspection: Inspection
    ) -> None:
        inspection.read += len(page.records)
        inspection.rejected += len(batch.rejects) + len(page.unreadable)
        inspection.ended |= page.last
        inspection.seen.update(entry.key for entry in batch.entries)
        # One without an id might be any.
        inspection.seen.update(map(record_id, page.records) if batch.rejects else ())
        inspection.seen.update(u.id if isinstance(u.id, int) else None for u in page.unreadable)
        if inspection.announced is None:
            inspection.announced = page.total
        if page.position is not None:
            marks = (inspection.watermark, page.position.watermark)
            inspection.watermark = max(filter(None, marks), default=None)
        inspection.found |= {one.place: one for one in found}
        if self._stamp is not None:
            roots = {one.root for one in found}
            at = self._stamp
            inspection.written |= {e.key: e.row[at] for e in batch.entries if e.key in roots}

    def _count(self, start: Start, inspection: Inspection) -> None:
        """Conclude from a whole reading what is not there, where the walk leaves that to a proof.

        What went while it was read is no fault of the mirror's: it held no more than there was.
        """
        parts = self._plan.stream.parts
        if not parts or not inspection.ended or None in inspection.seen:
            return
        table = str(self._plan.root.table.__tablename__)
        found = inspection.found.values()
        missing = sum(one.kind is Kind.MISSING and one.table == table for one in found)
        if start.known.count + missing <= (inspection.announced or 0) and not inspection.rejected:
            return
        key = part_key(parts, start.part)
        everything = Complete(parts.column, [key], frozenset(inspection.seen))
        gone = self._comparison.unlisted(everything)
        inspection.unlisted = {one.place: one for one in gone}
