"""Looking whether the mirror holds what there is, with the fewest requests: by the total first.

Only V1 tells a total, and nothing promises the order by which a place in its lists could be
compared with one in the mirror: where totals differ, the list is read whole.
"""

from __future__ import annotations

from collections.abc import Callable

from etl.platforms.qianfan.listings import V1_PAGE, Listing
from etl.platforms.qianfan.walks import by_offset
from etl.stream import Page, Start, Tally, Walk


def by_total(listing: Listing) -> Callable[[Start], Walk]:
    """Make the check of a V1 list; what is on its first page is compared in any case."""
    whole = by_offset(listing)

    def check(start: Start) -> Walk:
        first = listing.offset_page((yield listing.by_offset(0, V1_PAGE)))
        here: dict[str, int] = yield Tally("source")
        if first.total == sum(here.values()):
            yield Page(first.records, total=first.total)
        else:
            yield from whole(start.anew())

    return check
