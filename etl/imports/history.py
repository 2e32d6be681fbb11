"""What the books of imports know of lines: what became of each, and what it is known by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from etl.imports.batch import Batch, BatchStatus, LineOutcome
from etl.imports.past import PastImports
from etl.imports.records import Line
from etl.intake import Existing, Key
from etl.reject import storable
from etl.statements import quoted
from etl.tables import Mirrored

SET_ASIDE = f"i.outcome = '{LineOutcome.REJECTED}'"
# What failed, is set aside, or was never sent may be mended.
FIXED = (
    f"(i.outcome <> '{LineOutcome.REJECTED}' OR (i.outcome IS NULL AND NOT "
    f"(j.status = '{BatchStatus.FAILED}' OR "
    f"(j.status = '{BatchStatus.PREPARED}' AND j.submitted_at IS NULL))))"
)


class History(PastImports):
    """Asks the books of one source's imports for what became of lines."""

    def last_number(self, session: str | None) -> int:
        """Tell the number of the last batch of one import; 0 if there is none."""
        where = self._spelling.equal("source", "session")
        sql = f"SELECT max(batch) FROM {self._jobs} WHERE {where}"
        ((number,),) = self._session.all(sql, (self._source, session))
        return int(number or 0)

    def lines(self, batch: Batch, outcome: LineOutcome | None = None) -> list[Line]:
        """List the lines of a batch with an `outcome`, or none yet; what they say is not known."""
        which = f"= '{outcome}'" if outcome else "IS NULL"
        rows = self._session.all(
            f"SELECT position, line FROM {self._items} WHERE outcome {which} "
            f"AND {self._spelling.equal('source', 'import_id')} ORDER BY position",
            (self._source, batch.id),
        )
        return [Line(place, number, b"") for place, number in rows]

    def may_come(self, project_id: int, url: str) -> list[Batch]:
        """List the batches with lines that were given up and may come to a project."""
        given_up = self.left_at_the_server(project_id, url)
        return [b for b in given_up if self.lines(b, LineOutcome.ABANDONED)]

    def ids(self, batch: Batch, *, created: bool = False) -> dict[int, int]:
        """Give the tasks that the server named for lines: those to be mirrored, or `created`."""
        outcome = f"= '{LineOutcome.CREATED}'" if created else "IS NULL"
        rows = self._session.all(
            f"SELECT position, task_id FROM {self._items} WHERE outcome {outcome} "
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

    def overtaken(
        self, session: str | None, keys: Collection[Key], there: Mapping[Line, Existing]
    ) -> set[Line]:
        """Choose the lines whose tasks a later line of their import has written already.

        Lines are not always sent in their order: one that was wrong is mended, and one at which
        the server failed is tried again, when those behind it are in. A number and the text of it
        are one key to the books and two to the server: the task decides.
        """
        rows = self._session.all(
            f"SELECT i.task_id, max(i.position) FROM {self._of_session()} AND i.task_id "
            f"IS NOT NULL AND i.external_key {self._spelling.among} GROUP BY i.task_id",
            (
                *(self._source, session),
                self._spelling.values([storable(str(key)) for key in keys]),
            ),
        )
        last: dict[int, int] = dict(map(tuple, rows))
        return {line for line, task in there.items() if last.get(task.id, 0) > line.place}

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

    def consumed(
        self, session: str | None, *, fixed: bool = False, loose: Collection[int] = ()
    ) -> int:
        """Tell how many records of a file are in the books; or up to which they may not change."""
        more = f"AND {_fixed(loose)}" if fixed else ""
        ((count,),) = self._session.all(
            f"SELECT max(i.position) FROM {self._of_session()} {more}", (self._source, session)
        )
        return int(count or 0)

    def hashes(
        self, session: str | None, above: int, upto: int, loose: Collection[int] = ()
    ) -> dict[int, int]:
        """Give what the records of a file are known by that may not change, between two places.

        What was given up of the `loose` batches may.
        """
        return self._between(session, "content_hash", above, upto, _fixed(loose))

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


def _fixed(loose: Collection[int]) -> str:
    if not loose:
        return FIXED
    ids = ", ".join(str(int(import_id)) for import_id in loose)
    out = f"i.outcome IS NULL OR i.outcome <> '{LineOutcome.ABANDONED}'"
    return f"{FIXED} AND ({out} OR i.import_id NOT IN ({ids}))"
