"""Looking whether the mirror holds what there is, with the fewest requests: by numbers first.

Where the numbers of a dataset's images differ, its ids are halved until the ranges that differ are
small enough to be listed; then the documents of those ids are read, on the pages where they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from etl.errors import SourceError
from etl.exchange import Request
from etl.paging import listing
from etl.platforms.coco_annotator import images as reading
from etl.platforms.coco_annotator.annotating import each_annotation
from etl.platforms.coco_annotator.records import peek
from etl.platforms.coco_annotator.scope import image_ids, scope
from etl.platforms.coco_annotator.walks import ident
from etl.walk import Asking, Complete, Page, Start, Tally, Walk

EVERYTHING = 100_000  # categories, which come on one page
FEW = 1_000  # annotations that are read rather than counted: the server takes half a second
SPARE = 40  # requests that looking by numbers may take beyond half of those of reading everything
NOT_LISTED = (400, 500)  # a dataset whose folder is lost, or that is gone since a moment ago


class _Category(msgspec.Struct):
    id: int
    numberAnnotations: int = 0  # noqa: N815  # the API's name


_CATEGORY = msgspec.json.Decoder(_Category)


def check_annotations(start: Start) -> Walk:
    """Compare the number of annotations of each category; read all where one differs.

    The server counts over all datasets, so a part of them is read whole; and so are few, which
    cost no more. It does not count those of no category, or of one that is gone.
    """
    found = listing(
        (yield Request("/api/category/data", {"page": 1, "limit": EVERYTHING})), "categories"
    )
    counted = [peek(record, _CATEGORY) for record in found.records]
    there = {one.id: one.numberAnnotations for one in counted if one.numberAnnotations}
    here: dict[int | None, int] = yield Tally("category_id")
    if _is_part(start) or there != here or sum(there.values()) <= FEW:
        yield from each_annotation(start.anew())


def check_images(start: Start) -> Walk:
    """Compare the number of images of each dataset, and look closer where one differs.

    Those of datasets that are deleted are listed among all images, and compared by their sum. A
    part of what there is is read whole, and so is a page of them.
    """
    asked = yield from scope(start)
    total = listing((yield _single(1)), "images").number("total")
    partly = _is_part(start) or asked.restricted or bool(asked.filters)
    try:
        told = not partly and total > start.source.page_size
        told = told and (yield from _told_by_numbers(start, sorted(asked.chosen), total))
    except SourceError as error:
        if error.status not in NOT_LISTED:
            raise
        told = False
    if not told:
        yield from reading.images(start.anew())


def _told_by_numbers(start: Start, datasets: list[int], total: int) -> Asking:
    """Look at the images of datasets where numbers differ; tell whether that was all there is.

    Where that takes about as many requests as reading everything, it is given up.
    """
    here: dict[int | None, int] = yield Tally("dataset_id")
    wrong, rest = set[int](), total  # the rest are of datasets that are deleted, or lost
    spare = _Spare(len(datasets) + SPARE + total // start.source.page_size)
    for dataset in datasets:
        there = yield from _count(dataset, spare)
        rest -= there.count
        if there.count != here.pop(dataset, 0):
            wrong |= yield from _narrowed(start, dataset, there, spare)
    if spare.left < 0 or sum(here.values()) != rest:
        return False
    return (yield from _read(start, sorted(wrong), spare))


def _is_part(start: Start) -> bool:
    """Tell whether the mirror is to hold, or the account is shown, less than there is."""
    options = start.source.options
    filtered = any(name in options for name in ("annotated", "folder", "categories"))
    return filtered or bool(start.source.parts) or not start.identity.sees_all


@dataclass
class _Spare:
    """How many requests there are left to look by numbers; below none, it is given up."""

    left: int


@dataclass(frozen=True)
class _Counted:
    """How many images of a dataset there are in a range of ids, and the last of them."""

    count: int
    last: int


def _count(dataset: int, spare: _Spare, above: int = 0, upto: int | None = None) -> Asking:
    spare.left -= 1
    bounds = {"id__gt": above} | ({} if upto is None else {"id__lte": upto})
    asked: dict[str, str | int] = {"limit": 1, "order": "-id", **bounds}
    found = listing((yield Request(f"/api/dataset/{dataset}/data", asked)), "images")
    return _Counted(found.number("total"), max(map(ident, found.records), default=0))


def _narrowed(start: Start, dataset: int, everything: _Counted, spare: _Spare) -> Asking:
    """Halve ranges of ids whose numbers differ; give the ids that are in one place only."""
    last, wrong = everything.last, set[int]()
    open_ranges: list[tuple[int, int | None, int]] = [(0, last, everything.count), (last, None, 0)]
    while open_ranges and spare.left >= 0:
        above, upto, there = open_ranges.pop()
        tally: dict[int | None, int] = yield Tally("dataset_id", above, upto)
        if tally.get(dataset, 0) == there:
            continue
        if upto is None or there <= start.source.page_size or upto - above <= 1:
            bounds = {"id__lte": str(upto)} if upto is not None else {}
            spare.left -= 1
            listed = yield from image_ids(start, dataset, bounds, above)
            held: dict[int, int] = yield Tally("id", above, upto, ("dataset_id", dataset))
            wrong |= listed ^ held.keys()
            continue
        middle = (above + upto) // 2
        lower = (yield from _count(dataset, spare, above, middle)).count
        open_ranges += [(above, middle, lower), (middle, upto, there - lower)]
    return wrong


def _read(start: Start, wrong: list[int], spare: _Spare) -> Asking:
    """Read the pages of documents where some ids are, or would be if they were there.

    Documents come in the order of their ids, which nobody promises: tell whether they did.
    """
    size = start.source.page_size
    while wrong and spare.left >= 0:
        number = yield from _page_of(wrong[0], size, spare)
        found = listing(
            (yield Request("/api/image/", {"page": number, "per_page": size})), "images"
        )
        ids = list(map(ident, found.records))
        if not ids or ids != sorted(set(ids)) or (number > 1 and ids[0] > wrong[0]):
            return False
        at_end = number * size >= found.number("total")
        here = [key for key in wrong if at_end or key <= ids[-1]]
        if not here:
            return False
        yield Page(found.records, complete=Complete("id", here, frozenset(ids)))
        wrong = wrong[len(here) :]
        spare.left -= 1
    return not wrong


def _page_of(key: int, size: int, spare: _Spare) -> Asking:
    """Find the last page that begins with no higher id, looking at single ones."""
    total = listing((yield _single(1)), "images").number("total")
    low, high = 1, max(-(-total // size), 1)
    while low < high:
        middle = (low + high + 1) // 2
        spare.left -= 1
        found = listing((yield _single((middle - 1) * size + 1)), "images").records
        if found and ident(found[0]) <= key:
            low = middle
        else:
            high = middle - 1
    return low


def _single(place: int) -> Request:
    return Request("/api/image/", {"page": place, "per_page": 1, "fields": "id"})
