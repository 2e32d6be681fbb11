"""Decides which rows of a page have to be written, and writes exactly those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from etl.database import Session
from etl.errors import KeyTaken
from etl.guard import FEW_DELETED, Guard
from etl.reader import Row
from etl.statements import Spelling
from etl.table import MANY, Table
from etl.tables import Mirrored
from etl.transform import Entry, Plan
from etl.walk import Complete, Gone


@dataclass
class Counts:
    """Rows over all tables of a stream; `read` and `rejected` count records."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    rejected: int = 0

    def add(self, other: Counts) -> None:
        """Add another page's counts."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


class Merge:
    """Compares pages of one stream with the mirror and writes what differs.

    A listing that would bury more than `most_deleted` of the rows it speaks about is refused, and
    so are pages; `command` is the one by which they may be accepted.
    """

    def __init__(
        self, session: Session, plan: Plan, most_deleted: float = 1.0, command: str = "sync"
    ) -> None:
        self._session, self._plan = session, plan
        self.guard = Guard(session, plan, most_deleted, command)
        self._values = Spelling(session.dialect).values
        self.root = Table(plan.root, session)
        self.children = [Table(layout, session) for layout in plan.children]
        split = plan.stream.parts
        self._part = itemgetter(plan.root.columns.index(split.column)) if split else _of_the_whole
        self.moved = False  # whether the last page took a record from one part to another

    def entries(self, entries: Sequence[Entry], stamp: str, *, known_only: bool = False) -> Counts:
        """Write what is new or changed; of an id that comes twice the last one counts."""
        latest = {entry.key: entry for entry in entries}
        known = self._known(latest)
        counts, self.moved = Counts(), False
        new, changed = [], []
        for key, entry in latest.items():
            if key not in known:
                new += [] if known_only else [entry]
            elif known[key] == (entry.content_hash, entry.deleted is not None):
                counts.unchanged += 1 + sum(map(len, entry.children))
            else:
                changed.append(entry)
        self._insert(new, stamp, counts)
        if changed:
            self._update(changed, stamp, counts)
        dead = {e.key: e.deleted for e in (*new, *changed) if e.deleted is not None}
        if dead:
            self._bury(dead, stamp)
        return counts

    def mend(self, entries: Sequence[Entry], stamp: str) -> Counts:
        """Make the rows of records what they should be, whatever their hashes say of them."""
        latest = {entry.key: entry for entry in entries}
        known = self._known(latest)
        new = [entry for key, entry in latest.items() if key not in known]
        counts = Counts(inserted=len(new), unchanged=-len(new))
        self.root.put(_stamped_roots(new, stamp))  # their parts may be there all the same
        self._update([*latest.values()], stamp, counts)
        dead = {e.key: e.deleted for e in latest.values() if e.deleted is not None}
        if dead:
            self._bury(dead, stamp)
        return counts

    def bury_unlisted(self, complete: Complete, stamp: str) -> int:
        """Turn records that a complete listing does not name into tombstones, parts included.

        Raises RefusedError where that would be too many to be believed.
        """
        live = self.root.live_ids(complete.column, self._plan.source, complete.values)
        gone = [key for key in live if key not in complete.ids]
        among, doubtful = complete.among or len(live), complete.doubtful
        self.guard.refuse_too_many(Gone(len(gone), among), 0 if doubtful else FEW_DELETED)
        return self._bury({key: complete.dates.get(key, "") for key in gone}, stamp) if gone else 0

    def _bury(self, dead: Mapping[Any, str], stamp: str) -> int:
        """Turn records and all their parts into tombstones; tell how many rows that were."""
        source = self._plan.source
        dated = {key: since for key, since in dead.items() if since}
        buried = sum(
            self._session.run(self.root.sql.bury_since, (since, stamp, source, key))
            for key, since in dated.items()
        )
        buried += self.root.bury("id", source, [key for key in dead if key not in dated], stamp)
        return buried + sum(t.bury(t.layout.root, source, dead, stamp) for t in self.children)

    def _known(self, keys: Mapping[Any, Any]) -> dict[Any, tuple[int, bool]]:
        rows = self._session.all(
            self.root.sql.hashes, (self._plan.source, self._values(list(keys)))
        )
        return {key: (content_hash, bool(dead)) for key, content_hash, dead in rows}

    def _insert(self, entries: Sequence[Entry], stamp: str, counts: Counts) -> None:
        filled = [(self.root, _stamped_roots(entries, stamp))]
        for index, table in enumerate(self.children):
            parts = (row for entry in entries for row in entry.children[index])
            filled.append((table, stamped(parts, stamp)))
        many = sum(len(rows) for _, rows in filled)
        counts.inserted += many
        if not (self._session.copies and many >= MANY and self._added(filled)):
            for table, rows in filled:
                table.put(rows)

    def _added(self, filled: Iterable[tuple[Table, list[Row]]]) -> bool:
        """Stream rows into their tables; not one of them if a part was another record's before."""
        try:
            with self._session.transaction():
                for table, rows in filled:
                    table.add(rows)
        except KeyTaken:
            return False
        return True

    def _update(self, entries: Sequence[Entry], stamp: str, counts: Counts) -> None:
        """Compare changed records row by row with what the mirror holds of them.

        A record all of whose rows are as they were, JSON apart from how it is written, keeps the
        hash it has: a server may write the same JSON now this way and now that.
        """
        source, ids = self._plan.source, [entry.key for entry in entries]
        stored = self.root.stored(source, ids)
        known = [(entry, *stored[self.root.key(entry.row)]) for entry in entries]
        fresh = {
            entry.key: entry
            for entry, row, dead in known
            if dead != (entry.deleted is not None) or not self.root.same(row, entry.row)
        }
        self.moved = any(self._part(row) != self._part(entry.row) for entry, row, _ in known)
        self.root.put(_stamped_roots(fresh.values(), stamp))
        died = sum(not dead and entry.deleted is not None for entry, _, dead in known)
        reborn = [(row, dead) for entry, row, dead in known if self.root.is_another(row, entry.row)]
        replaced = [row for row, dead in reborn if not dead]
        self.guard.add(self.root, [], replaced)
        counts.inserted += len(reborn)
        counts.deleted += died + len(replaced)
        counts.updated += len(fresh) - died - len(reborn)
        counts.unchanged += len(entries) - len(fresh)
        dying = {entry.key for entry in entries if entry.deleted is not None}
        replacement = _Replacement(self._session, source, stamp, counts, dying)
        for index, table in enumerate(self.children):
            rows = [row for entry in entries for row in entry.children[index]]
            self.guard.add(table, *replacement.replace(table, rows, table.stored(source, ids)))
        stale = [e for e in entries if e.key in replacement.touched and e.key not in fresh]
        self._session.many(
            self.root.sql.rehash, ((entry.content_hash, source, entry.key) for entry in stale)
        )


