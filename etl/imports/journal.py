"""Keeps the books of imports: batches, and what became of each line, written before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from etl import times
from etl.database import Session
from etl.imports.batch import GIVEN_UP, Batch, BatchStatus, LineOutcome
from etl.imports.batches import STAMPS, Batches
from etl.imports.records import Line
from etl.imports.rejected import RejectedLines
from etl.intake import Intake, Job, Key
from etl.reject import storable
from etl.statements import Spelling, quoted

ITEM = ("source", "import_id", "position", "line", "content_hash", "external_key", "outcome")


class Journal:
    """Keeps the books of one source's imports, in the run `run_id`."""

    def __init__(self, session: Session, intake: Intake, source: str, run_id: int) -> None:
        self._session, self._source = session, source
        self.batches = Batches(session, intake, source)
        self.history = self.batches.history
        self._spelling = Spelling(session.dialect)
        self._rejected = RejectedLines(session, source, run_id)
        self._items_table = str(intake.items.__tablename__)
        self._items, self._jobs = quoted(self._items_table), quoted(intake.jobs.__tablename__)

    def give_up(self, batches: Iterable[Batch], why: str) -> None:
        """Close batches that are not gone on with; the books keep where each stood."""
        mark, said = self._spelling.mark, storable(f"given up: {why}")
        with self._session.transaction():
            for batch in batches:
                if batch.submitted_at and not self.history.lines(batch):
                    self.batches.complete(batch)  # a run died before it could
                    continue
                self._session.run(
                    f"UPDATE {self._items} SET outcome = {mark} WHERE outcome IS NULL "
                    f"AND {self._spelling.equal('source', 'import_id')}",
                    (LineOutcome.ABANDONED.value, self._source, batch.id),
                )
                self.batches.change(batch, BatchStatus.FAILED, error=said, finished_at=times.now())
                stood = {**batch.options, GIVEN_UP: batch.status.value}
                self.batches.note(batch, options=json.dumps(stood))

    def take_up(self, some: Batch, known_by: Mapping[str, str]) -> Batch:
        """Sign the batch that an import goes on by, and open its lines that were given up.

        Each batch stands where it stood: a job is followed that goes on, and what was not answered
        is waited for. What was not sent is read anew, as what failed is.
        """
        mark = self._spelling.mark
        with self._session.transaction():
            (some,) = self.batches.sign([some], known_by)
            self._session.run(
                f"UPDATE {self._items} SET outcome = NULL WHERE outcome = {mark} AND "
                f"{self._spelling.equal('source')} AND import_id IN (SELECT id FROM {self._jobs} "
                f"WHERE {self._spelling.equal('source', 'session')})",
                (LineOutcome.ABANDONED.value, self._source, self._source, some.session),
            )
            for batch in self.history.of_session(some.session):
                kept = {**batch.options}
                stood = BatchStatus(kept.pop(GIVEN_UP, BatchStatus.READING.value))
                if stood is BatchStatus.PREPARED:
                    stood = BatchStatus.FAILED  # as its lines may say something else by now
                if stood is not BatchStatus.READING:  # which had no lines
                    self.batches.change(batch, stood, error=None, finished_at=None)
                self.batches.note(batch, options=json.dumps(kept))
        return some

    # Lines

    def prepare(
        self,
        batch: Batch,
        lines: Sequence[Line],
        keys: Mapping[int, Key],
        wrong: Mapping[int, str],
        *,
        last: bool,
    ) -> tuple[Batch, Batch | None]:
        """Write down what a batch is to hold; unless it is the file's last, open the next."""
        rejected = LineOutcome.REJECTED.value
        rows = [
            (line, keys.get(line.place), rejected if line.place in wrong else None, None)
            for line in lines
        ]
        with self._session.transaction():
            self._add(batch, rows)
            self._rejected.put(batch, [(n, wrong[n.place]) for n in lines if n.place in wrong])
            batch = self.batches.change(batch, BatchStatus.PREPARED)
            return batch, None if last else self.batches.begin_next(batch)

    def adopt(self, batch: Batch, made: Sequence[tuple[Line, int]], **columns: Any) -> None:
        """Write down what a job begun elsewhere has made, and close it."""
        created = LineOutcome.CREATED.value
        with self._session.transaction():
            self._add(batch, [(line, None, created, task_id) for line, task_id in made])
            self.batches.change(batch, BatchStatus.COMPLETED, finished_at=times.now(), **columns)

    def _add(
        self, batch: Batch, rows: Iterable[tuple[Line, Key | None, str | None, int | None]]
    ) -> None:
        stamp = times.now()
        columns = (*ITEM, "task_id", *STAMPS)
        self._session.many(
            self._spelling.insert(self._items_table, columns),
            [
                (
                    *(self._source, batch.id, line.place, line.number or None),
                    *(line.content_hash if line.raw or line.number else None, _storable(key)),
                    *(outcome, task_id, stamp, stamp),
                )
                for line, key, outcome, task_id in rows
            ],
        )

    def taken(self, batch: Batch, job: Job, ids: Mapping[int, int]) -> Batch:
        """Write down what the server said: who does it; the ids and counts if it is done."""
        with self._session.transaction():
            status = BatchStatus.of_job(job.status)
            self._settle(batch, None, ids)
            if status is BatchStatus.FAILED:  # which of its lines are there is not known yet
                self.batches.note(batch, job_id=job.id)
                return replace(batch, job_id=job.id)
            counts = job.counts if status is BatchStatus.TAKEN else {}
            return self.batches.change(batch, status, job_id=job.id, **counts)

    def settle(
        self, batch: Batch, outcome: LineOutcome | None, ids: Mapping[int, int | None]
    ) -> None:
        """Write down what became of some lines; without an outcome, that this is open again."""
        with self._session.transaction():
            self._settle(batch, outcome, ids)
            self._rejected.release(batch, ids)

    def reject(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> None:
        """Set lines of a batch aside, as they say now."""
        hashes = {line.place: (line.content_hash,) for line, _ in wrong}
        with self._session.transaction():
            self._rejected.put(batch, wrong)
            self._write(batch, ("content_hash",), hashes)
            self._settle(batch, LineOutcome.REJECTED, {line.place: None for line, _ in wrong})

    def part(
        self,
        batch: Batch,
        error: str | None,
        wrong: Sequence[tuple[Line, str]],
        groups: Sequence[Sequence[Line]],
    ) -> list[Batch]:
        """Close a batch that failed: what is wrong is set aside, the rest goes to new ones."""
        kept = {**batch.shared, "batch": batch.batch, "status": BatchStatus.PREPARED}
        with self._session.transaction():
            said = {} if error is None else {"error": storable(error)}
            self.batches.change(batch, BatchStatus.FAILED, finished_at=times.now(), **said)
            self._rejected.put(batch, wrong)
            self._settle(batch, LineOutcome.REJECTED, {line.place: None for line, _ in wrong})
            found = [self.batches.begin(**kept) for _ in groups]
            for new, lines in zip(found, groups, strict=True):
                self._write(batch, ("import_id",), {line.place: (new.id,) for line in lines})
        return found

    def reopen(self, some: Batch, lines: Iterable[Line], keys: Mapping[int, Key]) -> Batch:
        """Put lines of a file that were set aside into a new batch, as they say now."""
        mark, stamp = self._spelling.mark, times.now()
        where = (self._source, some.session)
        with self._session.transaction():
            batch = self.batches.begin_next(some, status=BatchStatus.PREPARED)
            self._session.many(
                f"UPDATE {self._items} SET import_id = {mark}, content_hash = {mark}, "
                f"external_key = {mark}, outcome = NULL, synced_at = {mark} "
                f"WHERE {self._spelling.equal('source', 'position')} AND import_id IN (SELECT id "
                f"FROM {self._jobs} WHERE {self._spelling.equal('source', 'session')})",
                [
                    (
                        *(batch.id, n.content_hash, _storable(keys.get(n.place)), stamp),
                        *(self._source, n.place, *where),
                    )
                    for n in lines
                ],
            )
        return batch

    def give_back(self, batch: Batch, *, opens: bool) -> None:
        """Forget the lines of a batch, to read them anew; perhaps open one for them.

        One that was never sent is forgotten too.
        """
        where = self._spelling.equal("source", "import_id")
        with self._session.transaction():
            self._session.run(f"DELETE FROM {self._items} WHERE {where}", (self._source, batch.id))
            if batch.status is BatchStatus.FAILED:
                self.batches.note(batch, finished_at=times.now())
            else:
                self.batches.drop(batch)
            if opens:
                self.batches.begin_next(batch)

    def reread(self, batch: Batch, lines: Iterable[Line], keys: Mapping[int, Key]) -> None:
        """Write down what lines say now that were wrong and have been mended."""
        rows = {n.place: (n.content_hash, _storable(keys.get(n.place))) for n in lines}
        with self._session.transaction():
            self._write(batch, ("content_hash", "external_key"), rows)

    def _settle(
        self, batch: Batch, outcome: LineOutcome | None, ids: Mapping[int, int | None]
    ) -> None:
        stamp, said = times.now(), outcome and outcome.value
        rows = {place: (said, task, stamp) for place, task in ids.items()}
        self._write(batch, ("outcome", "task_id", "synced_at"), rows)

    def _write(
        self, batch: Batch, columns: Sequence[str], rows: Mapping[int, tuple[Any, ...]]
    ) -> None:
        """Write columns of some lines, by their places."""
        mark = self._spelling.mark
        self._session.many(
            f"UPDATE {self._items} SET {', '.join(f'{name} = {mark}' for name in columns)} "
            f"WHERE {self._spelling.equal('source', 'import_id', 'position')}",
            [(*values, self._source, batch.id, place) for place, values in rows.items()],
        )


def _storable(key: Key | None) -> str | None:
    return None if key is None else storable(str(key))
