"""Rows of the mirror that lie in no live row: suspected, until the source was asked for them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from etl.comparison import Comparison
from etl.difference import Difference, Kind, Stray
from etl.stream import Parts
from etl.transform import Plan


@dataclass
class Absences:
    """Which records the streams of a source that were compared lack, here or there."""

    tables: set[str] = field(default_factory=set)
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)

    def note(self, table: str, found: Collection[Difference], *, whole: bool) -> None:
        """Remember which records of a table are missing or extra; `whole` if all were compared."""
        self.tables |= {table} if whole else set()
        for one in found:
            if one.table == table and not one.fields:
                self.kinds[table, str(one.root)] = one.kind

    def expects(self, table: str, key: object) -> bool:
        """Tell whether a record that the mirror lacks should be in it, for all that is known."""
        return table not in self.tables or self.kinds.get((table, str(key))) is Kind.MISSING

    def lacks(self, table: str, key: object) -> bool:
        """Tell whether a record of the mirror is not there at the source."""
        return self.kinds.get((table, str(key))) is Kind.EXTRA


class Strays:
    """The strays of one stream, as far as the streams `above` it leave them any reason to be."""

    def __init__(self, comparison: Comparison, plan: Plan, above: Absences) -> None:
        self._comparison, self._above = comparison, above
        self._table = str(plan.root.table.__tablename__)
        self._split: Parts | None = plan.stream.parts

    def suspected(self, seen: Collection[Any], found: Collection[Difference]) -> Iterator[Stray]:
        """List rows that lie in nothing, and whose record was not `seen` at the source.

        What lies in a record that is missing here belongs there, as that does.
        """
        named = {one.row for one in found}
        there = {*seen, *(one.root for one in found if one.kind is Kind.MISSING)}
        for stray in self._comparison.strays():
            table, key = stray.inside
            expected = key in there if table == self._table else self._above.expects(table, key)
            if not expected and stray.row.root not in there and stray.row.row not in named:
                yield stray

    def proven(
        self, stray: Stray, held: Collection[str], read: Collection[str], *, whole: bool
    ) -> bool:
        """Tell whether a stray is not at the source: of the parts `held` here, some were `read`.

        One whose part is not told might be in any: the `whole` stream must have been read.
        """
        split, key = self._split, str(stray.part)
        if split is None or stray.part is None:
            return whole
        gone = not self._above.expects(str(split.table.__tablename__), key)
        return key in read or (key not in held and gone)

    @staticmethod
    def places(strays: Sequence[Stray], parts: Sequence[str]) -> list[str]:
        """Choose the parts in which strays may lie: all, if one does not tell."""
        told = {stray.part for stray in strays}
        return [part for part in parts if None in told or part in map(str, told)]
