"""Follows jobs of the server's until they have ended."""

from __future__ import annotations

import logging
import time

from etl.errors import NotEnded, SourceError
from etl.imports.asking import ask_after
from etl.imports.batch import Batch, BatchStatus, Waiting
from etl.imports.context import Context, Looked
from etl.intake import Job, ended

log = logging.getLogger(__name__)

UNBEGUN = 300  # seconds after which a job that has not begun is told of
IDLE = "the workers of the server are busy with others, or none is running"
SILENT = "the server does not say why"


def awaited(context: Context, batch: Batch) -> Looked[tuple[Batch, Job | None]]:
    """Ask after the job of a batch until it has ended; once, where it is not to be waited for.

    Gives no job if it has not ended yet. Raises Missing for one that the server does not know,
    Broken for one that it fails to show, NotEnded where neither it nor another one that was waited
    for has ended for too long.
    """
    began, pause, warned = time.monotonic(), 0.0, False
    while not ended(job := job_of(context, batch)):
        status = BatchStatus.of_job(job.status)
        if status != batch.status:
            batch = context.journal.batches.change(batch, status)
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
    if batch.status is BatchStatus.CREATED:
        what = f"begun within {timeout:g} s: {IDLE}; it waits there"
    else:
        what = f"ended within {timeout:g} s, it is {job.status}; it goes on there without us"
    return NotEnded(
        f"job {job.id} of project {batch.project_id} has not {what}: wait longer by --timeout, or "
        "see after it with: annomirror import --resume"
    )


def job_of(context: Context, batch: Batch) -> Job:
    """Ask after the job of a batch. Raises Missing, Broken."""
    number, job_id = batch.project_id, batch.job_id or 0
    return ask_after(context, batch, lambda: context.intake.job(number, job_id))


def unmade(batch: Batch, lines: int) -> SourceError:
    """Give the error that a job of our own is which has ended without making all of its tasks."""
    return SourceError(
        f"job {batch.job_id} has failed, or is not known any more, and {lines} lines of it are "
        "not there; they are sent by: annomirror import --resume"
    )


def failure(job: Job) -> SourceError:
    """Give the error that a failed job is."""
    return SourceError(f"job {job.id} failed: {job.error or SILENT}")
