"""Keeps the books of imports: batches, and what became of each line, written before it is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl import times
from etl.database import Session
from etl.imports.batch import ABANDONED, CREATED, PREPARED, READING, REJECTED, TAKEN, Batch
from etl.imports.history import History
from etl.imports.records import Line
from etl.imports.rejected import RejectedLines
from etl.intake import COMPLETED, FAILED, Intake, Job, Key
from etl.reject import storable
from etl.statements import Spelling, quoted

ITEM = ("source", "import_id", "position", "line", "content_hash", "external_key", "outcome")
STAMPS = ("first_synced_at", "synced_at")


class Journal:
    """Keeps the books of one source's imports, in the run `run_id`."""

    def __init__(self, session: Session, intake: Intake, source: str, run_id: int) -> None:
        self._session, self._source = session, source
        self.history = History(session, intake, source)
        self._rejected = RejectedLines(session, source, run_id)
        self._spelling = Spelling(session.dialect)
        self._jobs_table, self._items_table = map(
            str, (intake.jobs.__tablename__, intake.items.__tablename__)
        )
        self._jobs, self._items = quoted(self._jobs_table), quoted(self._items_table)

    def begin(self, **columns: Any) -> Batch:
        """Open the next batch, of which nothing is known yet but where its lines come from."""
        with self._session.transaction():
            return self._open(**columns)

    def _open(self, *, status: str = READING, **columns: Any) -> Batch:
        where = self._spelling.equal("source")
        last = self._session.all(f"SELECT max(id) FROM {self._jobs} WHERE {where}", (self._source,))
        batch = Batch(id=(last[0][0] or 0) + 1, status=status, **columns)
        row = {"source": self._source, **vars(batch), "options": json.dumps(dict(batch.options))}
        row |= dict.fromkeys(STAMPS, times.now())
        self._session.run(self._spelling.insert(self._jobs_table, list(row)), [*row.values()])
        return batch

    def prepare(
        self,
        batch: Batch,
        lines: Sequence[Line],
        keys: Mapping[int, Key],
        wrong: Mapping[int, str],
        *,
        last: bool,
    ) -> Batch | None:
        """Write down what a batch is to hold; unless it is the file's last, open the next."""
        stamp = times.now()
        rows = [
            (
                *(self._source, batch.id, line.place, line.number, line.content_hash),
                _storable(keys.get(line.place)),
                REJECTED if line.place in wrong else None,
                *(stamp, stamp),
            )
            for line in lines
        ]
        with self._session.transaction():
            insert = self._spelling.insert(self._items_table, (*ITEM, *STAMPS))
            self._session.many(insert, rows)
            self._rejected.put(batch, [(n, wrong[n.place]) for n in lines if n.place in wrong])
            self._change(batch, status=PREPARED)
            return None if last else self._open(**self._next(batch))

    def _next(self, batch: Batch) -> dict[str, Any]:
        kept = {n: getattr(batch, n) for n in ("project_id", "session", "file", "options")}
        return kept | {"batch": (batch.batch or 0) + 1}

    def adopt(
        self, batch: Batch, lines: Sequence[Line], ids: Mapping[int, int], **columns: Any
    ) -> None:
        """Write down the lines of a job begun elsewhere, all of them done."""
        stamp = times.now()
        of = (self._source, batch.id)
        rows = [
            (*of, n.place, None, n.content_hash, None, CREATED, stamp, stamp, ids.get(n.place))
            for n in lines
        ]
        with self._session.transaction():
            insert = self._spelling.insert(self._items_table, (*ITEM, *STAMPS, "task_id"))
            self._session.many(insert, rows)
            self._change(batch, **columns)

    def give_up(self, batches: Iterable[Batch]) -> None:
        """Close batches that are not gone on with."""
        mark = self._spelling.mark
        with self._session.transaction():
            for batch in batches:
                self._session.run(
                    f"UPDATE {self._items} SET outcome = {mark} WHERE outcome IS NULL "
                    f"AND {self._spelling.equal('source', 'import_id')}",
                    (ABANDONED, self._source, batch.id),
                )
                said = "given up: the file was begun anew"
                self._change(batch, status=FAILED, error=said, finished_at=times.now())

    def give_back(self, batch: Batch, *, opens: bool) -> None:
        """Forget the lines of a batch that failed, to read them anew; perhaps open one for them."""
        where = self._spelling.equal("source", "import_id")
        with self._session.transaction():
            self._session.run(f"DELETE FROM {self._items} WHERE {where}", (self._source, batch.id))
            self._change(batch, finished_at=times.now())
            if opens:
                self._open(**self._next(batch))

    def drop(self, batch: Batch) -> None:
        """Forget a batch that there are no lines for."""
        where = self._spelling.equal("source", "id")
        with self._session.transaction():
            self._session.run(f"DELETE FROM {self._jobs} WHERE {where}", (self._source, batch.id))

    def change(self, batch: Batch, **columns: Any) -> None:
        """Write down what is new about a batch."""
        with self._session.transaction():
            self._change(batch, **columns)

    def taken(self, batch: Batch, job: Job, ids: Mapping[int, int]) -> None:
        """Write down what the server said: who does it, and the ids if it is done."""
        status = TAKEN if job.status == COMPLETED else job.status
        with self._session.transaction():
            self._change(batch, status=status, job_id=job.id)
            self._note(batch, None, ids)

    def settle(
        self, batch: Batch, outcome: str, ids: Mapping[int, int | None], **columns: Any
    ) -> None:
        """Write down what became of some lines, and perhaps of their batch."""
        with self._session.transaction():
            self._note(batch, outcome, ids)
            self._rejected.release(batch, ids)
            if columns:
                self._change(batch, **columns)

    def reject(self, batch: Batch, wrong: Sequence[tuple[Line, str]]) -> None:
        """Set lines of a batch aside."""
        with self._session.transaction():
            self._rejected.put(batch, wrong)
            self._note(batch, REJECTED, {line.place: None for line, _ in wrong})

    def part(
        self,
        batch: Batch,
        error: str | None,
        wrong: Sequence[tuple[Line, str]],
        groups: Sequence[Sequence[Line]],
    ) -> list[Batch]:
        """Close a batch that failed: what is wrong is set aside, the rest goes to new ones."""
        move = (
            f"UPDATE {self._items} SET import_id = {self._spelling.mark} "
            f"WHERE {self._spelling.equal('source', 'import_id', 'position')}"
        )
        kept = {n: getattr(batch, n) for n in ("project_id", "session", "batch", "file", "options")}
        with self._session.transaction():
            said = {} if error is None else {"error": storable(error)}
            self._change(batch, status=FAILED, finished_at=times.now(), **said)
            self._rejected.put(batch, wrong)
            self._note(batch, REJECTED, {line.place: None for line, _ in wrong})
            found = [self._open(**kept, status=PREPARED) for _ in groups]
            for new, lines in zip(found, groups, strict=True):
                self._session.many(
                    move, [(new.id, self._source, batch.id, line.place) for line in lines]
                )
        return found

    def _change(self, batch: Batch, **columns: Any) -> None:
        changes = columns | {"synced_at": times.now()}
        said = ", ".join(f"{quoted(name)} = {self._spelling.mark}" for name in changes)
        self._session.run(
            f"UPDATE {self._jobs} SET {said} WHERE {self._spelling.equal('source', 'id')}",
            (*changes.values(), self._source, batch.id),
        )

    def _note(self, batch: Batch, outcome: str | None, ids: Mapping[int, int | None]) -> None:
        mark, stamp = self._spelling.mark, times.now()
        self._session.many(
            f"UPDATE {self._items} SET outcome = {mark}, task_id = {mark}, synced_at = {mark} "
            f"WHERE {self._spelling.equal('source', 'import_id', 'position')}",
            [(outcome, task, stamp, self._source, batch.id, place) for place, task in ids.items()],
        )

    def rehash(self, batch: Batch, lines: Iterable[Line]) -> None:
        """Write down what lines say now that were wrong and have been mended."""
        with self._session.transaction():
            self._session.many(
                f"UPDATE {self._items} SET content_hash = {self._spelling.mark} "
                f"WHERE {self._spelling.equal('source', 'import_id', 'position')}",
                [(line.content_hash, self._source, batch.id, line.place) for line in lines],
            )


def _storable(key: Key | None) -> str | None:
    return None if key is None else storable(str(key))
