"""What the mirror holds of each part, counted once and kept until a row of the part changes."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from etl import holdings, times
from etl.database import Session
from etl.layout import keys, part_key
from etl.source import Part
from etl.statements import Spelling
from etl.stream import Stream
from etl.tables import Counted
from etl.walk import Known, Span, Tally

KEPT = Counted.__tablename__
OF_PART = keys(Counted)
OF_TABLE = OF_PART[:2]
_Kept = tuple[int, str | None, tuple[int, ...]]


class Digests:
    """The live rows of the table that a stream of one source is compared by, part by part.

    Counting them takes the longer the more there are; a run that finds nothing new should not.
    So what was counted is kept by the stream that fills the table, and forgotten in the
    transaction that changes a row.
    """

    def __init__(self, session: Session, stream: Stream, source: str) -> None:
        self._session, self._stream, self._source = session, stream, source
        self._spelling = Spelling(session.dialect)
        self._spec = stream.digest
        self._owned = self._spec is not None and self._spec.table is stream.shape.table
        self._table = self._spec.table.__tablename__ if self._spec else ""
        self._counted: dict[str, Known] = {}
        self._kept = set[str]()
        self._doubted = set[str]()

    def of(self, part: Part) -> Known:
        """Give the count of a part's live rows, their newest time and sums."""
        if self._spec is None:
            return Known()
        found = self._counted.get(part.key) or self._find(part) or self.within(part)
        self._counted[part.key] = found
        return found

    def within(self, part: Part, span: Span | None = None) -> Known:
        """Count, in a span of ids perhaps."""
        if self._spec is None:
            return Known()
        chosen, values = self.chosen(part, span)
        sql = holdings.digest(self._spec, chosen)
        count, newest, *sums = self._session.all(sql, values)[0]
        return Known(count, times.shown(newest), tuple(map(int, sums)))

    def tally(self, part: Part, asked: Tally) -> dict[Any, int]:
        """Count live rows of a part by a column."""
        split = self._stream.parts
        column = split.column if split else None
        sql = holdings.tally(self._stream.shape.table, asked, column, self._spelling)
        within = [part_key(split, part)] if split else []
        within += [asked.within[1]] if asked.within else []
        bounds = [asked.above] if asked.above else []
        bounds += [] if asked.upto is None else [asked.upto]
        return dict(self._session.all(sql, (self._source, *within, *bounds)))

    def chosen(self, part: Part, span: Span | None = None) -> tuple[str, list[Any]]:
        """Choose the live rows of a part, or of a span of its ids."""
        split = self._stream.parts
        values: list[Any] = [self._source]
        if split:
            values.append(part_key(split, part))
        column = split.column if split else None
        if span is None:
            return holdings.live(column, self._spelling), values
        values += [span.above] if span.upto is None else [span.above, span.upto]
        return holdings.live(column, self._spelling, upto=span.upto is not None), values

    def odd(self, part: Part) -> tuple[int, ...]:
        """List the records that have not as many parts as they say; none if the sums are equal.

        Where counts are not believed, each record is looked at.
        """
        spec, split = self._spec, self._stream.parts
        if not (self._owned and spec and spec.adding and split):
            return ()
        of = (self._source, part_key(split, part))
        if part.key not in self._doubted:
            said = self.of(part).sums[spec.sums.index(spec.adding.says)]
            if self.parts(part) == said:
                return ()
        sql = holdings.odd(spec, spec.adding, split.column, self._spelling)
        return tuple(row[0] for row in self._session.all(sql, of))

    def parts(self, part: Part) -> int:
        """Count the parts of a part's records, those left out that they do not count."""
        spec, split = self._spec, self._stream.parts
        if not (spec and spec.adding and split):
            return 0
        sql = holdings.parts(spec.adding, split.column, self._spelling)
        return int(self._session.all(sql, (self._source, part_key(split, part)))[0][0])

    def forget(self, part: Part) -> None:
        """Forget what was counted of a part: rows of it change in this transaction."""
        if self._owned:
            where = self._spelling.equal(*OF_PART)
            self._session.run(f"DELETE FROM {KEPT} WHERE {where}", self._of(part))
            self._counted.pop(part.key, None)
            self._kept.discard(part.key)

    def forget_all(self) -> None:
        """Forget what was counted of every part: rows move from one to another."""
        if self._owned:
            where = self._spelling.equal(*OF_TABLE)
            self._session.run(f"DELETE FROM {KEPT} WHERE {where}", (self._source, self._table))
            self._counted.clear()
            self._kept.clear()

    def count_anew(self, part: Part) -> None:
        """Count a part though a count is kept."""
        self._counted[part.key] = self.within(part)
        self._doubted.add(part.key)

    def keep(self, part: Part) -> None:
        """Keep the count of a part for the runs to come; one that is kept is not written again."""
        if not self._owned or self._spec is None or part.key in self._kept:
            return
        known = self.of(part)
        if self._find(part) == known:
            return
        sums = dict(zip(self._spec.sums, known.sums, strict=True))
        told = json.dumps({"count": known.count, "newest": known.newest, "sums": sums})
        sql = self._spelling.upsert(KEPT, (*OF_PART, "known"), OF_PART)
        with self._session.transaction():
            self._session.run(sql, (*self._of(part), told))
        self._kept.add(part.key)

    def _find(self, part: Part) -> Known | None:
        """Look up what is kept; of another stream's sums, those that this one wants."""
        sql = f"SELECT known FROM {KEPT} WHERE {self._spelling.equal(*OF_PART)}"
        found = self._session.all(sql, self._of(part))
        if not found or self._spec is None:
            return None
        try:
            kept = json.loads(found[0][0])
            sums = tuple(kept["sums"][name] for name in self._spec.sums)
            known = msgspec.convert((kept["count"], kept["newest"], sums), _Kept)
        except (ValueError, LookupError, TypeError):
            return None  # of other sums, or nothing that makes sense: it is counted anew
        self._kept.add(part.key)
        return Known(*known)

    def _of(self, part: Part) -> tuple[str, str, str]:
        return (self._source, self._table, part.key)
