"""Compares the mirror with its sources, and mends what differs.

The walks are those of a run; a page is compared where a run would commit it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from etl import realm
from etl.checking import Check, Verdict
from etl.database import Session
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    MirrorError,
    RefusedError,
    SourceError,
)
from etl.job import Job
from etl.strays import Absences


def run(
    jobs: Iterable[Job], session: Session, *, deep: bool = False, run_id: int | None = None
) -> Iterator[Verdict]:
    """Compare sources one after the other; in a run of its own, mend what differs."""
    for job in jobs:
        yield from _source(job, session, deep=deep, run_id=run_id)


def _source(job: Job, session: Session, *, deep: bool, run_id: int | None) -> Iterator[Verdict]:
    """Compare the streams of one source, in the order in which they need each other."""
    counted = job.sender.requests
    job, stopped = _identified(job, session)
    above = Absences()
    for stream in job.streams:
        check = Check(job, stream, session, above, run_id)
        verdict, began = check.verdict, time.monotonic()
        try:
            if stopped is not None:
                raise stopped
            check.compare(deep=deep)
        except SourceError as error:
            stopped = error
            verdict.fail(error)
        except (MirrorError, RefusedError, ConfigurationError) as error:
            verdict.fail(error)
        table = str(stream.shape.table.__tablename__)
        above.note(table, verdict.differences, whole=verdict.error is None)
        verdict.conclude()
        verdict.requests, counted = job.sender.requests - counted, job.sender.requests
        verdict.seconds = round(time.monotonic() - began, 3)
        yield verdict


def _identified(job: Job, session: Session) -> tuple[Job, AnnomirrorError | None]:
    """Learn who we are: to somebody else, everything would be different."""
    try:
        return realm.identified(job, session), None
    except (SourceError, ConfigurationError, RefusedError) as error:
        return job, error
