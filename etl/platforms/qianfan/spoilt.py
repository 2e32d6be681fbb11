"""Pages of a V1 list, read around rows that spoil them.

Nothing tells the id of a row that cannot be given, so it goes by its place, counted from the far
end of the list: what comes in at the new end does not move that.
"""

from __future__ import annotations

from itertools import chain

from etl.around import Places
from etl.errors import BadAnswer
from etl.platforms.qianfan.listings import Listing, Rows
from etl.walk import Asking, Unreadable


def page(listing: Listing, offset: int, size: int) -> Asking:
    """Read a page. Raises the error of one that fails and not because of single rows."""
    try:
        return listing.offset_page((yield listing.by_offset(offset, size)))
    except BadAnswer as error:
        failure = error
        places = Places(listing.by_offset, lambda answer: listing.offset_page(answer).total)
        pieces = yield from places.pieces(offset, size, error)
    whole = [p if isinstance(p, BadAnswer) else listing.offset_page(p) for _, p in pieces]
    had = [rows for rows in whole if isinstance(rows, Rows)]
    if not had:
        raise failure
    begins = [place for place, _ in pieces]
    each = [
        _lost(had[-1].total - place, rows) if isinstance(rows, BadAnswer) else rows
        for place, rows in zip(begins, whole, strict=True)
        if place < had[-1].total
    ]
    return Rows(
        [record for rows in each for record in rows.records],
        [ident for rows in each for ident in rows.ids],
        [content for rows in each for content in rows.contents],
        total=had[-1].total,
        served=had[-1].served,
        unreadable=list(chain.from_iterable(rows.unreadable for rows in each)),
    )


def _lost(place: int, error: BadAnswer) -> Rows:
    """Stand in for a row that cannot be given."""
    lost = Unreadable(f"place {place} from the end", str(error))
    return Rows([], [str(lost.id)], [{}], unreadable=[lost])
