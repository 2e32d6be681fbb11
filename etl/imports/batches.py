"""Opens, changes and closes batches in the books of imports."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from etl import times
from etl.database import Session
from etl.imports.batch import TRANSITIONS, Batch, BatchStatus
from etl.imports.history import History
from etl.intake import Intake
from etl.reject import storable
from etl.statements import Spelling, quoted

STAMPS = ("first_synced_at", "synced_at")


class Batches:
    """The batches of one source's imports, as the books have them."""

    def __init__(self, session: Session, intake: Intake, source: str) -> None:
        self._session, self._source = session, source
        self.history = History(session, intake, source)
        self._spelling = Spelling(session.dialect)
        self._jobs_table = str(intake.jobs.__tablename__)
        self._jobs = quoted(self._jobs_table)

    def book(
        self,
        project_id: int,
        name: str,
        options: Mapping[str, Any],
        *,
        after: Batch | None = None,
        instead: Iterable[Batch] = (),
    ) -> Batch:
        """Write down that a file is to be imported, or that its import, `after` which, goes on.

        It takes the place of what was booked before.
        """
        with self._session.transaction():
            self._delete(instead)
            if after is not None:
                return self._open_next(replace(after, options=options))
            session = secrets.token_hex(6)
            return self._open(
                project_id=project_id, session=session, batch=1, file=name, options=options
            )

    def take_back(self, booked: Batch, instead: Iterable[Batch]) -> None:
        """Forget what was booked, and write down again what it took the place of."""
        with self._session.transaction():
            self._delete([booked])
            for batch in instead:
                self._insert(batch)

    def begin(self, **columns: Any) -> Batch:
        """Open a batch, of which nothing is known yet but where its lines come from."""
        with self._session.transaction():
            return self._open(**columns)

    def begin_next(self, batch: Batch, **columns: Any) -> Batch:
        """Open one more batch for a file, after the last there is."""
        with self._session.transaction():
            return self._open_next(batch, **columns)

    def _open_next(self, batch: Batch, **columns: Any) -> Batch:
        number = self.history.last_number(batch.session) + 1
        return self._open(**batch.shared, batch=number, **columns)

    def _open(self, *, status: BatchStatus = BatchStatus.READING, **columns: Any) -> Batch:
        where = self._spelling.equal("source")
        last = self._session.all(f"SELECT max(id) FROM {self._jobs} WHERE {where}", (self._source,))
        batch = Batch(id=(last[0][0] or 0) + 1, status=status, **columns)
        self._insert(batch)
        return batch

    def _insert(self, batch: Batch) -> None:
        row = {"source": self._source, **vars(batch), "status": batch.status.value}
        row |= {"options": json.dumps(dict(batch.options)), **dict.fromkeys(STAMPS, times.now())}
        self._session.run(self._spelling.insert(self._jobs_table, list(row)), [*row.values()])

    def change(self, batch: Batch, status: BatchStatus, **columns: Any) -> Batch:
        """Write down what becomes of a batch, and give it as it is now."""
        if status != batch.status and status not in TRANSITIONS[batch.status]:
            raise AssertionError(f"batch {batch.id} is {batch.status}, it cannot be {status} next")
        self.note(batch, status=status.value, **columns)
        known = {name: value for name, value in columns.items() if name in vars(batch)}
        return replace(batch, status=status, **known)

    def fail(self, batch: Batch, why: str) -> Batch:
        """Write down that a batch failed."""
        return self.change(batch, BatchStatus.FAILED, error=storable(why))

    def note(self, batch: Batch, **columns: Any) -> None:
        """Write down what is new about a batch that stays what it is."""
        changes = {**columns, "synced_at": times.now()}
        said = ", ".join(f"{quoted(name)} = {self._spelling.mark}" for name in changes)
        with self._session.transaction():
            self._session.run(
                f"UPDATE {self._jobs} SET {said} WHERE {self._spelling.equal('source', 'id')}",
                (*changes.values(), self._source, batch.id),
            )

    def complete(self, batch: Batch) -> Batch:
        """Close a batch all of whose lines are settled."""
        return self.change(batch, BatchStatus.COMPLETED, finished_at=times.now())

    def sign(self, batches: Iterable[Batch], known_by: Mapping[str, str]) -> list[Batch]:
        """Write down what a file is known by whose lines are in some batches."""
        signed = [replace(b, options={**b.options, **known_by}) for b in batches]
        with self._session.transaction():
            self._session.many(
                f"UPDATE {self._jobs} SET options = {self._spelling.mark} "
                f"WHERE {self._spelling.equal('source', 'id')}",
                [(json.dumps(dict(b.options)), self._source, b.id) for b in signed],
            )
        return signed

    def drop(self, batch: Batch) -> None:
        """Forget a batch that there are no lines for."""
        with self._session.transaction():
            self._delete([batch])

    def _delete(self, batches: Iterable[Batch]) -> None:
        where = self._spelling.equal("source", "id")
        for batch in batches:
            self._session.run(f"DELETE FROM {self._jobs} WHERE {where}", (self._source, batch.id))
