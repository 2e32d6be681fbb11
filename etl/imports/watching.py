"""Jobs of a server's that somebody else began: followed to their end, and written down.

One of our own is followed as a resume does: its lines are in the books already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from etl import times
from etl.errors import Missing
from etl.imports.batch import Batch, BatchStatus, Events, Gone, LineOutcome, Settled, Unnamed
from etl.imports.begun import refuse_elsewhere
from etl.imports.context import Context
from etl.imports.files import Files
from etl.imports.follow import SILENT, awaited, failure
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.reconcile import Reconciler
from etl.imports.records import Line
from etl.imports.target import Target
from etl.intake import FAILED, Job
from etl.reject import storable

AT_ONCE = 1000  # tasks read and mirrored at a time


class Watching:
    """Follows jobs of others at one source."""

    def __init__(
        self, target: Target, context: Callable[[ImportOptions], Context], files: Files
    ) -> None:
        self._target, self._context, self._files = target, context, files
        self._journal = context(ImportOptions()).journal

    def watch(self, number: int, job_id: int, request: ImportRequest) -> Events:
        """Follow a job that was begun elsewhere. Raises SourceError for one that failed."""
        job = self._job(number, job_id)
        url = self._target.source.url
        batch = self._journal.history.of_job(job_id, url)
        if batch is not None and self._is_our_open_one(batch):
            yield from self._files.follow(batch, request)
            return
        if batch is None or (batch.status is BatchStatus.FAILED and job.status != FAILED):
            batch = self._journal.batches.begin(
                project_id=number,
                job_id=job_id,
                status=BatchStatus.CREATED,
                submitted_at=job.created_at,
                options={"url": url},
            )
        if batch.status not in (BatchStatus.COMPLETED, BatchStatus.FAILED):
            yield from self.follow([batch], request)
        elif job.status == FAILED:
            raise failure(job)
        elif batch.session is None:
            known = self._journal.history.ids(batch, created=True)
            yield from _lacking(batch, job, set(known.values()))

    def _is_our_open_one(self, batch: Batch) -> bool:
        """Tell whether a batch is one of our own that is not done with."""
        opened = self._journal.history.open_in(batch.session) if batch.session else []
        return any(one.id == batch.id for one in opened)

    def follow(self, batches: Sequence[Batch], request: ImportRequest) -> Events:
        """Follow jobs that are in the books as begun elsewhere. Raises SourceError."""
        for batch in batches:
            refuse_elsewhere(batch, self._target.source)
            yield from watched(self._context(request.options), batch)

    def _job(self, number: int, job_id: int) -> Job:
        """Ask after a job. Raises Missing, which says where there is none."""
        try:
            return self._target.ask(self._target.intake.job(number, job_id))
        except Missing as error:
            raise Missing(
                f"{error}; a server that imports while it answers, as the Community edition does, "
                "has no jobs, and another one may have forgotten it",
                error.status,
            ) from error


def watched(context: Context, batch: Batch) -> Events:
    """Follow a job begun elsewhere, and write down what of it is there. Raises SourceError."""
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
    there = _mirrored(context, batch, job.ids)
    lacking = list(_lacking(batch, job, there))
    said = {"error": "; ".join(map(_told, lacking))} if lacking else {}
    made = [(line, key) for line, key in _lines(job) if key in there]
    context.journal.adopt(batch, made, **job.counts, **said)
    yield Settled(LineOutcome.CREATED, len(made))
    yield from lacking


def _mirrored(context: Context, batch: Batch, ids: Sequence[int]) -> set[int]:
    """Mirror the tasks of a job, some at a time; give those that are there.

    The job is written down when all are mirrored: a run that dies is followed by one that reads
    them anew, and what is in the mirror already it does not write again.
    """
    reconciler, there = Reconciler(context), set[int]()
    for begin in range(0, len(ids), AT_ONCE):
        there |= reconciler.mirror(batch, ids[begin : begin + AT_ONCE]).ids
    return there


def _lines(job: Job) -> list[tuple[Line, int]]:
    """Give what a job was sent with what it made, where it shows it."""
    shown = len(job.records) == len(job.ids)  # else it is not known which became which
    records = job.records if shown else [b""] * len(job.ids)
    lines = [Line(place, 0, raw) for place, raw in enumerate(records, 1)]
    return list(zip(lines, job.ids, strict=True))


def _lacking(batch: Batch, job: Job, there: Collection[int]) -> Iterator[Unnamed | Gone]:
    """Tell what a job has made that is not in the books."""
    if unnamed := max(job.made - len(job.ids), 0):
        yield Unnamed(batch, unnamed)
    if gone := [key for key in job.ids if key not in there]:
        yield Gone(batch, gone)


def _told(event: Unnamed | Gone) -> str:
    if isinstance(event, Unnamed):
        return f"{event.records} more tasks were made, which the server does not name"
    return f"{len(event.ids)} of the tasks that were made are not there any more"


def _close(context: Context, batch: Batch, why: str) -> None:
    end = {"error": storable(why), "finished_at": times.now()}
    context.journal.batches.change(batch, BatchStatus.FAILED, **end)
