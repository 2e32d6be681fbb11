"""How annotations are read: all in one array, or image by image where there are too many.

GET /api/annotation/ takes no parameter: every annotation of every dataset the account sees, the
deleted ones included, after up to a minute. Above a size it is asked for once a day; in between,
only the annotations of images that changed, which misses what leaves no trace on an image: an
annotation made, moved to another category or deleted by somebody's script.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from itertools import compress, islice
from typing import Any

import msgspec

from etl.around import MOST_UNREADABLE
from etl.elements import elements
from etl.errors import BadAnswer, SourceError
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.paging import listing, mapping, served_at
from etl.platforms.coco_annotator.images import listed
from etl.platforms.coco_annotator.records import peek
from etl.platforms.coco_annotator.scope import Scope, scope, shown
from etl.platforms.coco_annotator.walks import NOT_THERE, ident, singles
from etl.times import recent
from etl.walk import Asking, Complete, Page, Position, Start, Unreadable, Walk

WHOLE_ARRAY = 200_000  # annotations asked for in one array at every run
AROUND = 20_000  # annotations read one by one where the array fails, some five minutes
FEW_IMAGES = 300  # changed images that cost less one by one than the whole array
A_DAY = timedelta(days=1)  # between whole arrays above that size
SLICE = 1_000  # annotations committed together


class _Counted(msgspec.Struct):
    numberAnnotations: int = 0  # noqa: N815  # the API's name


_COUNTED = msgspec.json.Decoder(_Counted)


def each_annotation(start: Start) -> Walk:
    """Read annotations the cheaper way."""
    state = start.position.state or {}
    size, now = yield from _size()
    due = not state or not recent(state.get("whole"), now, A_DAY)
    if size <= WHOLE_ARRAY or due or len(start.touched.ids) > FEW_IMAGES:
        big = size > WHOLE_ARRAY
        done = Position(state={"gate": start.touched.now, "whole": now}) if big else None
        yield from _whole(start, done, size)
    else:
        done = Position(state={**state, "gate": start.touched.now})
        yield from _by_image(start, done)


def _size() -> Generator[Request, Answer, tuple[int, str | None]]:
    """Ask how many annotations there are; a category that spoils this list leaves that open."""
    try:
        answer = yield Request("/api/category/data", {"page": 1, "limit": 100_000})
    except BadAnswer as error:
        if error.status != SERVER_ERROR:
            raise
        return 0, None
    categories = listing(answer, "categories").records
    size = sum(peek(category, _COUNTED).numberAnnotations for category in categories)
    return size, served_at(answer)


def _whole(start: Start, done: Position | None, size: int) -> Walk:
    """Read the one array, in slices that are committed as they come."""
    asked = yield from scope(start)
    wanted = (yield from listed(start, asked)) if asked.filters else None
    try:
        answer = yield Request("/api/annotation/", large=True)
    except BadAnswer as error:
        if error.status != SERVER_ERROR or not 0 < size <= AROUND:
            raise
        yield from _around(start, asked, error)
        return
    records, ids, left = elements(answer), set[int](), size
    while page := list(islice(records, SLICE)):
        ids.update(map(ident, page))
        kept = [_kept(record, asked, wanted) for record in page]
        yield Page(list(compress(page, kept)), total=max(left, len(page)))
        others = [record for record, fits in zip(page, kept, strict=True) if not fits]
        if others and wanted is not None:
            yield Page(others, known_only=True)
        left -= len(page)
    still = asked.still((yield from shown(start)))
    known = 0 not in ids  # which one it is that cannot be read, nobody knows
    complete = still.complete(start, frozenset(ids), {}) if known else None
    yield Page([], done, complete=complete, last=True)


def _around(start: Start, asked: Scope, error: BadAnswer) -> Walk:
    """Read the annotations of every image that is listed, as one of them spoils the array.

    So those that the annotator does not show are not met: deleted ones, and those of no category
    of their dataset. Nothing is concluded about what is gone. Raises the error where it is not the
    fault of a few.
    """
    images = sorted((yield from listed(start, asked)))
    lost = 0
    for number, image in enumerate(images):
        page = yield from _of_image(image)
        lost += len(page.unreadable)
        if lost > MOST_UNREADABLE:
            raise error
        yield msgspec.structs.replace(page, total=len(images) - number)
    if not lost:
        raise error  # what spoils the array is none of these


def _of_image(image: int) -> Asking:
    """Read the annotations of an image that are shown, around those that cannot be read."""
    try:
        ids = (yield from _shown(image)) or set()
    except SourceError as error:
        if error.status != SERVER_ERROR:
            raise
        return Page([], unreadable=[Unreadable(f"of image {image}", str(error))])
    answers, lost = yield from singles({key: f"/api/annotation/{key}" for key in sorted(ids)})
    return Page([answer.body for answer in answers], unreadable=lost)


class _Placed(msgspec.Struct):
    dataset_id: int | None = None
    image_id: int | None = None


_PLACED = msgspec.json.Decoder(_Placed)


def _kept(record: bytes, asked: Scope, wanted: set[int] | None) -> bool:
    """Tell whether an annotation belongs to the mirror; one that cannot be read is left to it."""
    try:
        placed = peek(record, _PLACED)
    except msgspec.DecodeError:
        return True
    return asked.covers(placed.dataset_id) and (wanted is None or placed.image_id in wanted)


def _by_image(start: Start, done: Position) -> Walk:
    """Read the annotations of the images that changed, one by one: only so they come whole.

    /api/annotator/data tells the ids of those with a category of the dataset; the mirror knows of
    the others, and of those deleted since. What is gone is concluded at the end, of all of them.
    """
    left, asked, there = len(start.touched.ids), set[int](), set[int]()
    yield from _asked_again(start)
    for image, known in start.touched.ids.items():
        shown = yield from _shown(image)
        ids = sorted(set(known) | (shown or set()))
        answers, lost = yield from singles({key: f"/api/annotation/{key}" for key in ids})
        records = [answer.body for answer in answers]
        found = {*map(ident, records), *(key for key in ids if key in {one.id for one in lost})}
        yield Page(records, total=left, unreadable=lost)
        left -= 1
        unsure = 0 in found  # one that cannot be read may be any of them
        if not unsure and (found.issuperset(ids) or (yield from _is_shown(start, image))):
            asked.update(ids)
            there |= found
    complete = Complete("id", sorted(asked), frozenset(there))  # judged by what is held of these
    yield Page([], done, complete=complete)  # no last page: rejects of other images stay


def _asked_again(start: Start) -> Walk:
    """Ask for the annotations that could not be read; those that are gone were let go of."""
    wanted = {key: f"/api/annotation/{key}" for key in start.unreadable}
    answers, lost = yield from singles(wanted)
    still = {one.id for one in lost}
    gone = [str(key) for key in wanted if key not in still]
    yield Page([answer.body for answer in answers], unreadable=lost, readable=gone)


def _is_shown(start: Start, image: int) -> Asking:
    """Tell whether what an image lacks is gone, and not just hidden from us."""
    return start.identity.sees_all or (yield from _shown(image)) is not None


class _Drawn(msgspec.Struct):
    id: int


class _Category(msgspec.Struct):
    annotations: list[_Drawn] = []


class _Shown(msgspec.Struct):
    categories: list[_Category]


def _shown(image: int) -> Generator[Request, Any, set[int] | None]:
    """Ask for the ids of an image's annotations; None for one that is unknown or hidden."""
    try:
        answer = mapping((yield Request(f"/api/annotator/data/{image}")))
    except SourceError as error:
        if error.status != NOT_THERE:
            raise
        return None
    shown = msgspec.convert(answer, _Shown)
    return {one.id for category in shown.categories for one in category.annotations}
