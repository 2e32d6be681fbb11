"""Looking whether the mirror holds what there is, with the fewest requests: by the total first.

Where the total of a V1 list differs, its places are halved. V2 tells no total, so its lists are
read whole in any case.
"""

from __future__ import annotations

from collections.abc import Callable

from etl.platforms.qianfan.halving import Halving, doubled
from etl.platforms.qianfan.listings import V1_PAGE, Listing
from etl.platforms.qianfan.walks import by_offset
from etl.walk import Page, Start, Tally, Walk


def by_total(listing: Listing) -> Callable[[Start], Walk]:
    """Make the check of a V1 list; what is on its first page is compared in any case."""
    whole = by_offset(listing)

    def check(start: Start) -> Walk:
        first = listing.offset_page((yield listing.by_offset(0, V1_PAGE)))
        if first.total <= V1_PAGE:
            yield from whole(start.anew())
            return
        yield Page(first.records, total=first.total)
        here: dict[int | None, int] = yield Tally("numeric_id")
        if first.total == sum(here.values()) and not doubled(here):
            return
        halving = Halving(listing, first.total, sorted(n for n in here if n is not None))
        if None in here or doubled(here) or not (yield from halving.mended()):
            yield from whole(start.anew())

    return check
