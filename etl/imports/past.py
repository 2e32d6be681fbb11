"""What the books know of imports as a whole: which there were, and what is open or in of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from etl import times
from etl.database import Session
from etl.imports.batch import GIVEN_UP, Batch, BatchStatus, LineOutcome
from etl.intake import Intake
from etl.statements import Spelling, quoted

COLUMNS = ("id", "job_id", "project_id", "session", "batch", "file", "status", "submitted_at")


class PastImports:
    """Asks the books of one source which imports there were."""

    def __init__(self, session: Session, intake: Intake, source: str) -> None:
        self._session, self._source = session, source
        self._spelling = Spelling(session.dialect)
        self._jobs = quoted(intake.jobs.__tablename__)
        self._items = quoted(intake.items.__tablename__)

    def unfinished(self, **of: Any) -> list[Batch]:
        """List the batches that are not done with, in the order of their making, perhaps `of` one.

        That is of one import, or of one file and project, as the columns are called.
        """
        left = (
            f"SELECT 1 FROM {self._items} i WHERE i.source = {self._jobs}.source "
            f"AND i.import_id = {self._jobs}.id AND i.outcome IS NULL"
        )
        mark = self._spelling.mark
        which = f"{self._spelling.equal(*of)} AND " if of else ""
        which += f"status <> {mark} AND (status <> {mark} OR EXISTS ({left}))"
        ended = (BatchStatus.COMPLETED.value, BatchStatus.FAILED.value)
        return self._batches(which, *of.values(), *ended)

    def begun(self, project_id: int, name: str) -> list[Batch]:
        """List the open batches of a file whose import was cut."""
        return [b for b in self.unfinished(project_id=project_id, file=name) if b.session]

    def open_in(self, session: str | None) -> list[Batch]:
        """List the open batches of one import."""
        return self.unfinished(session=session)

    def of_session(self, session: str | None) -> list[Batch]:
        """List all batches of one import, in the order of their making."""
        return self._batches(self._spelling.equal("session"), session)

    def imported(self, project_id: int, known_by: Mapping[str, str], url: str) -> Batch | None:
        """Find an import of a file, by what it is known by, of which something is in a project.

        That may be what was sent and is not finished, or was given up and may come. A file that
        grew was known by another digest before, which its older batches keep.
        """
        where = (
            f"id IN (SELECT min(id) FROM {self._jobs} "
            f"WHERE {self._spelling.equal('source', 'project_id', 'status')} "
            "GROUP BY session, CAST(options AS TEXT))"
        )
        done = self._batches(where, self._source, project_id, BatchStatus.COMPLETED.value)
        sent = [b for b in self.unfinished(project_id=project_id) if b.submitted_at]
        said = [b for digest in known_by.values() for b in self._saying(project_id, digest)]
        late = [b for b in said if GIVEN_UP in b.options and b.may_come]
        known = [b for b in [*done, *sent, *late] if b.session and _is_here(b, url)]
        known = [b for b in known if known_by.items() & b.options.items()]
        early = {session for session in {b.session for b in known} if self.ended_early(session)}
        whole = (batch for batch in known if batch.session not in early)
        return next(whole, known[0] if known else None)

    def _saying(self, project_id: int, said: str) -> list[Batch]:
        """List batches whose options name something."""
        where = f"{self._spelling.equal('project_id')} AND CAST(options AS TEXT) LIKE "
        return self._batches(where + self._spelling.mark, project_id, f'%"{said}"%')

    def left_at_the_server(self, project_id: int, url: str) -> list[Batch]:
        """List the batches that were given up while the server may have had them."""
        given_up = self._saying(project_id, GIVEN_UP)
        return [batch for batch in given_up if batch.may_come and _is_here(batch, url)]

    def ended_early(self, session: str | None) -> bool:
        """Tell whether an import was given up before its end."""
        last = self.of_session(session)[-1:]
        return self.abandoned(session) > 0 or any(GIVEN_UP in batch.options for batch in last)

    def late(self, project_id: int, hashes: Collection[int], url: str) -> dict[int, Batch]:
        """Tell which records were given up and may come to a project, and in which batches."""
        mark = self._spelling.mark
        rows = self._session.all(
            f"SELECT DISTINCT i.content_hash, i.import_id FROM {self._items} i "
            f"JOIN {self._jobs} j ON j.source = i.source AND j.id = i.import_id "
            f"WHERE j.source = {mark} AND j.project_id = {mark} AND j.session IS NOT NULL "
            f"AND i.outcome = {mark} AND i.content_hash {self._spelling.among}",
            (
                *(self._source, project_id, LineOutcome.ABANDONED.value),
                self._spelling.values(list(hashes)),
            ),
        )
        among = self._spelling.values([import_id for _, import_id in rows])
        batches = self._batches(f"id {self._spelling.among}", among) if rows else []
        here = {batch.id: batch for batch in batches if batch.may_come and _is_here(batch, url)}
        return {content: here[import_id] for content, import_id in rows if import_id in here}

    def known(
        self, project_id: int, hashes: Collection[int], url: str, but: Collection[str] = ()
    ) -> dict[int, bool]:
        """Tell which records were imported into a project, `but` by some commands.

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
        others = [batch for batch in batches if batch.options.get("command") not in but]
        here = {batch.id for batch in others if _is_here(batch, url)}
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
        read = [b for b in found if b.session and b.status is not BatchStatus.READING]
        here = [b for b in read if _is_here(b, url)]
        return here[-1] if here and self.abandoned(here[-1].session) else None

    def abandoned(self, session: str | None) -> int:
        """Count the lines of an import that were given up."""
        ((count,),) = self._session.all(
            f"SELECT count(*) FROM {self._of_session()} AND i.outcome = {self._spelling.mark}",
            (self._source, session, LineOutcome.ABANDONED.value),
        )
        return int(count)

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

    def _of_session(self) -> str:
        """Spell where the lines `i` of an import are found, by its batches `j` first.

        A database may think that one index over all lines of a source is as good as any: SQLite
        takes tables that are joined like this in the order in which they stand.
        """
        mark = self._spelling.mark
        return (
            f"{self._jobs} j CROSS JOIN {self._items} i WHERE i.source = j.source "
            f"AND i.import_id = j.id AND j.source = {mark} AND j.session = {mark}"
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
