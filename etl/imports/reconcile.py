"""Finds out what of a batch is there already: by its mark, by its job, by the keys of its lines.

That something is not there is believed at once where the server says so, else when it had the
time to appear: a server goes on with what it was sent though nobody waits for the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, TypeVar

from etl import times
from etl.database import Session
from etl.errors import InputError, Invalid, SourceError, Unreachable
from etl.extract import Sender, ask
from etl.imports.batch import (
    Batch,
    BatchStatus,
    Duplicated,
    Event,
    Events,
    LineOutcome,
    Settled,
    Waiting,
)
from etl.imports.journal import Journal
from etl.imports.options import ImportOptions
from etl.imports.records import Line
from etl.imports.validate import STDIN, told
from etl.intake import Existing, Intake, Job, JobSearch, Key
from etl.load import Loader
from etl.paging import record_id
from etl.reject import storable
from etl.stream import Page, Part, Source, Stream
from etl.transform import Plan

T = TypeVar("T")

ABSENT = timedelta(seconds=60)  # after which what a server does while it answers would be there
LISTED = timedelta(seconds=5)  # after which a job would be among the server's jobs
A_LINE = timedelta(milliseconds=20)  # longer, for each line; a slow server takes 2 ms for one
QUEUED = timedelta(hours=1)  # after which a queue would have come to it
FIRST_PAUSE, LONGER, LONGEST_PAUSE = 0.2, 1.5, 15.0  # seconds between two looks
SERVER_ERROR = 500  # said by the server itself, when it has given up

Looked = Generator[Event, None, T]
"""Yields what happens, and ends in what was found."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an import works with: the source, what speaks to it, the books, and how it is done."""

    source: Source
    intake: Intake
    stream: Stream
    sender: Sender
    session: Session
    journal: Journal
    run_id: int
    options: ImportOptions
    sleep: Callable[[float], None] = time.sleep

    def pause(self, last: float) -> float:
        """Wait longer than the last time, up to a limit."""
        pause = min(last * LONGER, LONGEST_PAUSE) or FIRST_PAUSE
        self.sleep(pause)
        return pause


class ReadBack(NamedTuple):
    """Tasks that are there: their ids, and those by the places that the marks of a batch tell."""

    ids: frozenset[int]
    places: dict[int, int]


