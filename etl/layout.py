"""What a table looks like, read off its class: its columns, their kinds, its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from etl.tables import BOOKKEEPING, Mirrored, Spec


def specs(table: type[Mirrored]) -> dict[str, Spec]:
    """Give the specs of a table's own columns, in the order of the class."""
    columns = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel sets it
    return {str(c.name): c.info["spec"] for c in columns if c.name not in BOOKKEEPING}


def kinds(table: type[Mirrored], columns: Sequence[str]) -> tuple[str, ...]:
    """Give the kind of each of a table's columns."""
    every = table.__table__.columns  # type: ignore[attr-defined]  # SQLModel sets it
    return tuple(every[name].info["spec"].kind for name in columns)


def keys(table: type[Mirrored]) -> tuple[str, ...]:
    """Give the columns of a table's primary key, the source first."""
    return tuple(c.name for c in table.__table__.primary_key)  # type: ignore[attr-defined]  # idem


MADE = "created_at"


@dataclass(frozen=True, kw_only=True)
class Layout:
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
