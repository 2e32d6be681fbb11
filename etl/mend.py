"""Mends exactly those rows of a stream that were found to be otherwise than at the source."""

from __future__ import annotations

from collections.abc import Sequence

from etl import times
from etl.database import Session
from etl.differences import Difference
from etl.digests import Digests
from etl.merge import Counts, Merge
from etl.stream import Complete
from etl.transform import Entry, Plan


class Mender:
    """Mends one stream of one source, for which somebody holds the mirror's lock."""

    def __init__(self, session: Session, plan: Plan, most_deleted: float) -> None:
        self._session, self._plan = session, plan
        self._merge = Merge(session, plan, most_deleted)
        self._digests = Digests(session, plan.stream, plan.source)

    def write(self, entries: Sequence[Entry]) -> Counts:
        """Write records, touching what differs. Raises MirrorError."""
        with self._session.transaction():
            self._digests.forget_all()
            return self._merge.mend(entries, times.now())

    def bury(self, extra: Sequence[Difference]) -> Counts:
        """Bury rows that are in no record of the source; all of them or, if refused, none.

        Raises RefusedError, MirrorError.
        """
        stamp, counts, source = times.now(), Counts(), self._plan.source
        table = str(self._plan.root.table.__tablename__)
        records = [one.root for one in extra if one.table == table]
        lost = {one.root for one in extra if one.table != table}
        with self._session.transaction():
            self._digests.forget_all()
            live = self._merge.root.live_ids("source", source, [source])
            gone = Complete("id", records, frozenset(), among=len(live))
            counts.deleted += self._merge.bury_unlisted(gone, stamp)
            for child in self._merge.children if lost else ():
                counts.deleted += child.bury(child.layout.root, source, lost, stamp)
        return counts
