"""Follows jobs of the server's to their end: those of our batches, and those begun elsewhere."""

from __future__ import annotations

import logging
import time

from etl import times
from etl.errors import Missing, NotEnded, SourceError
from etl.imports.asking import ask_after
from etl.imports.batch import Batch, BatchStatus, Events, LineOutcome, Settled, Unnamed, Waiting
from etl.imports.context import Context, Looked
from etl.imports.reconcile import Reconciler
from etl.imports.records import Line
from etl.intake import FAILED, Job, ended
from etl.reject import storable

log = logging.getLogger(__name__)

UNBEGUN = 300  # seconds after which a job that has not begun is told of
IDLE = "the workers of the server are busy with others, or none is running"
UNNAMED = "{} more tasks were made, which the server does not name"
SILENT = "the server does not say why"


def awaited(context: Context, batch: Batch) -> Looked[tuple[Batch, Job | None]]:
    """Ask after the job of a batch until it has ended; once, where it is not to be waited for.

    Gives no job if it has not ended yet. Raises Missing for one that the server does not know,
    Broken for one that it fails to show, NotEnded where neither it nor another one that was waited
    for has ended for too long.
    """
    began, pause, warned = time.monotonic(), 0.0, False
    while not ended(job := _job(context, batch)):
        status = BatchStatus.of_job(job.status)
        if status != batch.status:
            batch = context.journal.change(batch, status)
        waited = time.monotonic() - began
        yield Waiting(batch, job.status, waited)
        if not context.options.wait:
            return batch, None
        if context.progress.none_for(context.options.timeout):
            raise _not_ended(batch, job, context.options.timeout)
        if not warned and waited > UNBEGUN and batch.status is BatchStatus.CREATED:
            log.warning("job %s has not begun after %.0f s: %s", job.id, waited, IDLE)
            warned = True
        pause = context.pause(pause)
    context.progress.made()
    return batch, job


def _not_ended(batch: Batch, job: Job, timeout: float) -> NotEnded:
    created = batch.status is BatchStatus.CREATED
    what = f"begun within {timeout:g} s: {IDLE}" if created else f"ended within {timeout:g} s"
    return NotEnded(
        f"job {job.id} of project {batch.project_id} has not {what}, it is {job.status}; it goes "
        "on without us: wait longer by --timeout, or see after it with: annomirror import --resume"
    )


def _job(context: Context, batch: Batch) -> Job:
    number, job_id = batch.project_id, batch.job_id or 0
    return ask_after(context, batch, lambda: context.intake.job(number, job_id))


def watched(context: Context, batch: Batch) -> Events:
    """Follow a job begun elsewhere, and write down what it came to. Raises SourceError."""
    try:
        batch, job = yield from awaited(context, batch)
    except Missing as error:  # there is nothing else to find it by
        _close(context, batch, str(error))
        raise
    if job is None:
        return
    if job.status == FAILED:
        _close(context, batch, job.error or SILENT)
        raise failure(job)
    Reconciler(context).mirror(batch, job.ids)
    shown = len(job.records) == len(job.ids)  # else it is not known which became which
    records = job.records if shown else [b""] * len(job.ids)
    lines = [Line(place, 0, raw) for place, raw in enumerate(records, 1)]
    unnamed = max(job.made - len(job.ids), 0)
    said = {"error": UNNAMED.format(unnamed)} if unnamed else {}
    context.journal.adopt(batch, list(zip(lines, job.ids, strict=True)), **job.counts, **said)
    yield Settled(LineOutcome.CREATED, len(job.ids))
    if unnamed:
        yield Unnamed(batch, unnamed)


def _close(context: Context, batch: Batch, why: str) -> None:
    end = {"error": storable(why), "finished_at": times.now()}
    context.journal.change(batch, BatchStatus.FAILED, **end)


def unmade(batch: Batch, lines: int) -> SourceError:
    """Give the error that a job of our own is which has ended without making all of its tasks."""
    return SourceError(
        f"job {batch.job_id} has failed, or is not known any more, and {lines} lines of it are "
        "not there; they are sent by: annomirror import --resume"
    )


def failure(job: Job) -> SourceError:
    """Give the error that a failed job is."""
    return SourceError(f"job {job.id} failed: {job.error or SILENT}")
