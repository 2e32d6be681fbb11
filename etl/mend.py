"""Mends exactly those rows of a stream that were found to be otherwise than at the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from etl.database import Session
from etl.difference import Difference, Kind
from etl.digests import Digests
from etl.layout import part_key
from etl.merge import Counts, Merge
from etl.source import Part
from etl.stamps import Stamps
from etl.table import Table
from etl.transform import Entry, Plan
from etl.walk import Complete, Gone


class Mender:
    """Mends one stream of one source, for which somebody holds the mirror's lock."""

    def __init__(self, session: Session, plan: Plan, most_deleted: float) -> None:
        self._session, self._plan = session, plan
        self._merge = Merge(session, plan, most_deleted, "verify --repair")
        self._stamps = Stamps(session, plan)
        self._digests = Digests(session, plan.stream, plan.source)

    def write(self, entries: Sequence[Entry]) -> Counts:
        """Write records, touching what differs. Raises MirrorError."""
        with self._session.transaction():
            self._digests.forget_all()
            return self._merge.mend(entries, self._stamps.next())

    def judge(self, part: Part, found: Collection[Difference]) -> None:
        """Judge, before the first of them is mended, how many rows go that lie in records.

        Raises RefusedError where too many would.
        """
        split, guard = self._plan.stream.parts, self._merge.guard
        moved = {one.row for one in found if one.kind is Kind.MISSING}
        extra = Counter(o.table for o in found if o.kind is Kind.EXTRA and o.row not in moved)
        for table in self._merge.children:
            name = str(table.layout.table.__tablename__)
            if extra[name] and not table.layout.owner:
                among = guard.live(table.layout, part_key(split, part) if split else None)
                guard.refuse_too_many(Gone(extra[name], among, f"rows of {name}"))

    def bury(self, part: Part, unlisted: Sequence[Difference], *, doubtful: bool) -> Counts:
        """Bury records that are not at the source; all of them or, if refused, none.

        A `doubtful` listing may not take most of the part along, however few that are. Raises
        RefusedError where too many of the part's records would go, and MirrorError.
        """
        split, source = self._plan.stream.parts, self._plan.source
        by, value = (split.column, part_key(split, part)) if split else ("source", source)
        with self._session.transaction():
            self._digests.forget_all()
            among = len(self._merge.root.live_ids(by, source, [value]))
            ids = [one.root for one in unlisted]
            gone = Complete("id", ids, frozenset(), among=among, doubtful=doubtful)
            return Counts(deleted=self._merge.bury_unlisted(gone, self._stamps.next()))

    def bury_strays(self, strays: Sequence[Difference]) -> Counts:
        """Bury rows that lie in no record of the source; all of them or, if refused, none.

        Raises RefusedError where too many records of a table would go, and MirrorError.
        """
        stamp, counts, source = self._stamps.next(), Counts(), self._plan.source
        lost = {one.root for one in strays} - {None}
        with self._session.transaction():
            self._digests.forget_all()
            for table in (self._merge.root, *self._merge.children):
                gone = table.bury(table.layout.root, source, lost, stamp)
                gone += self._bury_rootless(table, strays, stamp)
                counts.deleted += gone
                if gone and not table.layout.owner:
                    among = gone + self._merge.guard.live(table.layout)
                    self._merge.guard.refuse_too_many(Gone(gone, among))
        return counts

    def _bury_rootless(self, table: Table, strays: Sequence[Difference], stamp: str) -> int:
        """Bury rows that do not even say what they lie in, by their own keys."""
        name, by = table.layout.table.__tablename__, table.layout.owner or "id"
        keys = {dict(one.key)[by] for one in strays if one.root is None and one.table == name}
        return table.bury(by, self._plan.source, keys, stamp) if keys else 0
