"""Brings one batch to its end: everything in it is there, once, and in the mirror.

A batch whose answer was lost is looked for before anything of it is sent again. That it is not
there is believed at once where the server says so, else when it had the time to appear.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from etl import times
from etl.errors import InputError, Invalid, Missing, SourceError, Unreachable
from etl.extract import ask
from etl.imports.batch import CREATED, PREPARED, REJECTED, SENDING, Batch, Events, Settled, Waiting
from etl.imports.journal import Journal
from etl.imports.options import ImportOptions
from etl.imports.reconcile import SERVER_ERROR, Reconciler
from etl.imports.records import Line
from etl.imports.validate import STDIN, refused
from etl.intake import COMPLETED, FAILED, Intake, Job, ended
from etl.reject import storable
from etl.verdict import may_have_arrived

log = logging.getLogger(__name__)

ATTEMPTS = 3
BAD_REQUEST, TOO_LARGE = 400, 413


@dataclass(kw_only=True)
class Delivery:
    """Sends the batches of one source, one after the other."""

    there: Reconciler
    _attempts: dict[int, int] = field(default_factory=dict)

    @property
    def intake(self) -> Intake:
        """How records are put into the platform."""
        return self.there.intake

    @property
    def journal(self) -> Journal:
        """The books."""
        return self.there.journal

    @property
    def options(self) -> ImportOptions:
        """How it is wished to be done."""
        return self.there.options

    def deliver(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Send what of a batch is not there yet, and follow it. Raises SourceError, InputError."""
        lines = yield from self.there.keyed(batch, lines)
        if not lines:
            self._complete(batch)
            return
        batch = replace(batch, status=SENDING, submitted_at=times.now())
        self.journal.change(batch, status=SENDING, submitted_at=batch.submitted_at)
        records = [self.intake.wrapped(n.raw, f"{batch.mark}{n.place}") for n in lines]
        try:
            answer = self.there.sender.send(self.intake.submission(batch.project_id, records))
            job = self.intake.answered(answer)
        except SourceError as error:
            if may_have_arrived(error):
                yield from self.find(batch, lines, error)
            else:
                yield from self._refused(batch, lines, error)
        else:
            yield from self._taken(batch, lines, job)

    def find(self, batch: Batch, lines: Sequence[Line], error: SourceError | None = None) -> Events:
        """Find out what became of a batch that was sent and not answered; then go on with it."""
        why = f" ({error})" if error else ""
        log.warning("%s: batch %s got no answer%s; looking for it", batch.file, batch.batch, why)
        found = yield from self.there.looked_for(batch, lines, error)
        if isinstance(found, Job):
            yield from self._taken(batch, lines, found)
            return
        rest = yield from self.there.kept(batch, lines, found)
        if not rest:
            self._complete(batch)
            return
        self.journal.change(batch, status=PREPARED)
        if not all(line.raw for line in rest):
            return  # whoever has the file sends them
        attempt = self._attempts[batch.id] = self._attempts.get(batch.id, 1) + 1
        if attempt <= ATTEMPTS:
            yield from self.deliver(batch, rest)
        elif error and error.status == SERVER_ERROR:
            yield from self._wrong(batch, rest, {}, str(error))
        else:
            raise error or Unreachable(f"batch {batch.batch} of {batch.file} does not arrive")

    def follow(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Ask after a job until it has ended; once, where it is not to be waited for.

        Raises SourceError where it takes too long.
        """
        job_id, ends_at, pause = batch.job_id or 0, time.monotonic() + self.options.timeout, 0.0
        status = batch.status
        while True:
            try:
                job = ask(self.intake.job(batch.project_id, job_id), self.there.sender)
            except Missing:  # the server does not keep its jobs for ever
                if batch.session is None:
                    raise
                yield from self.find(batch, lines)
                return
            if ended(job):
                break
            if job.status != status:
                status = job.status
                self.journal.change(batch, status=storable(status))
            yield Waiting(batch, status)
            if not self.options.wait:
                return
            if time.monotonic() > ends_at:
                raise Unreachable(
                    f"job {job_id} of project {batch.project_id} has not ended within "
                    f"{self.options.timeout:g} s, it is {status}; it goes on without us, see after "
                    "it with: annomirror import --resume"
                )
            pause = self.there.pause(pause)
        yield from self._ended(batch, lines, job)

    def collect(self, batch: Batch, lines: Sequence[Line], ids: dict[int, int]) -> Events:
        """Bring the tasks of a batch into the mirror, and close it."""
        marks = self.there.mirror(batch, [*ids.values()])
        found = {line.place: marks.get(line.place, ids.get(line.place)) for line in lines}
        self.journal.settle(batch, CREATED, found, status=COMPLETED, finished_at=times.now())
        yield Settled(CREATED, len(found))

    def finish(self, batch: Batch, lines: Sequence[Line]) -> Events:
        """Go on with a batch of which the server has everything, and the mirror perhaps not."""
        ids = self.journal.history.ids(batch) or self.there.marked(batch)
        yield from self.collect(batch, lines, ids)

    # What a server says

    def _taken(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        """Write an answer down before anything else is done with it."""
        batch = replace(batch, job_id=job.id, status=job.status)
        self.journal.taken(batch, job, _ids(lines, job))
        if ended(job):
            yield from self._ended(batch, lines, job)
        elif self.options.wait:
            yield from self.follow(batch, lines)

    def _ended(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        if batch.session is None:
            yield from self._watched(batch, job)
            return
        if job.status == FAILED:
            yield from self._failed(batch, lines, job)
            return
        if job.counts:
            self.journal.change(batch, **job.counts)
        ids = _ids(lines, job) or self.there.marked(batch)
        yield from self.collect(batch, lines, ids)

    def _watched(self, batch: Batch, job: Job) -> Events:
        """Write down what a job begun elsewhere came to. Raises SourceError if it failed."""
        said = job.error or "the server does not say why"
        if job.status == FAILED:
            end = {"status": FAILED, "error": storable(said), "finished_at": times.now()}
            self.journal.change(batch, **end)
            raise SourceError(f"job {job.id} failed: {said}")
        lines = [Line(n, 0, raw) for n, raw in enumerate(job.records, 1)][: len(job.ids)]
        self.there.mirror(batch, job.ids)
        ids = dict(enumerate(job.ids, 1))
        end = {"status": COMPLETED, "finished_at": times.now()}
        self.journal.adopt(batch, lines, ids, **end, **job.counts)
        yield Settled(CREATED, len(ids))

    def _failed(self, batch: Batch, lines: Sequence[Line], job: Job) -> Events:
        """Go on after a job that failed; of a long one a part may be in."""
        said = job.error or "the server does not say why"
        wrong = _by_place(lines, self.intake.problems(said))
        rest = yield from self.there.kept(batch, lines, self.there.marked(batch))
        yield from self._wrong(batch, rest, wrong, f"job {job.id} failed: {said}")

    def _refused(self, batch: Batch, lines: Sequence[Line], error: SourceError) -> Events:
        """Go on after a refusal; one that is not for what was sent stops the import."""
        if error.status == TOO_LARGE and len(lines) > 1:
            yield from self._divided(batch, str(error), [], _halves(lines))
        elif isinstance(error, Invalid) or error.status in (BAD_REQUEST, TOO_LARGE):
            problems = error.problems if isinstance(error, Invalid) else {}
            yield from self._wrong(batch, lines, _by_place(lines, problems), str(error))
        else:
            self.journal.change(batch, status=PREPARED)
            raise error

    def _wrong(
        self, batch: Batch, lines: Sequence[Line], wrong: dict[int, str], said: str
    ) -> Events:
        """Set wrong lines aside and send the others, or say which they are.

        Where the server does not tell which, halves are tried. Raises InputError.
        """
        named = [(line, wrong[line.place]) for line in lines if line.place in wrong]
        if not lines:
            self._complete(batch)
            return
        if not self.options.skip_bad or not all(line.raw for line in lines):
            self.journal.change(batch, status=FAILED, error=storable(said))
            if self.options.skip_bad:
                return  # whoever has the file sends the others
            raise InputError(refused(batch.file or STDIN, lines, named, said))
        good = [line for line in lines if line.place not in wrong]
        if not named and len(lines) == 1:
            named, good = [(lines[0], said)], []
        groups = [good] if named else _halves(lines)
        yield from self._divided(batch, said, named, [group for group in groups if group])

    def _divided(
        self,
        batch: Batch,
        said: str,
        named: Sequence[tuple[Line, str]],
        groups: Sequence[Sequence[Line]],
    ) -> Events:
        new = self.journal.part(batch, said, named, groups)
        if named:
            yield Settled(REJECTED, len(named))
        for each, lines in zip(new, groups, strict=True):
            yield from self.deliver(each, lines)

    def _complete(self, batch: Batch) -> None:
        self.journal.change(batch, status=COMPLETED, finished_at=times.now())


def _ids(lines: Sequence[Line], job: Job) -> dict[int, int]:
    """Give the task of each line, where the server names as many as there are lines."""
    if len(job.ids) != len(lines):
        return {}
    return {line.place: key for line, key in zip(lines, job.ids, strict=True)}


def _by_place(lines: Sequence[Line], problems: Mapping[int, str]) -> dict[int, str]:
    """Give what is wrong by the place in the file, not by that in the batch."""
    return {lines[n].place: why for n, why in problems.items() if n < len(lines)}


def _halves(lines: Sequence[Line]) -> list[Sequence[Line]]:
    middle = len(lines) // 2
    return [lines[:middle], lines[middle:]]
