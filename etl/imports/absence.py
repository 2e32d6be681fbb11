"""Waits for a batch whose answer was lost, until it is found or its absence is certain.

That something is not there is believed at once where the server says so, else when it had the
time to appear: a server goes on with what it was sent though nobody waits for the answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from etl import times
from etl.errors import NotEnded, SourceError
from etl.exchange import SERVER_ERROR
from etl.imports.asking import ask_after
from etl.imports.batch import Batch, Waiting
from etl.imports.context import LONGER, Context, Looked
from etl.imports.reconcile import Reconciler
from etl.imports.records import Line
from etl.intake import Job, JobSearch, Questions

log = logging.getLogger(__name__)

ABSENT = timedelta(seconds=60)  # after which what a server does while it answers would be there
LISTED = timedelta(seconds=5)  # after which a job would be among the server's jobs
A_LINE = timedelta(milliseconds=20)  # longer, for each line; a slow server takes 2 ms for one
QUEUED = timedelta(hours=1)  # after which a queue would have come to it


class Absence:
    """Finds out whether a batch that was sent is there, or will never be."""

    def __init__(self, context: Context, reconciler: Reconciler) -> None:
        self._context, self._reconciler = context, reconciler
        self._sent: dict[int, float] = {}  # by a clock that nobody sets
        self._newest = 0  # number of a job that an answer has told
        self._above: dict[int, int] = {}  # what that was when a batch was first sent

    def sent(self, batch: Batch) -> None:
        """Note that a batch is sent now."""
        self._sent[batch.id] = time.monotonic()
        self._above.setdefault(batch.id, self._newest)  # each sending has the same mark

    def answered(self, job: Job) -> None:
        """Note the number of a job that a batch was answered with: those sent later have others."""
        self._newest = max(self._newest, job.id or 0)

    def wait_for_batch(
        self, batch: Batch, lines: Sequence[Line], error: SourceError | None, *, over: bool
    ) -> Looked[Job | dict[int, int]]:
        """Look for a batch until it is found or its absence is believed. Raises NotEnded.

        It is `over` where the server has answered each sending of it, if only by 500.
        """
        began = time.monotonic()
        ends_at = began + self._context.options.timeout
        age = self._since_lost(batch, error)
        slow = len(lines) * A_LINE + (self._since(batch) if error else timedelta(0))
        missing = {line.place for line in lines}
        search, pause = None, 0.0
        due = timedelta(0) if over else LISTED + len(lines) * A_LINE
        while missing - (found := self._reconciler.tasks_by_mark(batch)).keys():
            if age() >= due:
                first, search = search is None, self._job_search(batch, over=over)
                if search.job:
                    return search.job
                if first:
                    longest = _patience(search, slow, over=over) - age()
                    self._say_how_long(batch, longest, "it is sent again")
                due = _next_search(search, age())
            believed = search is not None and age() > _patience(search, slow, over=over)
            if believed and search and (search.settled or search.queued) and not over:
                search = self._job_search(batch, over=over)  # a job may have been begun meanwhile
                if search.job:
                    return search.job
                believed = age() > _patience(search, slow, over=over)
            if believed:
                # once more: it may have come while we asked
                return self._reconciler.tasks_by_mark(batch)
            if time.monotonic() > ends_at:
                raise _late(batch, queued=search is not None and search.queued, over=over)
            if not pause and search is None:
                self._say_how_long(batch, ABSENT + slow - age(), "its absence is certain")
            yield Waiting(batch, "looked for", time.monotonic() - began)
            pause = self._context.pause(pause)
        return found

    def _say_how_long(self, batch: Batch, longest: timedelta, then: str) -> None:
        """Say at the beginning of a silence how long it may be."""
        seconds, timeout = longest.total_seconds(), self._context.options.timeout
        if seconds > timeout:
            seconds, then = timeout, "its --timeout"
        if seconds >= 1:
            log.warning(
                "%s: batch %s is not there yet and may still come; waiting up to %.0f s until %s",
                *(batch.title, batch.batch, seconds, then),
            )

    def _since_lost(self, batch: Batch, error: SourceError | None) -> Callable[[], timedelta]:
        """Give a clock that tells how long ago the wait for the answer ended.

        A run that died is taken to have waited until its deadline.
        """
        before = timedelta(0)
        if error is None:
            waited = timedelta(seconds=self._context.source.deadline)
            before = max(self._since(batch) - waited, before)
        began = time.monotonic()
        return lambda: before + timedelta(seconds=time.monotonic() - began)

    def _job_search(self, batch: Batch, *, over: bool) -> JobSearch:
        search = self._context.intake.job_search
        number, mark, above = batch.project_id, batch.mark, self._above.get(batch.id, 0)

        def searched() -> Questions[JobSearch]:
            return search(number, mark, self._since(batch), over=over, above=above)

        return ask_after(self._context, batch, searched)

    def _since(self, batch: Batch) -> timedelta:
        """Tell how long ago a batch was sent; of another run's only the machine's clock tells."""
        if batch.id in self._sent:
            return timedelta(seconds=time.monotonic() - self._sent[batch.id])
        now = times.now()
        return max(times.parsed(now) - times.parsed(batch.submitted_at or now), timedelta(0))


def _patience(search: JobSearch, slow: timedelta, *, over: bool) -> timedelta:
    """Tell how long something must not be there until it is believed that it will not be.

    Longer by `slow`: by the lines, and by what was waited for the answer already, for a server that
    did not answer for two minutes may take two more; so may what stands between us before it lets
    the batch through. One that said itself that it failed does not go on; a queue of its may.
    """
    if search.settled:
        return timedelta(0) if over else LISTED + slow
    if search.queued:
        return QUEUED
    return timedelta(0) if over else ABSENT + slow


def _next_search(search: JobSearch, age: timedelta) -> timedelta:
    """Tell at what age a batch is searched for again: while it may be in a queue, ever later.

    A job that could not be told from others may be by then.
    """
    waits = search.queued and not search.settled
    return age * LONGER + LISTED if waits else timedelta.max


def _late(batch: Batch, *, queued: bool, over: bool) -> NotEnded:
    answer = "answered by an error" if over else "not answered"
    server = "a server that works by jobs" if queued else "the server"
    return NotEnded(
        f"batch {batch.batch} of {batch.title} was sent and {answer}, and {server} may still come "
        "to it: wait longer by --timeout, or later: annomirror import --resume"
    )


def server_failed(error: SourceError | None) -> bool:
    """Tell whether the server itself answered that it failed, so that it does not go on."""
    return error is not None and error.status == SERVER_ERROR


def unclear(batch: Batch, error: SourceError | None) -> str:
    """Say why it is not known what became of a batch; what a proxy says is no answer to it."""
    if error is None:
        return f"batch {batch.batch} was sent by a run that was cut"
    if server_failed(error):
        return f"batch {batch.batch} was answered by an error ({error})"
    return f"batch {batch.batch} got no answer ({error})"