class Reconciler:
    """Compares what one import has sent with what is there, and brings it into the mirror."""

    def __init__(self, context: Context) -> None:
        self._context = context

    # By key

    def skip_existing(
        self, batch: Batch, lines: Sequence[Line], *, begun: bool = False
    ) -> Looked[list[Line]]:
        """Leave out the lines that are in: by the mark of an earlier sending, and by their keys.

        What is there under a key is changed if that is wanted. A batch that was `begun` may have
        changed tasks of which the mirror does not know. The marks are looked for after the keys:
        what comes in between is our own.
        """
        there = self._existing(batch, lines)
        if batch.submitted_at:
            lines = yield from self.keep_found(batch, lines, self.tasks_by_mark(batch))
        known = {line: there[line] for line in lines if line in there}
        yield from self._known(batch, known, begun=begun)
        return [line for line in lines if line not in there]

    def _existing(self, batch: Batch, lines: Sequence[Line]) -> dict[Line, Existing]:
        """Find the tasks that are there under the keys of lines; no two lines have one key."""
        context, name = self._context, self._context.options.key
        if name is None:
            return {}
        keys: dict[Key, Line] = {context.intake.key(line.raw, name): line for line in lines}
        existing = context.intake.existing(batch.project_id, name, list(keys))
        return {keys[key]: task for key, task in ask(existing, context.sender).items()}

    def _known(self, batch: Batch, there: Mapping[Line, Existing], *, begun: bool) -> Events:
        """Settle the lines whose tasks are there. Raises InputError for what is refused."""
        changed: dict[int, int | None] = {}
        same: dict[int, int | None] = {}
        wrong: list[tuple[Line, str]] = []
        for line, task in there.items():
            try:
                outcome = changed if self._changed(line, task) else same
            except Invalid as error:
                wrong.append((line, str(error)))
            else:
                outcome[line.place] = task.id
        self.mirror(batch, self._unmirrored(changed, same, begun=begun))
        for named, ids in ((LineOutcome.UPDATED, changed), (LineOutcome.SKIPPED, same)):
            if ids:
                self._context.journal.settle(batch, named, ids)
                yield Settled(named, len(ids))
        if wrong:
            yield from self._refused(batch, wrong)

    def _unmirrored(
        self, changed: Mapping[int, int | None], same: Mapping[int, int | None], *, begun: bool
    ) -> list[int]:
        """Choose the tasks that the mirror does not have, or not as they are."""
        ids = [task for task in same.values() if task]
        table, history = self._context.stream.shape.table, self._context.journal.history
        known = set() if begun or not ids else history.mirrored(table, ids)
        return [task for task in changed.values() if task] + [n for n in ids if n not in known]

    def _changed(self, line: Line, task: Existing) -> bool:
        """Change a task that is there, if that is wanted and it differs. Raises Invalid."""
        context = self._context
        change = context.intake.change(line.raw, task) if context.options.update else None
        if change:
            context.sender.send(change)
        return change is not None

    def _refused(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> Events:
        """Set lines aside whose changes were refused, or say which they are. Raises InputError."""
        journal = self._context.journal
        if not self._context.options.skip_bad:
            said = told(batch.file or STDIN, wrong)
            journal.change(batch, BatchStatus.FAILED, error=storable(said))
            raise InputError(said)
        journal.reject(batch, wrong)
        yield Settled(LineOutcome.REJECTED, len(wrong))

    # By mark and by job

    def wait_for_batch(
        self, batch: Batch, lines: Sequence[Line], error: SourceError | None, *, over: bool
    ) -> Looked[Job | dict[int, int]]:
        """Look for a batch until it is found or its absence is believed. Raises Unreachable.

        It is `over` where the server has answered each sending of it, if only by 500.
        """
        ends_at = time.monotonic() + self._context.options.timeout
        age = self._since_lost(batch, error)
        slow = len(lines) * A_LINE + (_since(batch) if error else timedelta(0))
        search, pause = None, 0.0
        while {line.place for line in lines} - (found := self.tasks_by_mark(batch)).keys():
            if search is None and (over or age() > LISTED + len(lines) * A_LINE):
                search = self._job_search(batch)
                if search.job:
                    return search.job
            believed = search is not None and age() > _patience(search, slow, over=over)
            if believed and search and search.settled and not over:
                search = self._job_search(batch)  # a job may have been begun meanwhile
                if search.job:
                    return search.job
                believed = search.settled
            if believed:
                return self.tasks_by_mark(batch)  # once more: it may have come while we asked
            if time.monotonic() > ends_at:
                raise Unreachable(
                    f"batch {batch.batch} of {batch.file} was sent and not answered, and a server "
                    "that works by jobs may still come to it; later: annomirror import --resume",
                    reached=True,
                )
            yield Waiting(batch, "looked for")
            pause = self._context.pause(pause)
        return found

    def _since_lost(self, batch: Batch, error: SourceError | None) -> Callable[[], timedelta]:
        """Give a clock that tells how long ago the wait for the answer ended.

        A run that died is taken to have waited until its deadline.
        """
        before = timedelta(0)
        if error is None:
            waited = timedelta(seconds=self._context.source.deadline)
            before = max(_since(batch) - waited, before)
        began = time.monotonic()
        return lambda: before + timedelta(seconds=time.monotonic() - began)

    def _job_search(self, batch: Batch) -> JobSearch:
        intake = self._context.intake
        ago = _since(batch)
        return ask(intake.job_search(batch.project_id, batch.mark, ago), self._context.sender)

    def keep_found(
        self, batch: Batch, lines: Sequence[Line], found: dict[int, int]
    ) -> Looked[list[Line]]:
        """Settle the lines whose tasks were found, and give the others."""
        mine = {line.place: found[line.place] for line in lines if line.place in found}
        if mine:
            self.mirror(batch, list(mine.values()))
            self._context.journal.settle(batch, LineOutcome.CREATED, mine)
            yield Settled(LineOutcome.CREATED, len(mine))
        return [line for line in lines if line.place not in found]

    def tasks_by_mark(self, batch: Batch) -> dict[int, int]:
        """Find the tasks of a batch by the marks they carry; the oldest of each place."""
        return {place: ids[0] for place, ids in self._all_by_mark(batch).items()}

    def duplicates(self, batch: Batch) -> Events:
        """Tell which tasks of a batch that may have been sent twice the books do not name.

        Where a line of it is still open, its task is not too many: it is found when that is sent.
        """
        found, history = self._all_by_mark(batch), self._context.journal.history
        for line in history.lines(batch):
            found.pop(line.place, None)
        if not found:
            return
        named = history.named(batch.session, min(found) - 1, max(found))
        every = {key: place for place, ids in found.items() for key in ids}
        if extra := sorted(key for key, place in every.items() if named.get(place) != key):
            said = f"landed twice: also there are {', '.join(map(str, extra))}"
            self._context.journal.note(batch, error=said)
            yield Duplicated(batch, extra)

    def _all_by_mark(self, batch: Batch) -> dict[int, list[int]]:
        marked = self._context.intake.marked(batch.project_id, batch.mark)
        return ask(marked, self._context.sender)

    def mirror(self, batch: Batch, ids: Iterable[int]) -> ReadBack:
        """Write those of some tasks that are there into the mirror as a sync would."""
        context, wanted = self._context, list(ids)
        if not wanted:
            return ReadBack(frozenset(), {})
        records = ask(context.intake.records(batch.project_id, wanted), context.sender)
        plan = Plan(context.stream, context.source.name)
        loader = Loader(context.session, plan, context.run_id)
        loader.commit(Part(str(batch.project_id)), Page(records), plan.transform(records))
        there = frozenset(key for record in records if (key := record_id(record)) is not None)
        return ReadBack(there, context.intake.places(records, batch.mark))


def _since(batch: Batch) -> timedelta:
    """Tell how long ago a batch was sent."""
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
