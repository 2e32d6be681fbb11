"""What the books of imports know: batches that are not done with, and the lines they hold."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from etl import times
from etl.database import Session
from etl.imports.batch import Batch, BatchStatus, LineOutcome
from etl.imports.records import Line
from etl.intake import Intake
from etl.statements import Spelling, quoted
from etl.tables import Mirrored

COLUMNS = ("id", "job_id", "project_id", "session", "batch", "file", "status", "submitted_at")
SET_ASIDE = f"i.outcome = '{LineOutcome.REJECTED}'"
# What failed, is set aside, or was never sent may be mended.
FIXED = (
    f"(i.outcome <> '{LineOutcome.REJECTED}' OR (i.outcome IS NULL AND NOT "
    f"(j.status = '{BatchStatus.FAILED}' OR "
    f"(j.status = '{BatchStatus.PREPARED}' AND j.submitted_at IS NULL))))"
)


class History:
    """Asks the books of one source's imports."""

    def __init__(self, session: Session, intake: Intake, source: str) -> None:
        self._session, self._source = session, source
        self._spelling = Spelling(session.dialect)
        self._jobs = quoted(intake.jobs.__tablename__)
        self._items = quoted(intake.items.__tablename__)

    def unfinished(self) -> list[Batch]:
        """List the batches that are not done with, in the order of their making."""
        left = (
            f"SELECT 1 FROM {self._items} i WHERE i.source = {self._jobs}.source "
            f"AND i.import_id = {self._jobs}.id AND i.outcome IS NULL"
        )
        mark = self._spelling.mark
        of = f"status <> {mark} AND (status <> {mark} OR EXISTS ({left}))"
        return self._batches(of, BatchStatus.COMPLETED.value, BatchStatus.FAILED.value)

    def begun(self, project_id: int, name: str) -> list[Batch]:
        """List the open batches of a file whose import was cut."""
        found = self.unfinished()
        return [b for b in found if b.session and (b.project_id, b.file) == (project_id, name)]

    def open_in(self, session: str | None) -> list[Batch]:
        """List the open batches of one import."""
        return [batch for batch in self.unfinished() if batch.session == session]

    def of_session(self, session: str | None) -> list[Batch]:
        """List all batches of one import, in the order of their making."""
        return self._batches(self._spelling.equal("session"), session)

    def imported(self, project_id: int, known_by: Mapping[str, str], url: str) -> Batch | None:
        """Find an import of a file, by what it is known by, of which something is in a project.

        That may be what was sent and is not finished; what was given up is not. A file that grew
        was known by another digest before, which its older batches keep.
        """
        where = (
            f"id IN (SELECT min(id) FROM {self._jobs} "
            f"WHERE {self._spelling.equal('source', 'project_id', 'status')} "
            "GROUP BY session, CAST(options AS TEXT))"
        )
        done = self._batches(where, self._source, project_id, BatchStatus.COMPLETED.value)
        sent = [b for b in self.unfinished() if b.submitted_at and b.project_id == project_id]
        known = [b for b in [*done, *sent] if b.session and known_by.items() & b.options.items()]
        return next((b for b in known if _is_here(b, url)), None)

    def known(self, project_id: int, hashes: Collection[int], url: str) -> dict[int, bool]:
        """Tell which records were imported into a project, from whatever file.

        False is one that was only set aside. What is under way is imported, what failed is not.
        """
        mark = self._spelling.mark
        out = f"'{LineOutcome.ABANDONED}'"
        rows = self._session.all(
            f"SELECT DISTINCT i.content_hash, i.import_id, i.outcome FROM {self._items} i "
            f"JOIN {self._jobs} j ON j.source = i.source AND j.id = i.import_id "
            f"WHERE j.source = {mark} AND j.project_id = {mark} AND j.session IS NOT NULL "
            f"AND (i.outcome <> {out} OR (i.outcome IS NULL AND j.submitted_at IS NOT NULL "
            f"AND j.status <> '{BatchStatus.FAILED}')) AND i.content_hash {self._spelling.among}",
            (self._source, project_id, self._spelling.values(list(hashes))),
        )
        among = self._spelling.values([import_id for _, import_id, _ in rows])
        batches = self._batches(f"id {self._spelling.among}", among) if rows else []
        here = {batch.id for batch in batches if _is_here(batch, url)}
        found: dict[int, bool] = {}
        for content, import_id, outcome in rows:
            if import_id in here:
                found[content] = found.get(content, False) or outcome != LineOutcome.REJECTED
        return found

    def finished(self, project_id: int, name: str, url: str) -> Batch | None:
        """Give the last batch of the last import of a file of which something is in."""
        found = self._batches(self._spelling.equal("project_id", "file"), project_id, name)
        done = [b for b in found if b.status is BatchStatus.COMPLETED and b.session]
        return next((b for b in reversed(done) if _is_here(b, url)), None)

    def given_up(self, project_id: int, name: str, url: str) -> Batch | None:
        """Give the last batch of the last import of a file, if lines of it were given up."""
        found = self._batches(self._spelling.equal("project_id", "file"), project_id, name)
        here = [b for b in found if b.session and _is_here(b, url)]
        return here[-1] if here and self.abandoned(here[-1].session) else None

    def abandoned(self, session: str | None) -> int:
        """Count the lines of an import that were given up."""
        ((count,),) = self._session.all(
            f"SELECT count(*) FROM {self._of_session()} AND i.outcome = {self._spelling.mark}",
            (self._source, session, LineOutcome.ABANDONED.value),
        )
        return int(count)

    def last_number(self, session: str | None) -> int:
        """Tell the number of the last batch of one import; 0 if there is none."""
        where = self._spelling.equal("source", "session")
        sql = f"SELECT max(batch) FROM {self._jobs} WHERE {where}"
        ((number,),) = self._session.all(sql, (self._source, session))
        return int(number or 0)

    def of_job(self, job_id: int, url: str) -> Batch | None:
        """Find the batch that a job of the server at `url` does; the last, if it was given up."""
        found = reversed(self._batches(self._spelling.equal("job_id"), job_id))
        return next((batch for batch in found if _is_here(batch, url)), None)

    def _batches(self, where: str, *values: Any) -> list[Batch]:
        sql = (
            f"SELECT {', '.join(COLUMNS)}, options FROM {self._jobs} "
            f"WHERE {self._spelling.equal('source')} AND {where} ORDER BY id"
        )
        return [_batch(row) for row in self._session.all(sql, (self._source, *values))]

    def lines(self, batch: Batch) -> list[Line]:
        """List the lines of a batch of which it is not known what became; what they say is not."""
        rows = self._session.all(
            f"SELECT position, line FROM {self._items} WHERE outcome IS NULL "
            f"AND {self._spelling.equal('source', 'import_id')} ORDER BY position",
            (self._source, batch.id),
        )
        return [Line(place, number, b"") for place, number in rows]

    def ids(self, batch: Batch) -> dict[int, int]:
        """Give the tasks that the server named for lines which the mirror may not have yet."""
        rows = self._session.all(
            f"SELECT position, task_id FROM {self._items} WHERE outcome IS NULL "
            f"AND task_id IS NOT NULL AND {self._spelling.equal('source', 'import_id')}",
            (self._source, batch.id),
        )
        return dict(map(tuple, rows))

    def named(self, session: str | None, above: int, upto: int) -> dict[int, int | None]:
        """Give the tasks that the books name for the lines of an import, between two places."""
        return self._between(session, "task_id", above, upto)

    def mirrored(self, table: type[Mirrored], ids: Sequence[int]) -> set[int]:
        """Tell which records the mirror has in a table, tombstones left out."""
        rows = self._session.all(
            f"SELECT id FROM {quoted(table.__tablename__)} WHERE {self._spelling.equal('source')} "
            f"AND deleted_at IS NULL AND id {self._spelling.among}",
            (self._source, self._spelling.values(ids)),
        )
        return {key for (key,) in rows}

    def sent(self, session: str | None) -> int:
        """Tell how many lines of an import are in, or with the server."""
        mark = self._spelling.mark
        closed = (LineOutcome.REJECTED, LineOutcome.ABANDONED)
        unsent = (BatchStatus.READING, BatchStatus.PREPARED, BatchStatus.FAILED)
        ((count,),) = self._session.all(
            f"SELECT count(*) FROM {self._of_session()} AND (i.outcome NOT IN ({mark}, {mark}) "
            f"OR (i.outcome IS NULL AND j.status NOT IN ({mark}, {mark}, {mark})))",
            (self._source, session, *(one.value for one in (*closed, *unsent))),
        )
        return int(count)

    def can_be_read_anew(self, batch: Batch) -> bool:
        """Tell whether nothing of a batch is in, and nothing behind it has been read."""
        mark = self._spelling.mark
        lies = f"i.import_id = {mark} AND i.outcome = {mark}"
        behind = (
            f"i.import_id <> {mark} AND i.position > (SELECT min(position) FROM {self._items} "
            f"WHERE {self._spelling.equal('source', 'import_id')})"
        )
        created = LineOutcome.CREATED.value
        found = self._session.all(
            f"SELECT 1 FROM {self._of_session()} AND (({lies}) OR ({behind})) LIMIT 1",
            (self._source, batch.session, batch.id, created, batch.id, self._source, batch.id),
        )
        return not found

    def ever_sent(self, session: str | None) -> bool:
        """Tell whether anything of an import may have been sent: lines of it are, or were, here."""
        return self.last_number(session) > 1 or self.consumed(session) > 0

    def consumed(self, session: str | None, *, fixed: bool = False) -> int:
        """Tell how many records of a file are in the books; or up to which they may not change."""
        more = f"AND {FIXED}" if fixed else ""
        ((count,),) = self._session.all(
            f"SELECT max(i.position) FROM {self._of_session()} {more}", (self._source, session)
        )
        return int(count or 0)

    def hashes(self, session: str | None, above: int, upto: int) -> dict[int, int]:
        """Give what the records of a file are known by that may not change, between two places."""
        return self._between(session, "content_hash", above, upto, FIXED)

    def set_aside(self, session: str | None, above: int, upto: int) -> dict[int, int]:
        """Give what the records of a file are known by that are set aside, between two places."""
        return self._between(session, "content_hash", above, upto, SET_ASIDE)

    def _between(
        self, session: str | None, column: str, above: int, upto: int, which: str = "1 = 1"
    ) -> dict[int, Any]:
        mark = self._spelling.mark
        rows = self._session.all(
            f"SELECT i.position, i.{column} FROM {self._of_session()} "
            f"AND i.position > {mark} AND i.position <= {mark} AND {which}",
            (self._source, session, above, upto),
        )
        return dict(map(tuple, rows))

    def _of_session(self) -> str:
        mark = self._spelling.mark
        return (
            f"{self._items} i JOIN {self._jobs} j ON j.source = i.source AND j.id = i.import_id "
            f"WHERE j.source = {mark} AND j.session = {mark}"
        )


def _is_here(batch: Batch, url: str) -> bool:
    """Tell whether a batch went to the server at `url`; old books do not name theirs."""
    return batch.options.get("url") in (None, url)


def _batch(row: Sequence[Any]) -> Batch:
    known = dict(zip(COLUMNS, map(times.shown, row[:-1]), strict=True))
    known["status"] = BatchStatus(known["status"])
    return Batch(**known, options=_decoded(row[-1]))


def _decoded(options: Any) -> dict[str, Any]:
    """Give JSON, which Postgres has decoded already."""
    found = json.loads(options) if isinstance(options, str) else options
    return found or {}
