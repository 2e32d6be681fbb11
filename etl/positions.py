"""How far each part of one stream is mirrored, as the books have it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from etl import times
from etl.database import Session
from etl.errors import MirrorError
from etl.layout import keys
from etl.source import Part
from etl.statements import Spelling
from etl.tables import Watermark
from etl.walk import Position

TABLE = Watermark.__tablename__
OF_PART = keys(Watermark)
COLUMNS = ("watermark", "state", "unfinished")


class Positions:
    """Reads and writes the positions of one stream of one source."""

    def __init__(self, session: Session, source: str, stream: str, run_id: int) -> None:
        self._session, self._run_id = session, run_id
        self._of = (source, stream)
        self._spelling = Spelling(session.dialect)
        self._known: dict[str, Position] = {}

    def get(self, part: Part) -> Position:
        """Look up where the last walk ended. Raises MirrorError for a row that makes no sense."""
        where = self._spelling.equal(*OF_PART)
        sql = f"SELECT {', '.join(COLUMNS)} FROM {TABLE} WHERE {where}"
        rows = self._session.all(sql, (*self._of, part.key))
        try:
            found = _position(*rows[0]) if rows else Position()
        except (ValueError, TypeError) as error:
            raise self.senseless(part, error) from error
        self._known[part.key] = found
        return found

    def senseless(self, part: Part, error: Exception) -> MirrorError:
        """Say of which row nobody can make sense, and how to do without it."""
        source, stream = self._of
        of = f" and part {part.key!r}" if part.key else ""
        return MirrorError(
            f"{TABLE}: the row of source {source!r}, stream {stream!r}{of} makes no sense "
            f"({type(error).__name__}: {error}): it was edited, or written by another version; "
            f"to read all again and write it anew: annomirror sync {source} --stream {stream} "
            "--full"
        )

    def note(self, part: Part, position: Position) -> None:
        """Take note of what is stored, once that is committed."""
        self._known[part.key] = position

    def store(self, part: Part, position: Position, stamp: str) -> None:
        """Store how far the part is mirrored; where nothing moved, nothing is written."""
        if position == self._known.get(part.key):
            return
        state = None if position.state is None else json.dumps(position.state)
        columns = (*OF_PART, *COLUMNS, "run_id", "updated_at")
        values = (position.watermark, state, position.unfinished, self._run_id, stamp)
        sql = self._spelling.upsert(TABLE, columns, OF_PART)
        self._session.run(sql, (*self._of, part.key, *values))

    def forget(self, parts: Iterable[Part]) -> None:
        """Forget how far parts that are gone were mirrored."""
        gone = f"DELETE FROM {TABLE} WHERE {self._spelling.equal(*OF_PART)}"
        self._session.many(gone, [(*self._of, part.key) for part in parts])


def _position(watermark: Any, state: str | None, unfinished: Any) -> Position:
    mark, found = times.shown(watermark), json.loads(state) if state else None
    if mark is not None:
        times.parsed(mark)
    if not isinstance(found, dict | None):
        raise TypeError(f"a state should be an object, this is {type(found).__name__}")
    return Position(mark, found, bool(unfinished))
