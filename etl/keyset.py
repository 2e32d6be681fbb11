"""Paging by id: each page asks for ids above the last one seen, and around what spoils a page.

Without I/O, as all paging here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import msgspec

from etl.around import MOST_UNREADABLE
from etl.errors import BadAnswer, SourceError
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.paging import Listing, last_id, listing, record_id
from etl.walk import Page, Unreadable, Walk


class Around(msgspec.Struct, frozen=True):
    """How to read around a record that spoils its page: `fewer` records, or one that is `bare`.

    A page is `whole` records long. Both are asked for above an id; what is bare comes without the
    fields that the source cannot give.
    """

    whole: int
    fewer: Callable[[int, int], Request]
    bare: Callable[[int], Request]


def keyset(  # noqa: PLR0913  # what there is to say about a list
    request: Callable[[int], Request],
    page: Callable[[Listing, int, int], Page],
    *,
    name: str,
    total: str,
    after: int,
    around: Around | None = None,
) -> Walk:
    """Read pages in id order, each asking for ids above the last one seen.

    `page` makes the page of (listing, last id, how many are still to come). The envelope's
    `total` must count what the request's own filter lets through, so that a server which caps
    the page size is read to its end all the same; one that counts too few, too. A record that
    spoils its page is searched for by halves, if it is known how to read `around` it.
    """
    whole = around.whole if around else 0
    size, spoilt, lost = whole, 0, 0  # of the next `spoilt` records one spoils its page
    while True:
        asked = around.fewer(after, size) if around and size < whole else request(after)
        try:
            found = listing((yield asked), name)
        except BadAnswer as error:
            if around is None or error.status != SERVER_ERROR or lost >= MOST_UNREADABLE:
                raise
            spoilt, size = size, size // 2
            if size:
                continue
            found = yield from _bare(around, after, name, error)
            lost += len(found.unreadable)
        left = _left(found, total, whole)
        after = last_id(found.records, after) if found.records else max([after, *found.ids])
        yield _aside(page(found, after, left), found)
        if left <= 0:
            return
        spoilt = max(spoilt - len(found.records) - len(found.unreadable), 0)
        size = max(spoilt // 2, 1) if spoilt else min(max(size, 1) * 2, whole)


def _left(found: Listing, total: str, whole: int) -> int:
    """Tell how many are still to come. Raises BadAnswer for records that are only announced.

    A total may be too low: only a page with room left is the last.
    """
    held = len(found.records) + len(found.unreadable)
    left = found.number(total) - held
    if left > 0 and not held:
        raise BadAnswer(f"the answer announces {left} records and holds none")
    return max(left, 1) if whole and held >= whole else left


def _aside(page: Page, found: Listing) -> Page:
    """Set aside what is unreadable, unless the page has it in words of its own."""
    if page.unreadable or not found.unreadable:
        return page
    return msgspec.structs.replace(page, unreadable=found.unreadable)


def _bare(
    around: Around, after: int, name: str, error: BadAnswer
) -> Generator[Request, Answer, Listing]:
    """Name the record that cannot be given. Raises the error where even that cannot be had.

    It is asked for once more when it has its name: if the one that failed was deleted meanwhile,
    the name is its neighbour's, which can be given.
    """
    try:
        found = listing((yield around.bare(after)), name)
    except SourceError:
        raise error from None
    if not found.records:
        return found  # it was deleted, and was the last
    key = record_id(found.records[0])
    if key is None:
        raise error
    try:
        return listing((yield around.fewer(after, 1)), name)
    except BadAnswer as again:
        if again.status != SERVER_ERROR:
            raise
    lost = Unreadable(key, str(error), bytes(found.records[0]))
    return Listing([], found.envelope, [lost])
