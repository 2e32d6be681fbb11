"""Looks after what was given up and may come yet, before keys are compared with what is there."""

from __future__ import annotations

from etl.errors import Broken, Missing, RefusedError
from etl.imports.absence import Absence
from etl.imports.batch import Batch, Events, LineOutcome
from etl.imports.context import Context, Looked
from etl.imports.follow import job_of
from etl.imports.reconcile import Reconciler
from etl.intake import Job, ended


class Outstanding:
    """What was given up of imports into one source."""

    def __init__(self, context: Context) -> None:
        self._context, self._history = context, context.journal.history
        self._absence = Absence(context, Reconciler(context))

    def refuse(self, number: int) -> Events:
        """Refuse to compare keys with a project to which tasks may come yet.

        Raises RefusedError, SourceError.
        """
        for batch in self._history.may_come(number, self._context.source.url):
            if (yield from self._is_under_way(batch)):
                raise RefusedError(
                    f"{batch.title}: batch {batch.batch} was given up, and the server is at it "
                    f"still; --key compares with what is in project {number}: say the same when "
                    "that job has ended"
                )

    def _is_under_way(self, batch: Batch) -> Looked[bool]:
        """Find out whether a batch may come yet; what nobody knows of is waited for."""
        if batch.job_id is not None:
            try:
                job = job_of(self._context, batch)
            except (Missing, Broken):
                pass
            else:
                return not ended(job)
        lines = self._history.lines(batch, LineOutcome.ABANDONED)
        found = yield from self._absence.wait_for_batch(batch, lines, None, over=False)
        return isinstance(found, Job) and not ended(found)
