"""Ids as the two database backends give them out."""

from collections import Counter
from collections.abc import Iterable


class Keys:
    """One sequence per kind of row; a reusing one continues from the largest id alive."""

    def __init__(self, *, reused: bool) -> None:
        self._reused = reused
        self._last: Counter[str] = Counter()
        self._shrunk: dict[str, Iterable[int]] = {}

    def take(self, kind: str) -> int:
        """Give the next id of a kind."""
        if kind in self._shrunk:
            self._last[kind] = max(self._shrunk.pop(kind), default=0)
        self._last[kind] += 1
        return self._last[kind]

    def freed(self, kind: str, key: int, alive: Iterable[int]) -> None:
        """Take note of a deletion, which lets SQLite servers hand the top id out again.

        The largest id still alive is looked for when it is needed, not once per deletion.
        """
        if self._reused and key == self._last[kind]:
            self._shrunk[kind] = alive
