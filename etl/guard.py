"""Refuses deletions that are too many to be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from etl import holdings
from etl.database import Session
from etl.errors import RefusedError
from etl.layout import Layout
from etl.reader import Row
from etl.statements import Spelling
from etl.table import Table
from etl.transform import Plan
from etl.walk import Gone

FEW_DELETED = 50  # a listing may bury as many whatever their share: small projects come and go


class Guard:
    """Judges what would be buried of one stream, by the rows that there are.

    More than `most_deleted` of them are refused; `command` is the one by which they may be
    accepted.
    """

    def __init__(self, session: Session, plan: Plan, most_deleted: float, command: str) -> None:
        self._session, self._plan, self._most_deleted = session, plan, most_deleted
        self._command = command
        split = plan.stream.parts
        self._column = split.column if split else None
        self._buried, self._replaced = Counter[tuple[str, Any]](), Counter[tuple[str, Any]]()

    def refuse_too_many(self, gone: Gone, few: int = FEW_DELETED) -> None:
        """Refuse a deletion of more rows than can be believed. Raises RefusedError."""
        if gone.count > few and gone.count > self._most_deleted * gone.among:
            raise RefusedError(
                f"{self._plan.source}/{self._plan.stream.name}: {gone.count} of {gone.among} "
                f"{gone.what} would be "
                f"deleted, more than max_delete_share = {self._most_deleted:g} allows; "
                "if they are gone indeed, run once: "
                f"annomirror {self._command} --allow-mass-delete"
            )

    def add(self, table: Table, buried: Iterable[Row], replaced: Iterable[Row]) -> None:
        """Add up, over the pages of a part, what is gone without a listing that says so.

        That is what lay in a record and does not any more, and what has another record in its
        place. Rows without an identity are values of their owners, and may go with any edit.
        Raises RefusedError.
        """
        if table.layout.owner is not None:
            return
        name = str(table.layout.table.__tablename__)
        at = table.layout.columns.index(self._column) if self._column else None
        found = Counter((name, None if at is None else row[at]) for row in buried)
        others = Counter((name, None if at is None else row[at]) for row in replaced)
        self._buried.update(found)
        self._replaced.update(others)
        for place in found | others:
            self._judge(table.layout, place)

    def _judge(self, layout: Layout, place: tuple[str, Any]) -> None:
        buried = self._buried[place]
        count = buried + self._replaced[place]
        if count > FEW_DELETED and self._most_deleted < 1:
            among = self.live(layout, place[1]) + buried
            self.refuse_too_many(Gone(count, among, f"rows of {place[0]}"))

    def live(self, layout: Layout, part: Any = None) -> int:
        """Count the live rows of a table; of one part, if that is told."""
        spelling = Spelling(self._session.dialect)
        column = None if part is None else self._column
        values = (self._plan.source, *(() if column is None else (part,)))
        sql = holdings.count(layout.table, spelling, column)
        return int(self._session.all(sql, values)[0][0])
