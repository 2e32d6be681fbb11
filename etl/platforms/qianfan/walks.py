"""How Qianfan's V1 lists are walked: by offset, newest first to what is known, or whole.

Nothing tells when a record changed. A record that is done changes no more but for its names, so
a long list is read from its new end until the newest record of the last walk has come by. The
records that were still under way are asked for where what is new has pushed them. What the total
says was deleted is left to the proof. It is read whole when it is short, when more was deleted
than a page holds, when a record is not where it must be, when the newest does not come first, and
once a day. Only whole readings end with a
last page: what was set aside and not met by another one is no better for it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from operator import itemgetter
from typing import Any

from etl.errors import BadAnswer
from etl.platforms.qianfan import resuming
from etl.platforms.qianfan.listings import V1_PAGE, Listing, Rows
from etl.platforms.qianfan.reading import A_DAY, MOST_OPEN, SHORT, TRIES, Reading
from etl.platforms.qianfan.spoilt import page
from etl.platforms.qianfan.turning import nowhere, turned
from etl.times import recent
from etl.walk import Page, Position, Start, Walk

FEW = 2  # rows that a page must have beyond those that are lost


def by_offset(listing: Listing) -> Callable[[Start], Walk]:
    """Make the walk of a V1 list."""

    def walk(start: Start) -> Walk:
        size = min(max(start.source.page_size, 2), V1_PAGE)  # 1 would leave no row to overlap by
        first = yield from page(listing, 0, size)
        now = first.served
        before: dict[str, Any] = start.position.state or {}
        if left := before.get("resume"):
            state = yield from resuming.resumed(listing, first, left, size)
            if state is not None:
                yield Page([], Position(state=state))
                return
            first = yield from page(listing, 0, size)
        if first.total > SHORT and _suffices(before, now):
            found = yield from _head(listing, first, before, size)
            if found is not None:
                yield Page([], Position(state={**before, **found}))
                return
            first = yield from page(listing, 0, size)
        yield from _sweep(start, listing, first, size, now)

    return walk


def _suffices(before: dict[str, Any], now: str | None) -> bool:
    """Tell whether the new end of a list may be enough: it is long and known."""
    known = before.get("head") and isinstance(before.get("open"), dict)
    return bool(known and before["total"] > SHORT and recent(before.get("swept"), now, A_DAY))


def _head(
    listing: Listing, first: Rows, before: dict[str, Any], size: int
) -> Generator[Any, Any, dict[str, Any] | None]:
    """Read from the new end to what is known; None if the list must be read whole.

    It must when many records were deleted, or one of those that came first since. Fewer are noted
    as `lost`, which the proof looks for.
    """
    reading, heads = Reading(listing), [before["head"], *before.get("next", ())]
    far = first.total - before["total"] + 2 * size + len(heads)  # beyond that, all are deleted

    def enough() -> bool:
        return not reading.seen.keys().isdisjoint(heads) or len(reading.seen) > far

    total = yield from turned(reading, first, size, enough=enough)
    ids = list(reading.seen)
    came = next((place for place, ident in enumerate(ids) if ident in heads), None)
    places = reading.places
    if came is None or places is None or reading.stepped or reading.rising or reading.blind:
        return None
    gone = heads.index(ids[came])  # of those that were first
    lost = before["total"] + came - total
    if not gone <= lost <= gone + size - FEW:
        return None
    shift = came - gone
    expected = {i: place + shift for i, place in before["open"].items() if i not in heads[:gone]}
    further = yield from _further(reading, expected, total, size, lost - gone)
    if further is None or len(places | further) > MOST_OPEN:
        return None
    found = {**reading.newest, "total": total, "open": places | further}
    return found | ({"lost": True} if lost or before.get("lost") else {})


def _further(
    reading: Reading, expected: dict[str, int], total: int, size: int, lost: int
) -> Generator[Any, Any, dict[str, int] | None]:
    """Ask for records where they must be; give those still under way, None if one is not there.

    Each may be by so many places nearer to the new end as records are lost.
    """
    listing = reading.listing
    under_way: dict[str, int] = {}
    for ident, place in sorted(expected.items(), key=itemgetter(1)):
        if ident in reading.seen:
            continue
        begin = max(place - lost, 0)
        rows = yield from page(listing, begin, size)
        there = ident in rows.ids[: place - begin + 1] and not rows.unreadable
        if not there or rows.total != total:
            return None
        yield Page(rows.records)
        reading.note(rows)
        under_way |= {i: begin + n for n, i in enumerate(rows.ids) if reading.seen[i]}
    return under_way


def _sweep(start: Start, listing: Listing, first: Rows, size: int, now: str | None) -> Walk:
    """Read the whole list; conclude deletions only from a reading that adds up.

    The first reading of a long one is gone on with if it is interrupted. Raises BadAnswer where
    less comes than is announced, again and again.
    """
    begun = first.total > SHORT and not (start.position.state or {}).get("head")
    leave = resuming.left(now) if begun else nowhere
    for _ in range(TRIES):
        reading = Reading(listing)
        total = yield from turned(reading, first, size, leave=leave)
        if _adds_up(reading, total):
            # With rows that cannot be given, the next run reads the whole list as well.
            state = None if reading.blind else _swept(reading, total, now)
            yield Page([], Position(state=state), complete=reading.complete(start), last=True)
            return
        amiss = reading.contradicts(total)
        if total == first.total and not reading.shifted and not amiss:
            break  # it stands still, and records share an id: another reading would not add up
        first = yield from page(listing, 0, size)
    if reading.repeated:
        raise BadAnswer(
            f"the list of {total} gives a page again where another should be, in every reading; "
            f"{len(reading.seen)} rows are known of it, and nothing is concluded"
        )
    if amiss:
        raise BadAnswer(f"the list announces {total} records, and {len(reading.seen)} came")
    # Everything that was shown is mirrored; what is gone is left to the next run.
    yield Page([], Position(state=None))


def _adds_up(reading: Reading, total: int) -> bool:
    """Tell whether all that there is was seen, and nothing else.

    Rows that came in at the new end meanwhile do not matter, those that went do.
    """
    in_order = reading.newest_first if reading.shifted else True
    return in_order and not reading.stepped and len(reading.seen) == total


def _swept(reading: Reading, total: int, now: str | None) -> dict[str, Any]:
    state: dict[str, Any] = {
        **reading.newest,
        "open": reading.places if reading.newest_first else None,
        "total": total,
    }
    return state | ({"swept": now} if total > SHORT else {})
