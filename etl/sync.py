"""The line itself: page → records → rows → one transaction; and the run around it.

Progress is a value: the line yields an event for every page it has committed, and whoever
iterates draws it or not.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterable, Iterator
from zoneinfo import ZoneInfo

import msgspec

from etl import realm
from etl.database import Session
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    Ending,
    Interrupted,
    MirrorError,
    Outcome,
    RefusedError,
    SourceError,
)
from etl.job import Job
from etl.ledger import Ledger, StreamReport
from etl.load import Loader
from etl.merge import Counts
from etl.parts import Reading, summed
from etl.source import Part
from etl.stream import Stream
from etl.transform import Plan
from etl.walk import Page

log = logging.getLogger("etl.sync")

# Rejects beyond both of these make a stream "partial": more is wrong than a few odd records.
MANY_REJECTS = 10
REJECT_SHARE = 0.05


class Began(msgspec.Struct, frozen=True):
    """A stream was begun."""

    source: str
    stream: str
    parts: int


class Committed(msgspec.Struct, frozen=True):
    """A page was committed; `left` is how many records of the part are still to come.

    Of what was set aside, the source has what is `unreadable` and cannot give it.
    """

    source: str
    stream: str
    part: Part
    counts: Counts
    left: int | None
    unreadable: tuple[int | str, ...] = ()


class Finished(msgspec.Struct, frozen=True):
    """A stream was finished, well or not."""

    report: StreamReport


Event = Began | Committed | Finished


def run(jobs: Iterable[Job], session: Session, ledger: Ledger) -> Generator[Event, None, None]:
    """Synchronise sources one after the other; one that fails does not stop the next."""
    for job in jobs:
        yield from _source(job, session, ledger)


def _source(job: Job, session: Session, ledger: Ledger) -> Iterator[Event]:
    """Synchronise the streams of one source, in the order in which they need each other.

    What stops the source stops its later streams too; each has its report all the same.
    """
    counted = job.sender.requests
    stopped: Ending | None
    job, stopped = _identify(job, session, ledger)  # its requests count for the first stream
    for stream in job.streams:
        report = StreamReport(job.source.name, stream.name)
        began = time.monotonic()
        try:
            if stopped is not None:
                raise stopped
            yield from _stream(job, stream, session, ledger, report)
        except SourceError as error:
            stopped = error
            report.fail(error)
        except (MirrorError, RefusedError, ConfigurationError) as error:
            report.fail(error)
        except Interrupted as error:
            stopped = error
            report.outcome = error.outcome
        report.requests, counted = job.sender.requests - counted, job.sender.requests
        report.seconds = round(time.monotonic() - began, 3)
        ledger.note(report)
        yield Finished(report)
        if isinstance(stopped, Interrupted):
            raise stopped


def _identify(job: Job, session: Session, ledger: Ledger) -> tuple[Job, AnnomirrorError | None]:
    """Learn who we are before anything is concluded from what we see."""
    try:
        job = realm.identified(job, session)
        if job.identity and job.identity.realm:
            ledger.confirm(job.source.name, job.identity.realm, accept=True)
    except (SourceError, ConfigurationError, RefusedError) as error:
        return job, error
    return job, None


def _stream(
    job: Job, stream: Stream, session: Session, ledger: Ledger, report: StreamReport
) -> Iterator[Event]:
    """Synchronise one stream. Raises what stops the whole source."""
    source = job.source
    zone = ZoneInfo(source.server_timezone)
    plan = Plan(stream, source.name, zone)
    most_deleted = 1.0 if job.allow_mass_delete else source.max_delete_share
    loader = Loader(session, plan, ledger.run_id, most_deleted=most_deleted)
    # All of them now: the walks run in threads of their own, which may not use the session.
    starts = [
        loader.start(source, part, full=_is_full(job, loader, part), identity=job.identity)
        for part in loader.parts()
        if source.wants(part)
    ]
    failures: dict[Part, AnnomirrorError] = {}
    if not starts and stream.parts and ledger.has_failed(source.name, stream.parts.stream):
        said = f"not asked: {stream.parts.stream}, by which it is split, could not be read"
        report.fail(SourceError(said))
        return
    yield Began(source.name, stream.name, len(starts))
    try:
        report.counts.add(loader.bury_orphans())
    except RefusedError as error:
        failures[Part("")] = error  # what lies in the parts that are there goes on
    reading = Reading(stream, source, job.sender, job.identity, loader, failures)
    unreadable = set[tuple[Part, int | str]]()
    for page in copy(reading.pages(starts), plan, loader, failures):
        report.counts.add(page.counts)
        unreadable.update((page.part, key) for key in page.unreadable)
        yield page
    _conclude(report, failures, len(starts), len(unreadable))


def _is_full(job: Job, loader: Loader, part: Part) -> bool:
    """Tell whether to forget what came before: once in a while, for what no digest can see."""
    return job.full or loader.is_due(part, job.source.full_every)


def copy(
    walked: Iterable[tuple[Part, Page]],
    plan: Plan,
    loader: Loader,
    failures: dict[Part, AnnomirrorError],
) -> Iterator[Committed]:
    """Carry pages to the mirror: the line of this program.

    Where a page is refused, nothing of its part is carried on.
    """
    known: set[str] = set()
    for part, page in walked:
        if isinstance(failures.get(part), RefusedError):
            continue
        batch = plan.transform(page.records)
        try:
            counts = loader.commit(part, page, batch)
        except RefusedError as error:
            failures[part] = error
            continue
        _report_new(plan, batch.unknown - known)
        _report_odd(plan, part, page)
        known |= batch.unknown
        lost = tuple(one.id for one in page.unreadable)
        yield Committed(plan.source, plan.stream.name, part, counts, _left(page), lost)


def _left(page: Page) -> int | None:
    return None if page.total is None else max(page.total - len(page.records), 0)


def _report_new(plan: Plan, fields: Iterable[str]) -> None:
    """Say that the platform has fields this program does not know yet."""
    for name in sorted(fields):
        log.warning(
            "%s/%s: new field %r upstream; it is kept in the column extra",
            plan.source,
            plan.stream.name,
            name,
        )


def _report_odd(plan: Plan, part: Part, page: Page) -> None:
    """Say what a walk found odd about a part."""
    if page.warning:
        of = f": {part.title}" if part.title else ""
        log.warning("%s/%s%s: %s", plan.source, plan.stream.name, of, page.warning)


def _conclude(
    report: StreamReport,
    failures: dict[Part, AnnomirrorError],
    parts: int,
    unreadable: int,
) -> None:
    """Say how a stream went whose walks have all come to an end."""
    rejected, read = report.counts.rejected, report.counts.read
    if failures:
        report.outcome, report.error = summed(failures, parts)
    elif unreadable:
        report.outcome = Outcome.PARTIAL
        report.error = (
            f"{unreadable} {'record' if unreadable == 1 else 'records'} could not be read, because "
            "the source fails at them; each run asks again, see: annomirror rejects list"
        )
    elif rejected > MANY_REJECTS and rejected > read * REJECT_SHARE:
        report.outcome = Outcome.PARTIAL
        report.error = (
            f"{rejected} of {read} records could not be normalised; see: annomirror rejects list"
        )
