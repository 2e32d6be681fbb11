"""Paging by number, where there is no key to page by: a list is counted while it is read.

Without I/O, as all paging here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from etl.errors import BadAnswer
from etl.exchange import Request
from etl.paging import Listing, listing
from etl.walk import Asking, Complete, Page


def numbered(  # noqa: PLR0913  # what there is to say about a list
    request: Callable[[int], Request],
    *,
    name: str,
    total: str,
    keep: Callable[[bytes], bool] = lambda _record: True,
    complete: Callable[[frozenset[int | str]], Complete | None] | None = None,
    around: Callable[[int, BadAnswer], Asking] | None = None,
) -> Asking:
    """Read pages by number, from 1, until as many records came as the envelope announces.

    The last page may claim to be `complete`: where the announced number never changed, and came.
    Where not, all is read once more. What spoils a page is read `around`, if it is known how;
    tells whether that left a place nothing is known of. Raises BadAnswer after the second reading
    if that held less than was announced, or never told of all that it held.
    """
    for again in (False, True):
        number, blind, count = 1, False, Count()
        while True:
            try:
                found = listing((yield request(number)), name)
            except BadAnswer as error:
                if around is None:
                    raise
                found = yield from around(number, error)
            left, number = found.number(total) - count.came, number + 1
            ended = count.note(found.ids, found, total)
            last = ended and (again or count.adds_up)
            claim = complete(count.known) if last and count.proven and complete else None
            kept = [record for record in found.records if keep(record)]
            lost = [one for one in found.unreadable if type(one.id) is str or keep(one.known)]
            blind |= any(type(one.id) is str for one in lost)
            yield Page(kept, total=left, complete=claim, last=last, unreadable=lost)
            if ended:
                break
        if count.adds_up:
            break
    count.check()
    return blind


class Count:
    """What one reading of a list in numbered pages held, and what it announced."""

    def __init__(self) -> None:
        self.came, self._nameless = 0, 0
        self._ids, self._totals = set[int | str](), [0]

    def note(self, ids: Sequence[int | str], found: Listing, total: str) -> bool:
        """Note a page, and the ids of those that have one; tell whether it is the last."""
        came = len(found.records) + len(found.unreadable)
        self._totals.append(found.number(total))
        self._ids.update(ids)
        self.came, self._nameless = self.came + came, self._nameless + came - len(ids)
        return self.came >= self._totals[-1] or not came

    @property
    def known(self) -> frozenset[int | str]:
        """Give the ids that came by."""
        return frozenset(self._ids)

    @property
    def adds_up(self) -> bool:
        """Tell whether as many records came as were announced all the time."""
        return {len(self._ids) + self._nameless} == set(self._totals[1:])

    @property
    def proven(self) -> bool:
        """Tell whether these are all that there are: it adds up, and each has an id."""
        return self.adds_up and not self._nameless

    def check(self) -> None:
        """Raise BadAnswer for less than was announced; what goes meanwhile makes it more."""
        held, announced = len(self._ids) + self._nameless, self._totals[-1]
        if held < announced or (not self.adds_up and len(set(self._totals[1:])) == 1):
            raise BadAnswer(f"{announced} records are announced, {held} came, in two readings")
