"""Finding what was deleted from a long V1 list by halving its places.

Above a row's place lie as many rows as there are higher numbers, here as there. That holds as long
as the list comes by falling numbers and stands still, which every page that is looked at must
confirm; else the list is read whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR
from etl.platforms.qianfan.listings import V1_PAGE, Listing, Rows
from etl.platforms.qianfan.walks import by_offset
from etl.walk import Asking, Complete, Gone, Page, Position, Start, Tally, Walk

HIGHEST = 2**63  # above any number


def by_places(listing: Listing) -> Callable[[Start], Walk]:
    """Make the proof of a V1 list: it looks for what the walk has noted as lost."""
    whole = by_offset(listing)

    def prove(start: Start) -> Walk:
        state: dict[str, Any] = start.position.state or {}
        if not state.get("lost"):
            return
        here: dict[int | None, int] = yield Tally("numeric_id")
        count, total = sum(here.values()), state["total"]
        yield Page([], gone=[Gone(max(count - total, 0), count)])
        halving = Halving(listing, total, sorted(n for n in here if n is not None))
        if None in here or doubled(here) or not (yield from halving.mended()):
            yield from whole(start.anew())
            return
        found = {name: value for name, value in state.items() if name != "lost"}
        yield Page([], Position(state=found))

    return prove


def doubled(here: Mapping[int | None, int]) -> bool:
    """Tell whether rows share a number: then places say nothing of them."""
    return any(count > 1 for number, count in here.items() if number is not None)


@dataclass(frozen=True)
class _Range:
    """Places of a list, from `begin` to before `end`; their numbers lie in (`above`, `upto`]."""

    begin: int
    end: int
    above: int
    upto: int


@dataclass(frozen=True)
class Halving:
    """A list of so many rows, and the numbers of those that the mirror holds, in order."""

    listing: Listing
    total: int
    held: list[int]

    def mended(self) -> Asking:
        """Halve ranges that differ and read them; tell whether the list allowed it.

        One with a row that cannot be given does not.
        """
        try:
            return (yield from self._mended())
        except BadAnswer as error:
            if error.status != SERVER_ERROR:
                raise
            return False

    def _mended(self) -> Asking:
        open_ranges = [_Range(0, self.total, 0, HIGHEST)]
        while open_ranges:
            one = open_ranges.pop()
            held = self._held(one)
            if len(held) == one.end - one.begin:
                continue
            small = one.end - one.begin < V1_PAGE
            place = max(one.begin - 1, 0) if small else (one.begin + one.end) // 2
            rows = self.listing.offset_page((yield self.listing.by_offset(place, V1_PAGE)))
            numbers = self._numbers(rows)
            if numbers is None:
                return False
            if small:
                yield Page(rows.records, complete=Complete("numeric_id", held, frozenset(rows.ids)))
            else:
                middle = numbers[0]
                open_ranges.append(_Range(place, one.end, one.above, middle))
                open_ranges.append(_Range(one.begin, place, middle, one.upto))
        return True

    def _held(self, one: _Range) -> list[int]:
        return self.held[bisect_right(self.held, one.above) : bisect_right(self.held, one.upto)]

    def _numbers(self, rows: Rows) -> list[int] | None:
        """Give the numbers of a page; None if it is not one of such a list."""
        name = self.listing.spelling.number or ""
        found = [content.get(name) for content in rows.contents]
        numbers = [number for number in found if type(number) is int]
        falling = numbers == sorted(set(numbers), reverse=True)
        sure = rows.total == self.total and bool(numbers or not self.total)
        return numbers if sure and falling and len(numbers) == len(found) else None
