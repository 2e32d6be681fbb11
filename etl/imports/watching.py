"""Jobs of a server's that somebody else began: followed to their end, and written down.

One of our own is followed as a resume does: its lines are in the books already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.errors import Missing
from etl.imports.batch import Batch, BatchStatus, Events
from etl.imports.begun import refuse_elsewhere
from etl.imports.context import Context
from etl.imports.files import Files
from etl.imports.follow import failure, watched
from etl.imports.options import ImportOptions, ImportRequest
from etl.imports.target import Target
from etl.intake import FAILED, Job


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
            batch = self._journal.begin(
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