def _of_the_whole(_row: Row) -> None:
    """Give the part of a row where the stream has none."""


def _stamped_roots(entries: Iterable[Entry], stamp: str) -> list[Row]:
    return [(*entry.row, entry.content_hash, stamp, stamp) for entry in entries]


def stamped(rows: Iterable[Row], stamp: str) -> list[Row]:
    """Say when rows were first and last written."""
    tail = (stamp, stamp)
    return [row + tail for row in rows]


class _Replacement:
    """Makes the stored parts of some records equal to the new ones, touching what differs.

    Tables come in the plan's order, owners before what they own. Parts of `dying` records need
    not be alive: they are buried next. `touched` are the records whose parts were not as they
    should be.
    """

    def __init__(
        self, session: Session, source: str, stamp: str, counts: Counts, dying: set[Any]
    ) -> None:
        self._session, self._source, self._stamp, self._counts = session, source, stamp, counts
        self._dying = dying
        self._gone: dict[type[Mirrored], set[Any]] = {}
        self.touched: set[Any] = set()

    def replace(
        self, table: Table, rows: Sequence[Row], stored: Mapping[Row, tuple[Row, bool]]
    ) -> tuple[list[Row], list[Row]]:
        """Make the stored rows equal to `rows`; give those buried, and those replaced by others."""
        keyed = {table.key(row): row for row in rows}
        new = [row for key, row in keyed.items() if key not in stored]
        known = [(*stored[key], row) for key, row in keyed.items() if key in stored]
        changed = [
            row
            for old, dead, row in known
            if (dead and table.root(row) not in self._dying) or not table.same(old, row)
        ]
        table.put(stamped(new + changed, self._stamp))
        reborn = [(old, dead) for old, dead, row in known if table.is_another(old, row)]
        replaced = [old for old, dead in reborn if not dead]
        self._counts.inserted += len(new) + len(reborn)
        self._counts.deleted += len(replaced)
        self._counts.updated += len(changed) - len(reborn)
        self._counts.unchanged += len(keyed) - len(new) - len(changed)
        missing = {key: row for key, row in stored.items() if key not in keyed}
        self._counts.deleted += self._drop(table, missing)
        lost = [row for row, dead in missing.values() if not dead]
        self.touched.update(map(table.root, (*new, *changed, *lost)))
        return lost, replaced

    def _drop(self, table: Table, missing: Mapping[Row, tuple[Row, bool]]) -> int:
        """Bury records; of parts, bury those whose owner is buried and delete the others.

        A part that is missing while its owner lives is not a deletion at the source but an edit
        of its owner's value.
        """
        layout = table.layout
        if layout.owner is None or layout.owned_by is None:
            at = layout.columns.index("id")
            ids = {row[at] for row, dead in missing.values() if not dead}
            self._gone[layout.table] = {row[at] for row, _ in missing.values()}
            return table.bury("id", self._source, ids, self._stamp) if ids else 0
        dead = self._gone.get(layout.owned_by, set())
        orphans = {table.owner(row) for row, _ in missing.values()} & dead
        rest = [key for key, (row, _) in missing.items() if table.owner(row) not in dead]
        self._session.many(table.sql.delete, rest)
        buried = table.bury(layout.owner, self._source, orphans, self._stamp) if orphans else 0
        return buried + len(rest)
