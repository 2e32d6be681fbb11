"""What is wrong with one row of the mirror."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What is wrong with a row."""

    MISSING = "missing"
    EXTRA = "extra"
    STALE = "stale"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Difference:
    """One row that is not as it should be: of record `root`, in a table, under a key.

    A stale row belongs to an earlier state of the record, a different one to no state of it that
    was ever read. `fields` show of each differing column what is here and what is there, cut
    short; `content` stands for all of what is there, however its JSON is spelled.
    """

    kind: Kind
    table: str
    root: Any
    key: tuple[tuple[str, Any], ...]
    fields: tuple[tuple[str, Any, Any], ...] = ()
    content: int = 0

    @property
    def row(self) -> tuple[Any, ...]:
        """Tell which row it is."""
        return (self.table, *self.key)

    @property
    def place(self) -> tuple[Any, ...]:
        """Tell where the row was looked for: it may be missing in one record, extra in another."""
        return (self.root, *self.row)

    def confirms(self, other: Difference | None) -> bool:
        """Tell whether another look at the row came to the same."""
        if other is None or self.row != other.row:
            return False
        return self.content == other.content if self.fields else self.kind is other.kind

    def joined(self, other: Difference | None) -> Difference:
        """Put together what is said of one row; extra here and missing there, it was moved."""
        if other is None or other.kind is self.kind or self.fields:
            return self
        if other.fields:
            return other
        extra, missing = (self, other) if self.kind is Kind.EXTRA else (other, self)
        moved = (("record", extra.root, missing.root),)
        return replace(missing, kind=Kind.DIFFERENT, fields=moved)


@dataclass(frozen=True)
class Stray:
    """A live row that lies in no live row: where it should lie, by table and id, and its part."""

    row: Difference
    inside: tuple[str, Any]
    part: Any = None
