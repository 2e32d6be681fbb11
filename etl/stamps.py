"""The times at which this machine writes rows."""

from __future__ import annotations

from datetime import timedelta

from etl import holdings, times
from etl.database import Session
from etl.statements import Spelling
from etl.transform import Plan


class Stamps:
    """Gives the time of each transaction that writes a stream's rows.

    Where another stream asks which of these rows changed since it looked, none is earlier than one
    given before, whatever this machine's clock does: after it was set back, its stamps go on from
    the last by a microsecond each, until it has caught up.
    """

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session, self._plan = session, plan
        self._last: str | None = None

    def next(self) -> str:
        """Give the time of a transaction that begins now (UTC). Raises MirrorError."""
        now, stream = times.now(), self._plan.stream
        if not stream.ordered:
            return now
        last = self._last or self._newest()
        self._last = max(now, times.later(last, timedelta(microseconds=1))) if last else now
        return self._last

    def _newest(self) -> str | None:
        table = self._plan.root.table
        sql = holdings.newest_stamp(table, Spelling(self._session.dialect))
        ((newest,),) = self._session.all(sql, (self._plan.source,))
        found: str | None = times.shown(newest)
        return found
