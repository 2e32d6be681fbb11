"""Compares one stream with its source, part by part, and mends what differs.

Whatever seems wrong is read a second time, and counts only if it is still wrong in the same way: so
what is being written meanwhile, here or there, accuses nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from etl.database import Session
from etl.differences import Comparison, Difference, Kind, Stray
from etl.errors import AnnomirrorError, DifferentError, Outcome, RefusedError, SourceError
from etl.inspection import Inspection, Inspector, Mend
from etl.job import Job
from etl.ledger import StreamReport
from etl.load import Loader
from etl.mend import Mender
from etl.parts import summed
from etl.stream import Part, Stream
from etl.transform import Entry, Plan

Row = tuple[Any, ...]


@dataclass
class Verdict(StreamReport):
    """How one stream compares: of so many live `records`, which rows differ.

    `mended` of them were put right; `counts` tells what that wrote, and what was read.
    """

    records: int = 0
    found: dict[Row, Difference] = field(default_factory=dict)
    mended: int = 0

    @property
    def differences(self) -> list[Difference]:
        """List what differs."""
        return [*self.found.values()]

    def conclude(self) -> None:
        """Say that what differs was not mended, if that is all there is to say."""
        left = len(self.found) - self.mended
        if left and self.outcome in (Outcome.OK, Outcome.PARTIAL):
            self.outcome = Outcome.DIFFERENT
            self.exit_code = DifferentError.exit_code


@dataclass
class Compared:
    """What the streams of a source that were compared say about those that lie in them."""

    tables: set[str] = field(default_factory=set)
    absent: dict[tuple[str, str], Kind] = field(default_factory=dict)

    def note(self, table: str, verdict: Verdict) -> None:
        """Remember which records of a stream are missing or extra."""
        if verdict.error is None:
            self.tables.add(table)
        for one in verdict.differences:
            if one.table == table and not one.fields:
                self.absent[table, str(one.root)] = one.kind

    def expects(self, table: str, key: object) -> bool:
        """Tell whether a record that the mirror lacks should be in it, for all that is known."""
        return table not in self.tables or self.absent.get((table, str(key))) is Kind.MISSING

    def lacks(self, table: str, key: object) -> bool:
        """Tell whether a record of the mirror is not there at the source."""
        return self.absent.get((table, str(key))) is Kind.EXTRA


class Check:
    """One stream of a job being compared; in the run `run_id`, what differs is mended."""

    def __init__(
        self, job: Job, stream: Stream, session: Session, above: Compared, run_id: int | None
    ) -> None:
        self._source, self._stream, self._above = job.source, stream, above
        plan = Plan(stream, job.source.name, ZoneInfo(job.source.server_timezone))
        self._table = str(plan.root.table.__tablename__)
        self._loader = Loader(session, plan, run_id or 0)
        self._comparison = Comparison(session, plan)
        self._inspector = Inspector(job, plan, self._loader, self._comparison)
        most = 1.0 if job.allow_mass_delete else job.source.max_delete_share
        self._mender = Mender(session, plan, most) if run_id is not None else None
        self.verdict = Verdict(job.source.name, stream.name)
        self._seen = set[Any]()
        self._whole = set[str]()  # the parts of which everything was compared
        self._failures = dict[Part, AnnomirrorError]()

    def compare(self, *, deep: bool) -> None:
        """Compare every part. Raises what stops the source."""
        held = self._loader.parts()
        parts = [part for part in held if self._wanted(part)]
        for part in parts:
            self._tried(part, deep=deep)
        for part in () if deep else self._doubtful(parts):
            self._tried(part, deep=True)
        self._judge_strays({part.key for part in held}, whole=len(self._whole) == len(parts))
        self.verdict.records = self._comparison.count()
        if self._failures:
            self.verdict.outcome, self.verdict.error = summed(self._failures, len(parts))

    def _wanted(self, part: Part) -> bool:
        """Leave out a part that is not there at the source: its parent is named already."""
        above = self._stream.parts
        gone = above and self._above.lacks(str(above.table.__tablename__), part.key)
        return self._source.wants(part) and not gone

    def _tried(self, part: Part, *, deep: bool) -> None:
        """Compare a part; one that cannot be read, or not be mended, does not stop the next."""
        try:
            self._part(part, deep=deep)
        except SourceError as error:
            if error.stops_source:
                raise
            self._failures[part] = error
        except RefusedError as error:
            self._failures[part] = error
        else:
            self._whole |= {part.key} if deep else set()

    def _part(self, part: Part, *, deep: bool) -> None:
        """Read a part, and again if anything seems wrong."""
        first = self._look(part, deep=deep)
        self.verdict.counts.read += first.read
        self.verdict.counts.rejected += first.rejected
        suspected = first.everything
        if not suspected:
            return
        mend = partial(self._mend, suspected) if self._mender else None
        second = self._look(part, deep=deep, mend=mend)
        found = {r: one for r, one in second.everything.items() if one.confirms(suspected.get(r))}
        self.verdict.found |= found
        if self._mender:
            self.verdict.mended += len(found.keys() & second.found.keys())
            unlisted = [one for row, one in found.items() if row not in second.found]
            self._bury(part, unlisted)

    def _look(self, part: Part, *, deep: bool, mend: Mend | None = None) -> Inspection:
        found = self._inspector.inspect(part, deep=deep, mend=mend)
        self._seen |= found.seen
        return found

    def _mend(
        self,
        suspected: Mapping[Row, Difference],
        entries: Sequence[Entry],
        found: Sequence[Difference],
    ) -> None:
        roots = {one.root for one in found if one.confirms(suspected.get(one.row))}
        chosen = [entry for entry in entries if entry.key in roots]
        if self._mender and chosen:
            self.verdict.counts.add(self._mender.write(chosen))

    def _bury(self, part: Part, unlisted: Sequence[Difference]) -> None:
        if self._mender and unlisted:
            self.verdict.counts.add(self._mender.bury(part, unlisted))
            self.verdict.mended += len(unlisted)

    def _strays(self) -> Iterator[Stray]:
        """List rows that lie in nothing and were not seen, for all that is known of their record.

        What lies in a record that is missing here is to be there, as that is.
        """
        differences = self.verdict.differences
        there = self._seen | {one.root for one in differences if one.kind is Kind.MISSING}
        for stray in self._comparison.strays():
            table, key = stray.inside
            expected = key in there if table == self._table else self._above.expects(table, key)
            if not expected and stray.row.root not in there:
                yield stray

    def _doubtful(self, parts: Sequence[Part]) -> list[Part]:
        """Choose the parts in which something lies in nothing: of those, numbers say too little."""
        places = {stray.part for stray in self._strays()}
        return [part for part in parts if None in places or part.key in map(str, places)]

    def _judge_strays(self, held: AbstractSet[str], *, whole: bool) -> None:
        """Name what lies in records that are neither here nor there, where all was compared."""
        split = self._stream.parts

        def proven(stray: Stray) -> bool:
            key = str(stray.part)
            if split is None or stray.part is None:
                return whole
            gone = not self._above.expects(str(split.table.__tablename__), key)
            return key in self._whole or (key not in held and gone)

        strays = {one.row.row: one.row for one in self._strays() if proven(one)}
        self.verdict.found |= strays
        if self._mender and strays:
            try:
                self.verdict.counts.add(self._mender.bury_strays([*strays.values()]))
                self.verdict.mended += len(strays)
            except RefusedError as error:
                self._failures[Part("")] = error
