"""Compares the mirror with its sources, and mends what differs: the line, without its end.

Walks and rows are those of a run; but a page is compared where a run would commit it. Whatever
seems wrong is read a second time, and counts only if it is still wrong in the same way: so what is
being written meanwhile, here or there, accuses nobody.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from etl import extract, ledger
from etl.database import Session
from etl.differences import Comparison, Difference, Kind
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    DifferentError,
    MirrorError,
    Outcome,
    RefusedError,
    SourceError,
)
from etl.inspection import Inspector
from etl.load import Loader
from etl.mend import Mender
from etl.merge import Counts
from etl.parts import summed
from etl.stream import Part, Stream
from etl.sync import Job
from etl.transform import Entry, Plan


@dataclass
class Verdict:
    """How one stream compares; `mended` are the rows of its differences that were put right."""

    source: str
    stream: str
    outcome: Outcome = Outcome.OK
    requests: int = 0
    read: int = 0
    rejected: int = 0
    differences: list[Difference] = field(default_factory=list)
    mended: int = 0
    written: Counts = field(default_factory=Counts)
    seconds: float = 0.0
    error: str | None = None
    exit_code: int = 0

    def fail(self, error: AnnomirrorError) -> None:
        """Say what stopped the stream."""
        self.outcome, self.error, self.exit_code = error.outcome, str(error), error.exit_code

    def conclude(self) -> None:
        """Say that what differs was not mended, if that is all there is to say."""
        left = len(self.differences) - self.mended
        if left and self.outcome in (Outcome.OK, Outcome.PARTIAL):
            self.outcome, self.exit_code = Outcome.DIFFERENT, DifferentError.exit_code


@dataclass
class _Source:
    """What the streams of one source that were compared say about those that lie in them."""

    job: Job
    compared: set[str] = field(default_factory=set)
    absent: dict[tuple[str, str], Kind] = field(default_factory=dict)

    def note(self, table: str, verdict: Verdict) -> None:
        """Remember which records of a stream are missing or extra."""
        if verdict.error is None:
            self.compared.add(table)
        for one in verdict.differences:
            if one.table == table and not one.fields:
                self.absent[table, str(one.root)] = one.kind

    def expects(self, table: str, key: object) -> bool:
        """Tell whether a record that the mirror lacks should be in it, for all that is known."""
        return table not in self.compared or self.absent.get((table, str(key))) is Kind.MISSING

    def lacks(self, table: str, key: object) -> bool:
        """Tell whether a record of the mirror is not there at the source."""
        return self.absent.get((table, str(key))) is Kind.EXTRA


def run(
    jobs: Iterable[Job], session: Session, *, deep: bool = False, run_id: int | None = None
) -> Iterator[Verdict]:
    """Compare sources one after the other; in a run of its own, mend what differs."""
    for job in jobs:
        yield from _source(job, session, deep=deep, run_id=run_id)


def _source(job: Job, session: Session, *, deep: bool, run_id: int | None) -> Iterator[Verdict]:
    """Compare the streams of one source, in the order in which they need each other."""
    counted = job.sender.requests
    source, stopped = _identified(job, session)
    for stream in job.streams:
        verdict = Verdict(job.source.name, stream.name)
        began = time.monotonic()
        try:
            if stopped is not None:
                raise stopped
            _Stream(source, stream, session, verdict, run_id).compare(deep=deep)
        except SourceError as error:
            stopped = error
            verdict.fail(error)
        except (MirrorError, RefusedError, ConfigurationError) as error:
            verdict.fail(error)
        source.note(str(stream.shape.table.__tablename__), verdict)
        verdict.conclude()
        verdict.requests, counted = job.sender.requests - counted, job.sender.requests
        verdict.seconds = round(time.monotonic() - began, 3)
        yield verdict


def _identified(job: Job, session: Session) -> tuple[_Source, AnnomirrorError | None]:
    """Learn who we are: in another realm than the mirror's, everything would be different."""
    source = _Source(job)
    try:
        identity = extract.ask(job.platform.identify(job.source, thorough=False), job.sender)
    except (SourceError, ConfigurationError) as error:
        return source, error
    known = ledger.realm_of(session, job.source.name)
    if identity.realm and known not in (None, identity.realm):
        return source, RefusedError(
            f"{job.source.name}: the account is in {identity.realm} now, the mirror was read from "
            f"{known}; nothing was compared"
        )
    return _Source(replace(job, identity=identity)), None


