"""The line itself: page → records → rows → one transaction; and the run around it.

Progress is a value: the line yields an event for every page it has committed, and whoever
iterates draws it or not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from etl import extract
from etl.database import Session
from etl.errors import Interrupted, SourceError, Unauthorized, Unreachable
from etl.ledger import Ledger, StreamReport, outcome_of
from etl.load import Loader
from etl.merge import Counts
from etl.stream import Identity, Page, Part, Platform, Source, Start, Stream
from etl.transform import Plan

log = logging.getLogger("etl.sync")

# Rejects beyond both of these make a stream "partial": more is wrong than a few odd records.
MANY_REJECTS = 10
REJECT_SHARE = 0.05


class Sender(extract.Sender, Protocol):
    """What sends a source's requests and counts them."""

    requests: int


@dataclass(frozen=True)
class Job:
    """One source to synchronise: its settings, its platform, its client, and what of it."""

    source: Source
    platform: Platform
    sender: Sender
    streams: Sequence[Stream]
    full: bool = False
    identity: Identity | None = None


@dataclass(frozen=True)
class Began:
    """A stream was begun."""

    source: str
    stream: str
    parts: int


@dataclass(frozen=True)
class Committed:
    """A page was committed; `left` is how many records of the part are still to come."""

    source: str
    stream: str
    part: Part
    counts: Counts
    left: int | None


@dataclass(frozen=True)
class Finished:
    """A stream was finished, well or not."""

    report: StreamReport


Event = Began | Committed | Finished


def run(jobs: Iterable[Job], session: Session, ledger: Ledger) -> Iterator[Event]:
    """Synchronise sources one after the other; one that fails does not stop the next."""
    reports: list[StreamReport] = []
    for job in jobs:
        for event in _source(job, session, ledger.run_id):
            if isinstance(event, Finished):
                reports.append(event.report)
                ledger.note(event.report)
            yield event
    ledger.finish(outcome_of(reports), next((r.error for r in reports if r.error), None))


def _source(job: Job, session: Session, run_id: int) -> Iterator[Event]:
    """Synchronise the streams of one source, in the order in which they need each other."""
    job, stopped = _greet(job)
    for stream in job.streams:
        report = StreamReport(job.source.name, stream.name, Counts())
        began, requests = time.monotonic(), job.sender.requests
        if stream is job.streams[0]:
            requests = 0  # saying who we are belongs to the first stream
        if stopped is None:
            try:
                yield from _stream(job, stream, session, run_id, report)
            except SourceError as error:
                stopped = error
            except Interrupted:
                report.outcome = "interrupted"
                yield Finished(report)
                raise
        if stopped is not None:
            report.outcome, report.error = "failed", str(stopped)
        report.requests = job.sender.requests - requests
        report.seconds = round(time.monotonic() - began, 3)
        yield Finished(report)


def _greet(job: Job) -> tuple[Job, SourceError | None]:
    """Learn who we are before anything is concluded from what we see."""
    try:
        identity = extract.ask(job.platform.identify(job.source, thorough=False), job.sender)
    except SourceError as error:
        return job, error
    return replace(job, identity=identity), None


def _stream(
    job: Job, stream: Stream, session: Session, run_id: int, report: StreamReport
) -> Iterator[Event]:
    """Synchronise one stream. Raises the SourceError that stops the whole source."""
    plan = Plan(stream, job.source.name, ZoneInfo(job.source.server_timezone))
    loader = Loader(session, plan, run_id)
    walks = _Walks(job, stream, loader)
    yield Began(job.source.name, stream.name, len(walks.starts))
    yield from copy(walks, plan, loader, report)
    _judge(walks, report)


def _judge(walks: _Walks, report: StreamReport) -> None:
    """Decide how a stream went whose walks have all come to an end."""
    rejected, read = report.counts.rejected, report.counts.read
    if walks.failed:
        report.error = "; ".join(walks.failed)
        report.outcome = "partial" if len(walks.failed) < len(walks.starts) else "failed"
    elif rejected > MANY_REJECTS and rejected > read * REJECT_SHARE:
        report.outcome = "partial"
        report.error = (
            f"{rejected} of {read} records could not be normalised; see: annomirror rejects list"
        )


def copy(walks: _Walks, plan: Plan, loader: Loader, report: StreamReport) -> Iterator[Committed]:
    """Carry pages to the mirror: the line of this program."""
    with extract.Ahead(walks.pages()) as pages:
        for part, page in pages:
            batch = plan.transform(page.records)
            counts = loader.commit(part, page, batch)
            walks.report_unknown(batch.unknown)
            report.counts.add(counts)
            yield Committed(plan.source, plan.stream.name, part, counts, _left(page))


def _left(page: Page) -> int | None:
    return None if page.total is None else max(page.total - len(page.records), 0)


@dataclass
class _Walks:
    """The walks of a stream, one for each part, begun one after the other."""

    job: Job
    stream: Stream
    loader: Loader
    starts: list[Start] = field(init=False)
    failed: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        wanted = {str(name) for name in self.job.source.parts}
        self.starts = [
            self.loader.start(self.job.source, part, full=self.job.full, identity=self.job.identity)
            for part in self.loader.parts()
            if not (wanted and part.key) or not wanted.isdisjoint((part.key, part.title))
        ]

    def report_unknown(self, fields: set[str]) -> None:
        """Say once a run that the platform has fields this program does not know yet."""
        for name in sorted(fields - self.unknown):
            log.warning(
                "%s/%s: new field %r upstream; it is kept in the column extra",
                self.job.source.name,
                self.stream.name,
                name,
            )
        self.unknown |= fields

    def pages(self) -> Iterator[tuple[Part, Page]]:
        """Yield every part's pages. A part that fails is noted, and the next one begun."""
        for start in self.starts:
            try:
                walk = self.stream.walk(start)
                for page in extract.pages(walk, self.job.sender, self.job.source.concurrency):
                    yield start.part, page
            except (Unauthorized, Unreachable):
                raise
            except SourceError as error:
                self.failed.append(f"{start.part.title}: {error}" if start.part.key else str(error))
