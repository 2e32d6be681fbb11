"""Finds out what of a batch is there already: by its mark, by its job, by the keys of its lines.

That something is not there is believed at once where the server says so, else when it had the
time to appear: a server goes on with what it was sent though nobody waits for the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from etl import times
from etl.database import Session
from etl.errors import InputError, Invalid, SourceError, Unreachable
from etl.extract import Sender, ask
from etl.imports.batch import (
    CREATED,
    REJECTED,
    SKIPPED,
    UPDATED,
    Batch,
    Event,
    Events,
    Settled,
    Waiting,
)
from etl.imports.journal import Journal
from etl.imports.options import ImportOptions
from etl.imports.records import Line
from etl.imports.validate import STDIN, told
from etl.intake import FAILED, Existing, Intake, Job, JobSearch, Key
from etl.load import Loader
from etl.reject import storable
from etl.stream import Page, Part, Source, Stream
from etl.transform import Plan

T = TypeVar("T")

ABSENT = timedelta(seconds=60)  # after which what a server does while it answers would be there
QUEUED = timedelta(hours=1)  # after which a queue would have come to it
LISTED = timedelta(seconds=5)  # after which a job would be among the server's jobs
FIRST_PAUSE, LONGER, LONGEST_PAUSE = 0.2, 1.5, 15.0  # seconds between two looks
SERVER_ERROR = 500  # said by the server itself, when it has given up


Looked = Generator[Event, None, T]
"""Yields what happens, and ends in what was found."""


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Looks for what one import has put into a platform, and brings it into the mirror."""

    source: Source
    intake: Intake
    stream: Stream
    sender: Sender
    session: Session
    journal: Journal
    run_id: int
    options: ImportOptions
    sleep: Callable[[float], None] = time.sleep

    def keyed(self, batch: Batch, lines: Sequence[Line]) -> Looked[list[Line]]:
        """Leave out the lines whose key is there, having changed their tasks if that is wished."""
        if self.options.key is None:
            return list(lines)
        keys: dict[Key, Line] = {self.intake.key(n.raw, self.options.key): n for n in lines}
        asked = self.intake.existing(batch.project_id, self.options.key, list(keys))
        there = ask(asked, self.sender)
        found: dict[str, dict[int, int | None]] = {UPDATED: {}, SKIPPED: {}}
        wrong: list[tuple[Line, str]] = []
        for key, task in there.items():
            try:
                outcome = UPDATED if self._changed(keys[key], task) else SKIPPED
            except Invalid as error:
                wrong.append((keys[key], str(error)))
            else:
                found[outcome][keys[key].place] = task.id
        self.mirror(batch, [task for task in found[UPDATED].values() if task])
        for outcome, ids in found.items():
            if ids:
                self.journal.settle(batch, outcome, ids)
                yield Settled(outcome, len(ids))
        if wrong:
            yield from self._refused(batch, wrong)
        return [line for key, line in keys.items() if key not in there]

    def _changed(self, line: Line, task: Existing) -> bool:
        """Change a task that is there, if that is wished and it differs. Raises Invalid."""
        change = self.intake.change(line.raw, task) if self.options.update else None
        if change:
            self.sender.send(change)
        return change is not None

    def _refused(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> Events:
        """Set lines aside whose changes were refused, or say which they are. Raises InputError."""
        if not self.options.skip_bad:
            said = told(batch.file or STDIN, wrong)
            self.journal.change(batch, status=FAILED, error=storable(said))
            raise InputError(said)
        self.journal.reject(batch, wrong)
        yield Settled(REJECTED, len(wrong))

    def looked_for(
        self, batch: Batch, lines: Sequence[Line], error: SourceError | None
    ) -> Looked[Job | dict[int, int]]:
        """Look for a batch until it is found or its absence is believed. Raises Unreachable."""
        over = error is not None and error.status == SERVER_ERROR
        traces, pause, ends_at = None, 0.0, time.monotonic() + self.options.timeout
        while len(found := self.marked(batch)) < len(lines):
            age = times.parsed(times.now()) - times.parsed(batch.submitted_at or times.now())
            if traces is None and (over or age > LISTED):
                traces = self._traces(batch)
                if traces.job:
                    return traces.job
            if traces and (over or traces.settled or age > (QUEUED if traces.queued else ABSENT)):
                return self.marked(batch)  # once more: it may have come while we asked
            if time.monotonic() > ends_at:
                raise Unreachable(
                    f"batch {batch.batch} of {batch.file} was sent and not answered, and a server "
                    "that works by jobs may still come to it; see later: annomirror import --resume"
                )
            yield Waiting(batch, "looked for")
            pause = self.pause(pause)
        return found

    def _traces(self, batch: Batch) -> JobSearch:
        return ask(self.intake.traces(batch.project_id, batch.mark), self.sender)

    def kept(
        self, batch: Batch, lines: Sequence[Line], found: dict[int, int]
    ) -> Looked[list[Line]]:
        """Note which lines are in, and give the others."""
        mine = {line.place: found[line.place] for line in lines if line.place in found}
        if mine:
            self.mirror(batch, list(mine.values()))
            self.journal.settle(batch, CREATED, mine)
            yield Settled(CREATED, len(mine))
        return [line for line in lines if line.place not in found]

    def marked(self, batch: Batch) -> dict[int, int]:
        """Find the tasks of a batch by the marks they carry."""
        return ask(self.intake.marked(batch.project_id, batch.mark), self.sender)

    def mirror(self, batch: Batch, ids: Sequence[int]) -> dict[int, int]:
        """Write tasks into the mirror as a sync would; give their ids by the places they carry."""
        if not ids:
            return {}
        records = ask(self.intake.records(batch.project_id, ids), self.sender)
        plan = Plan(self.stream, self.source.name)
        loader = Loader(self.session, plan, self.run_id)
        page = Page(records)
        loader.commit(Part(str(batch.project_id)), page, plan.transform(records))
        return self.intake.places(records, batch.mark)

    def pause(self, last: float) -> float:
        """Wait longer than the last time, up to a limit."""
        pause = min(last * LONGER, LONGEST_PAUSE) or FIRST_PAUSE
        self.sleep(pause)
        return pause