class _Stream:
    """One stream being compared, part by part; what differs is mended in a run of its own."""

    def __init__(
        self,
        source: _Source,
        stream: Stream,
        session: Session,
        verdict: Verdict,
        run_id: int | None,
    ) -> None:
        self._source, self._stream, self._verdict = source, stream, verdict
        job, zone = source.job, ZoneInfo(source.job.source.server_timezone)
        plan = Plan(stream, job.source.name, zone)
        self._loader = Loader(session, plan, run_id or 0)
        self._comparison = Comparison(session, plan)
        self._inspector = Inspector(job, plan, self._loader, self._comparison)
        most = job.source.max_delete_share
        self._mender = Mender(session, plan, most) if run_id is not None else None
        self._seen = set[Any]()

    def compare(self, *, deep: bool) -> None:
        """Compare every part. Raises what stops the source."""
        failures = dict[Part, AnnomirrorError]()
        parts = [part for part in self._loader.parts() if self._wanted(part)]
        for part in parts:
            try:
                self._part(part, deep=deep)
            except SourceError as error:
                if error.stops_source:
                    raise
                failures[part] = error
            except RefusedError as error:
                failures[part] = error
        self._strays()
        if failures:
            self._verdict.outcome, self._verdict.error = summed(failures, len(parts))

    def _wanted(self, part: Part) -> bool:
        """Leave out a part that is not there at the source: its parent is named already."""
        above = self._stream.parts
        gone = above and self._source.lacks(str(above.table.__tablename__), part.key)
        return self._source.job.source.wants(part) and not gone

    def _part(self, part: Part, *, deep: bool) -> None:
        """Read a part, and again if anything seems wrong."""
        first = self._inspector.inspect(part, deep=deep)
        self._seen |= first.seen
        self._verdict.read += first.read
        self._verdict.rejected += first.rejected
        suspected = first.everything
        if not suspected:
            return
        mend = partial(self._mend, suspected) if self._mender else None
        second = self._inspector.inspect(part, deep=deep, mend=mend)
        self._seen |= second.seen
        found = [one for row, one in second.everything.items() if suspected.get(row) == one]
        self._verdict.differences += found
        if self._mender:
            self._verdict.mended += sum(one.row in second.found for one in found)
            self._bury([one for one in found if one.row not in second.found])

    def _mend(
        self,
        suspected: Mapping[tuple[Any, ...], Difference],
        entries: Sequence[Entry],
        found: Sequence[Difference],
    ) -> None:
        roots = {one.root for one in found if suspected.get(one.row) == one}
        chosen = [entry for entry in entries if entry.key in roots]
        if self._mender and chosen:
            self._verdict.written.add(self._mender.write(chosen))

    def _bury(self, extra: Sequence[Difference]) -> None:
        if self._mender and extra:
            self._verdict.written.add(self._mender.bury(extra))
            self._verdict.mended += len(extra)

    def _strays(self) -> None:
        """Name what lies in records that are neither here nor there."""
        own = str(self._stream.shape.table.__tablename__)
        missing = {one.root for one in self._verdict.differences if one.kind is Kind.MISSING}

        def expected(table: str, key: object) -> bool:
            return key in missing if table == own else self._source.expects(table, key)

        strays = list(self._comparison.strays(self._seen, expected))
        known = {one.row for one in self._verdict.differences}
        strays = [one for one in strays if one.row not in known]
        self._verdict.differences += strays
        self._bury(strays)
