"""Compares one stream with its source, part by part, and mends what differs.

Whatever seems wrong is read a second time, and is reported only if it is still wrong in the same
way: so what is written meanwhile, here or there, does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from etl.comparison import Comparison
from etl.database import Session
from etl.difference import Difference
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    DifferentError,
    Outcome,
    RefusedError,
    SourceError,
)
from etl.inspection import Inspection, Inspector, Write
from etl.job import Job
from etl.ledger import StreamReport
from etl.load import Loader
from etl.mend import Mender
from etl.parts import summed
from etl.source import Part
from etl.strays import Absences, Strays
from etl.stream import Stream
from etl.transform import Entry, Plan

Row = tuple[Any, ...]


@dataclass
class Verdict(StreamReport):
    """How one stream compares: of so many live `records`, which rows differ.

    Those `mended` were put right; `counts` tells what that wrote, and what was read.
    """

    records: int = 0
    found: dict[Row, Difference] = field(default_factory=dict)
    mended: set[Row] = field(default_factory=set)

    @property
    def differences(self) -> list[Difference]:
        """List what differs."""
        return [*self.found.values()]

    def name(self, one: Difference) -> None:
        """Name a row that differs; one that was moved is named once."""
        self.found[one.row] = one.joined(self.found.get(one.row))

    def conclude(self) -> None:
        """Say that what differs was not mended, if that is all there is to say."""
        left = self.found.keys() - self.mended
        if left and self.outcome in (Outcome.OK, Outcome.PARTIAL):
            self.outcome, self.exit_code = Outcome.DIFFERENT, DifferentError.exit_code


class Check:
    """One stream of a job being compared; in the run `run_id`, what differs is mended."""

    def __init__(
        self, job: Job, stream: Stream, session: Session, above: Absences, run_id: int | None
    ) -> None:
        self._source, self._stream, self._above = job.source, stream, above
        plan = Plan(stream, job.source.name, ZoneInfo(job.source.server_timezone))
        self._loader = Loader(session, plan, run_id or 0)
        self._comparison = Comparison(session, plan)
        self._inspector = Inspector(job, plan, self._loader, self._comparison)
        self._strays = Strays(self._comparison, plan, above)
        most = 1.0 if job.allow_mass_delete else job.source.max_delete_share
        self._mender = Mender(session, plan, most) if run_id is not None else None
        self.verdict = Verdict(job.source.name, stream.name)
        self._unlisted = dict[Part, tuple[Inspection, list[Difference]]]()
        self._seen = set[Any]()
        self._read = set[str]()  # the parts of which everything was compared
        self._failures = dict[Part, AnnomirrorError]()

    def compare(self, *, deep: bool) -> None:
        """Compare every part. Raises what stops the source, and ConfigurationError."""
        held = self._loader.parts()
        parts = {part.key: part for part in held if self._wanted(part)}
        if held and not any(map(self._source.wants, held)):
            raise ConfigurationError(
                f"{self._source.name}/{self._stream.name}: nothing was compared, for the mirror "
                f"holds none of what the source is restricted to; run: annomirror sync"
            )
        for part in parts.values():
            self._tried(part, deep=deep)
        for part in () if deep else self._doubtful(parts):
            self._tried(part, deep=True)
        self._judge_unlisted()
        self._judge_strays({part.key for part in held}, whole=parts.keys() <= self._read)
        self.verdict.records = self._comparison.count(parts.values())
        if self._failures:
            self.verdict.outcome, self.verdict.error = summed(self._failures, len(parts))

    def _wanted(self, part: Part) -> bool:
        """Leave out a part that is not there at the source: its parent is named already."""
        above = self._stream.parts
        gone = above and self._above.lacks(str(above.table.__tablename__), part.key)
        return self._source.wants(part) and not gone

    def _tried(self, part: Part, *, deep: bool) -> None:
        """Compare a part; one that cannot be read does not stop the next."""
        try:
            self._part(part, deep=deep)
        except SourceError as error:
            if error.stops_source:
                raise
            self._failures[part] = error
        except RefusedError as error:
            self._failures[part] = error
        else:
            self._read |= {part.key} if deep else set()

    def _part(self, part: Part, *, deep: bool) -> None:
        """Read a part, and again if anything seems wrong."""
        first = self._look(part, deep=deep)
        self.verdict.counts.read += first.read
        self.verdict.counts.rejected += first.rejected
        if not first.everything:
            return
        write = partial(self._write, first) if self._may_mend(part, first) else None
        second = self._look(part, deep=deep, write=write)
        confirmed = {p: d for p, d in second.everything.items() if second.confirms(first, p)}
        for place, one in confirmed.items():
            if place in second.found:
                self.verdict.name(one)
                self.verdict.mended |= {one.row} if write else set()
        unlisted = [one for place, one in confirmed.items() if place not in second.found]
        self._unlisted[part] = (second, unlisted)

    def _may_mend(self, part: Part, found: Inspection) -> bool:
        """Tell whether to mend what differs: that is asked for, and not too much would go."""
        if self._mender is None:
            return False
        try:
            self._mender.judge(part, found.found.values())
        except RefusedError as error:
            self._failures[part] = error
            return False
        return True

    def _look(self, part: Part, *, deep: bool, write: Write | None = None) -> Inspection:
        found = self._inspector.inspect(part, deep=deep, write=write)
        self._seen |= found.seen
        return found

    def _write(
        self, first: Inspection, entries: Sequence[Entry], found: Sequence[Difference]
    ) -> None:
        """Write the records of a page that the first reading found to differ as this one does."""
        before = first.everything
        roots = {one.root for one in found if one.confirms(before.get(one.place))}
        chosen = [entry for entry in entries if entry.key in roots]
        if self._mender and chosen:
            self.verdict.counts.add(self._mender.write(chosen))

    def _judge_unlisted(self) -> None:
        """Name the records that a part does not list, nor any other."""
        for part, (reading, unlisted) in self._unlisted.items():
            gone = [one for one in unlisted if one.root not in self._seen]
            for one in gone:
                self.verdict.name(one)
            if not (self._mender and gone):
                continue
            try:
                buried = self._mender.bury(part, gone, doubtful=reading.doubtful)
            except RefusedError as error:
                self._failures[part] = error
            else:
                self.verdict.counts.add(buried)
                self.verdict.mended |= {one.row for one in gone}

    def _doubtful(self, parts: dict[str, Part]) -> list[Part]:
        """Choose the parts in which something lies in nothing: of those, numbers say too little."""
        strays = [*self._strays.suspected(self._seen, self.verdict.differences)]
        return [parts[key] for key in self._strays.places(strays, [*parts])]

    def _judge_strays(self, held: Collection[str], *, whole: bool) -> None:
        """Name what lies in records that are neither here nor there, where all was compared."""
        suspected = self._strays.suspected(self._seen, self.verdict.differences)
        proven = partial(self._strays.proven, held=held, read=self._read, whole=whole)
        strays = [one.row for one in suspected if proven(one)]
        for one in strays:
            self.verdict.name(one)
        if self._mender and strays:
            try:
                self.verdict.counts.add(self._mender.bury_strays(strays))
                self.verdict.mended |= {one.row for one in strays}
            except RefusedError as error:
                self._failures[Part("")] = error
