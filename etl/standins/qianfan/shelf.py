"""Rows of one kind in the order they were made, found by key or by place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from etl.standins.exchange import Json


class Missing(LookupError):
    """There is no such row (any more)."""


class Shelf:
    """A list that remembers where a deleted row had been."""

    def __init__(self, kind: str, key: str) -> None:
        """Keep rows of a kind, each a dict with its id under `key`."""
        self.kind = kind
        self.key = key
        self.rows: list[Json] = []
        self._order: list[int] = []
        self._number: dict[str, int] = {}
        self._found: dict[str, Json] = {}
        self._made = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Json]:
        return iter(self.rows)

    def __contains__(self, key: str) -> bool:
        return key in self._found

    def add(self, row: Json) -> Json:
        """Append a row."""
        self._made += 1
        self._order.append(self._made)
        self._number[row[self.key]] = self._made
        self._found[row[self.key]] = row
        self.rows.append(row)
        return row

    def get(self, key: str) -> Json:
        """Look a row up."""
        if key not in self._found:
            raise Missing(f"{self.kind} {key!r}")
        return self._found[key]

    def remove(self, key: str) -> Json:
        """Take a row away for good."""
        row = self.get(key)
        place = bisect_left(self._order, self._number[key])
        del self._order[place], self.rows[place], self._found[key]
        return row

    def number(self, key: str) -> int | None:
        """Tell when a row was made, also of one deleted since."""
        return self._number.get(key)

    def latest(self) -> Json:
        """Return the row made last, or nothing."""
        return self.rows[-1] if self.rows else None
