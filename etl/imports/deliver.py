"""Brings one batch to its end: everything in it is there, once, and in the mirror.

A batch whose answer was lost is looked for before anything of it is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from etl import times
from etl.errors import Broken, InputError, Invalid, Missing, SourceError
from etl.imports.absence import Absence, server_failed, unclear
from etl.imports.batch import Batch, BatchStatus, Events, LineOutcome, Sent, Settled
from etl.imports.context import Context
from etl.imports.duplicates import Duplicates
from etl.imports.existing import ExistingRecords
from etl.imports.follow import awaited, failure
from etl.imports.reconcile import Reconciler, named
from etl.imports.records import Line
from etl.imports.retries import Retries
from etl.imports.validate import by_place, halves, refused
from etl.intake import FAILED, Job, ended
from etl.verdict import may_have_arrived

log = logging.getLogger(__name__)

BAD_REQUEST, TOO_LARGE = 400, 413
NO_TASK = "the server says that it is done, and made no task of it, or it was deleted since"


class Delivery:
    """Sends the batches of one source, one after the other."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._journal, self._intake = context.journal, context.intake
        self._reconciler = Reconciler(context)
        self._absence = Absence(context, self._reconciler)
        self._existing = ExistingRecords(context, self._reconciler)
        self.retries = Retries(context, self.deliver, self._in_halves, self._wrong)
        self.duplicates = Duplicates(context, self._reconciler)
        self._unanswered: set[int] = set()  # sent at least once without an answer

    def deliver(self, batch: Batch, lines: Sequence[Line], *, begun: bool = False) -> Events:
        """Send what of a batch is not there yet, and follow it; perhaps it was `begun` before.

        Raises SourceError, InputError.
        """
        if batch.submitted_at:
            self.duplicates.doubt(batch)
        lines = yield from self._existing.skip_existing(batch, lines, begun=begun)
        if not lines:
            yield from self._complete(batch)
            return
        if batch.submitted_at and batch.id not in self.retries:  # how that ended is not known
            self._unanswered.add(batch.id)
        batch = self._journal.batches.change(batch, BatchStatus.SENDING, submitted_at=times.now())
        self._absence.sent(batch)
        records = [self._intake.wrapped(n.raw, f"{batch.mark}{n.place}") for n in lines]
        try:
            answer = self._context.sender.send(self._intake.submission(batch.project_id, records))
            job = self._intake.answered(answer)
        except SourceError as error:
            if may_have_arrived(error):
                yield from self.find(batch, lines, error)
            else:
                yield from self._refused(batch, lines, error)
        else:
            self._absence.answered(job)
            self._context.progress.made()
            yield from self._taken(batch, lines, job)

    def find(self, batch: Batch, lines: Sequence[Line], error: SourceError | None = None) -> Events:
        """Find out what became of a batch that was sent and not answered; then go on with it."""
        log.warning("%s: %s; looking for it", batch.title, unclear(batch, error))
        self.duplicates.doubt(batch)
        if not server_failed(error):
            self._unanswered.add(batch.id)
        over = batch.id not in self._unanswered
        found = yield from self._absence.wait_for_batch(batch, lines, error, over=over)
        if isinstance(found, Job):
            yield from self._taken(batch, lines, found)
            return
        rest = yield from self._reconciler.keep_found(batch, lines, found)
        if not rest:
            yield from self._complete(batch)
            return
        batch = self._journal.batches.change(batch, BatchStatus.PREPARED)
        if all(line.raw for line in rest):  # else whoever has the file sends them
            yield from self.retries.once_more(batch, rest, error)

    def follow(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Follow the job of a batch; the server does not keep its jobs for ever.

        What has come of one that it fails to show is kept. Raises Broken unless that is all.
        """
        try:
            batch, job = yield from awaited(self._context, batch)
        except Missing:
            yield from self.find(batch, lines)
            return
        except Broken:
            if (yield from self._reconciler.keep_marked(batch, lines)):
                raise
            yield from self._complete(batch)
            return
        if job is not None:
            yield from self._ended(batch, lines, job)

    def finish(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Go on with a batch of which the server has everything, and the mirror perhaps not."""
        self.duplicates.doubt(batch)
        ids = self._journal.history.ids(batch) or self._reconciler.tasks_by_mark(batch)
        yield from self._collect(batch, lines, ids)

    def recover(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Keep what has come after all of a batch that failed, before its lines are sent anew."""
        self.duplicates.doubt(batch)
        rest = yield from self._reconciler.keep_marked(batch, lines)
        if late := len(lines) - len(rest):
            told = (batch.title, late, batch.batch)
            log.warning("%s: %d lines of batch %s are there after all, and not sent again", *told)
        if not rest:
            yield from self._complete(batch)

    def close(self, batch: Batch) -> Events:
        """Close a batch of which nothing is left to send: a run died before it could."""
        if batch.submitted_at:
            self.duplicates.doubt(batch)
        yield from self._complete(batch)

    # What a server says

    def _taken(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        """Write an answer down before anything else is done with it."""
        batch = self._journal.taken(batch, job, named(lines, job))
        if ended(job):
            yield from self._ended(batch, lines, job)
        elif self._context.options.wait:
            yield from self.follow(batch, lines)
        else:
            self.retries.taken()
            yield Sent(batch, len(lines))

    def _ended(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        if job.status == FAILED:
            yield from self._failed(batch, lines, job)
            return
        if batch.status is not BatchStatus.TAKEN:
            batch = self._journal.taken(batch, job, named(lines, job))
        yield from self._collect(batch, lines, named(lines, job))

    def _collect(self, batch: Batch, lines: Sequence[Line], ids: Mapping[int, int]) -> Events:
        """Bring the tasks of a batch into the mirror, and close it.

        What the server calls done it has perhaps not made: no line is created without its task.
        """
        found = self._reconciler.read_back(batch, lines, ids)
        made = {line.place: found[line.place] for line in lines if line.place in found}
        if made:
            self.retries.taken()
            self._journal.settle(batch, LineOutcome.CREATED, made)
            yield Settled(LineOutcome.CREATED, len(made))
        rest = [line for line in lines if line.place not in made]
        if rest:
            self.duplicates.doubt(batch)  # its tasks may appear later
            wrong = {line.place: NO_TASK for line in rest}
            self._journal.settle(batch, None, dict.fromkeys(wrong))
            yield from self._wrong(batch, rest, wrong, f"{len(rest)} lines: {NO_TASK}")
        else:
            yield from self._complete(batch)

    def _failed(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        """Go on after a job that failed; of a long one a part may be in."""
        wrong = by_place(lines, self._intake.problems(job.error or ""))
        rest = yield from self._reconciler.keep_marked(batch, lines)
        if not rest:
            yield from self._complete(batch)
        elif self._intake.refuses(job.error or ""):
            yield from self._wrong(batch, rest, wrong, str(failure(job)))
        else:
            yield from self.retries.worker_failed(batch, rest, failure(job))

    def _refused(self, batch: Batch, lines: Sequence[Line], error: SourceError) -> Events:
        """Go on after a refusal; one that is not for what was sent stops the import."""
        wrong = by_place(lines, error.problems if isinstance(error, Invalid) else {})
        if error.status == TOO_LARGE:  # which a proxy may say of what it has let through
            self.duplicates.doubt(batch)
        if batch in self.duplicates:  # what was sent before may have come meanwhile
            lines = yield from self._reconciler.keep_marked(batch, lines)
            if not lines:
                yield from self._complete(batch)
                return
        if error.status == TOO_LARGE and len(lines) > 1:
            yield from self._divided(batch, str(error), [], halves(lines))
        elif isinstance(error, Invalid) or error.status in (BAD_REQUEST, TOO_LARGE):
            yield from self._wrong(batch, lines, wrong, str(error))
        else:
            self._journal.batches.change(batch, BatchStatus.PREPARED)
            raise error

    def _wrong(
        self, batch: Batch, lines: Sequence[Line], wrong: Mapping[int, str], said: str
    ) -> Events:
        """Set wrong lines aside and send the others, or say which they are.

        Where the server does not tell which, halves are tried. Raises InputError.
        """
        bad = [(line, wrong[line.place]) for line in lines if line.place in wrong]
        skip_bad = self._context.options.skip_bad
        if not skip_bad or not all(line.raw for line in lines):
            self._journal.batches.fail(batch, said)
            if skip_bad:
                return  # whoever has the file sends the others
            raise InputError(refused(batch.title, lines, bad, said))
        good = [line for line in lines if line.place not in wrong]
        if not bad and len(lines) == 1:
            bad, good = [(lines[0], said)], []
        groups = [good] if bad else halves(lines)
        yield from self._divided(batch, said, bad, [group for group in groups if group])

    def _divided(
        self,
        batch: Batch,
        said: str,
        bad: Sequence[tuple[Line, str]],
        groups: Sequence[Sequence[Line]],
        *,
        failed: bool = False,
    ) -> Events:
        new = self._journal.part(batch, said, bad, groups)
        if bad:
            yield Settled(LineOutcome.REJECTED, len(bad))
        self.retries.part(new, failed=failed)
        for each, lines in zip(new, groups, strict=True):
            yield from self.deliver(each, lines)

    def _in_halves(self, batch: Batch, lines: Sequence[Line], error: SourceError) -> Events:
        yield from self._divided(batch, str(error), [], halves(lines), failed=True)

    def _complete(self, batch: Batch) -> Events:
        """Close a batch; tell what of one that may have been sent twice is there twice."""
        self._journal.batches.complete(batch)
        yield from self.duplicates.of(batch)
