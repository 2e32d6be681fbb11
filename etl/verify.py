"""Compares the mirror with its sources, and mends what differs: the line, without its end.

Walks and rows are those of a run; but a page is compared where a run would commit it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from etl import extract, ledger
from etl.checking import Check, Compared, Verdict
from etl.database import Session
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    MirrorError,
    RefusedError,
    SourceError,
)
from etl.job import Job


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
    compared = Compared()
    for stream in job.streams:
        check = Check(job, stream, session, compared, run_id)
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
        compared.note(str(stream.shape.table.__tablename__), verdict)
        verdict.conclude()
        verdict.requests, counted = job.sender.requests - counted, job.sender.requests
        verdict.seconds = round(time.monotonic() - began, 3)
        yield verdict


def _identified(job: Job, session: Session) -> tuple[Job, AnnomirrorError | None]:
    """Learn who we are: in another realm than the mirror's, everything would be different."""
    try:
        identity = extract.ask(job.platform.identify(job.source, thorough=False), job.sender)
    except (SourceError, ConfigurationError) as error:
        return job, error
    known = ledger.realm_of(session, job.source.name)
    if identity.realm and known not in (None, identity.realm):
        return job, RefusedError(
            f"{job.source.name}: the account is in {identity.realm} now, the mirror was read from "
            f"{known}; nothing was compared"
        )
    return replace(job, identity=identity), None
