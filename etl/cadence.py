"""How long ago each part of a stream was read whole, by this machine's clock.

It decides how often everything is read again, and nothing about what is asked for or concluded.
"""

from __future__ import annotations

from datetime import timedelta

from etl import times
from etl.database import Session
from etl.layout import keys
from etl.source import Part
from etl.statements import Spelling
from etl.tables import Watermark
from etl.transform import Plan
from etl.walk import Page, Position

TABLE = Watermark.__tablename__
OF_PART = keys(Watermark)
PREFIX = "full:"  # of the stream's name, in the books


class Cadence:
    """Notes when the parts of one stream were read whole; `begin` tells of each walk how it goes.

    The first walk of a part is a whole one, also if it takes several runs.
    """

    def __init__(self, session: Session, plan: Plan, run_id: int) -> None:
        self._session, self._run_id = session, run_id
        self._of = (plan.source, f"{PREFIX}{plan.stream.name}")
        self._spelling = Spelling(session.dialect)
        self._whole: dict[str, str | None] = {}
        self._resumed = set[str]()

    def is_due(self, part: Part, position: Position, every: timedelta) -> bool:
        """Tell whether a part that was read before is to be read whole again."""
        if position.unfinished or position == Position():
            return False
        last, now = self._last(part), times.now()
        return last is None or not times.earlier(now, every) <= last <= now

    def begin(self, part: Part, position: Position, *, full: bool) -> None:
        """Note that a walk begins: from nothing, or in the middle of what began so."""
        self._whole.pop(part.key, None)
        if full or position == Position() or (position.unfinished and not self._last(part)):
            self._whole[part.key] = self._last(part)
        if position.unfinished:
            self._resumed.add(part.key)

    def note(self, part: Part, page: Page, stamp: str) -> None:
        """Note a page of a walk: the last one, or one after which the walk may be cut."""
        if part.key not in self._whole or page.position in (None, Position()):
            return  # where nothing is left for the next walk, that one is a whole one anyway
        unfinished = page.position.unfinished
        if not unfinished and (page.last or part.key in self._resumed):
            columns = (*OF_PART, "run_id", "updated_at")
            sql = self._spelling.upsert(TABLE, columns, OF_PART)
            self._session.run(sql, (*self._of, part.key, self._run_id, stamp))
        elif unfinished and self._whole[part.key]:
            # Whoever goes on with it must know that it is a whole one.
            sql = f"DELETE FROM {TABLE} WHERE {self._spelling.equal(*OF_PART)}"
            self._session.run(sql, (*self._of, part.key))
            self._whole[part.key] = None

    def _last(self, part: Part) -> str | None:
        where = self._spelling.equal(*OF_PART)
        sql = f"SELECT updated_at FROM {TABLE} WHERE {where}"
        rows = self._session.all(sql, (*self._of, part.key))
        return times.shown(rows[0][0]) if rows else None
