"""One table of the mirror: reads and writes its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from etl import compare, failpoints
from etl.database import Session
from etl.layout import MADE, Layout
from etl.reader import Row
from etl.statements import Spelling, Statements

MANY = 50  # rows from which a stream to the database is cheaper than a statement for each


class Table:
    """One table as one stream fills it, with the statements to read and write it."""

    def __init__(self, layout: Layout, session: Session) -> None:
        self.layout = layout
        spelling = Spelling(session.dialect)
        self.sql = Statements(layout, spelling)
        self._session = session
        self._values = spelling.values
        self.key = itemgetter(*map(layout.columns.index, layout.keys))
        self.root = itemgetter(layout.columns.index(layout.root))
        self._owner = layout.columns.index(layout.owner) if layout.owner else None
        self._made = layout.columns.index(MADE) if layout.dated else None

    def owner(self, row: Row) -> Any:
        """Give the id of the row that this one is a part of."""
        return row[self._owner] if self._owner is not None else None

    def same(self, old: Row, row: Row) -> bool:
        """Tell whether a stored row says what the new one says."""
        return all(map(compare.same, old, row, self.sql.kinds))

    def is_another(self, old: Row, row: Row) -> bool:
        """Tell whether a row has but the id of the stored one: it was made at another time."""
        made = self._made
        if made is None or old[made] is None or row[made] is None:
            return False
        return not compare.same(old[made], row[made], self.sql.kinds[made])

    def stored(self, source: str, ids: Iterable[Any]) -> dict[Row, tuple[Row, bool]]:
        """Fetch the rows below some root records: row and whether it is a tombstone, by key."""
        values = (source, self._values(list(ids)), *self.sql.constants)
        found = self._session.all(self.sql.rows, values)
        return {self.key(row): (tuple(row[:-1]), bool(row[-1])) for row in found}

    def put(self, rows: Sequence[Row]) -> None:
        """Insert or update whole rows: many of them by the fast way in, where there is one."""
        if len(rows) < MANY or not self._session.copies:
            self._session.many(self.sql.upsert, rows)
            return
        latest = {self.key(row): row for row in rows}  # of a key that comes twice
        self._session.run(self.sql.stage)
        self._session.copy(self.sql.fill, latest.values())
        self._session.run(self.sql.merge)
        self._session.run(self.sql.clear)

    def add(self, rows: Sequence[Row]) -> None:
        """Stream rows in that should be new. Raises KeyTaken where one is not."""
        if rows:
            self._session.copy(self.sql.add, rows)

    def live_ids(self, by: str, source: str, values: Iterable[Any]) -> list[Any]:
        """List the ids of live rows by a column."""
        bound = (source, self._values(list(values)), *self.sql.constants)
        return [row[0] for row in self._session.all(self.sql.live_ids(by), bound)]

    def bury(self, by: str, source: str, ids: Iterable[Any], stamp: str) -> int:
        """Turn live rows into tombstones by a column."""
        failpoints.reach("tombstoning")  # with what lies in them, or not
        values = (stamp, stamp, source, self._values(list(ids)), *self.sql.constants)
        return self._session.run(self.sql.bury(by), values)
