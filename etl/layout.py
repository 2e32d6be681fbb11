"""What a table looks like, read off its class: its columns, their kinds, its key."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from etl.source import Part
from etl.stream import Parts
from etl.tables import BOOKKEEPING, Declared, Mirrored, Spec


def specs(table: type[Mirrored]) -> dict[str, Spec]:
    """Give the specs of a table's own columns, in the order of the class."""
    columns = table.__columns__.items()
    return {name: column.spec for name, column in columns if name not in BOOKKEEPING}


def kinds(table: type[Mirrored], columns: Sequence[str]) -> tuple[str, ...]:
    """Give the kind of each of a table's columns."""
    return tuple(table.__columns__[name].spec.kind for name in columns)


def part_key(split: Parts, part: Part) -> int | str:
    """Give a part's key as the column that holds it does."""
    (kind,) = kinds(split.table, ("id",))
    return int(part.key) if kind == "whole" else part.key


def keys(table: type[Declared]) -> tuple[str, ...]:
    """Give the columns of a table's primary key, the source first."""
    return tuple(name for name, column in table.__columns__.items() if column.key)


MADE = "created_at"


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """One table as one stream fills it: the columns in the order of its rows.

    `root` is the column that holds the root record's id; `constants` tell the stream's rows from
    another stream's in the same table. A row with an `owner` column lives and dies with the row
    of table `owned_by` that has its id; it has no identity of its own.
    """

    table: type[Mirrored]
    columns: tuple[str, ...]
    root: str
    constants: tuple[tuple[str, str], ...] = ()
    owner: str | None = None
    owned_by: type[Mirrored] | None = None

    @property
    def dated(self) -> bool:
        """Whether rows tell when they were made: another time under the same id is another row."""
        return MADE in self.columns and "id" in self.keys

    @property
    def keys(self) -> tuple[str, ...]:
        """The primary key's columns, the source first."""
        return keys(self.table)
