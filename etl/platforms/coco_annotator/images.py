"""How images are read without losing one: ids by keyset, documents from the last page to the first.

Only /api/image/ gives whole documents, and only by offset. Read backwards, a deletion shifts what
was read already, not what is still to come. What was shifted the other way, by an undo, is missed
by its id, or by the count where no dataset lists it, and read in another pass.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import msgspec

from etl.around import Places, at_place, page_around
from etl.errors import BadAnswer, SourceError
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.paging import Listing, listing
from etl.platforms.coco_annotator.records import peek
from etl.platforms.coco_annotator.scope import Scope, burials, image_ids, scope, shown
from etl.walk import Asking, Page, Start, Unreadable, Walk

EMPTY = 5  # pages at the end that deletions may have emptied meanwhile
ONE: dict[str, str | int] = {"page": 1, "per_page": 1, "fields": "id"}
BEYOND = 2**53  # above the id of any image
PASSES = 3  # over the documents, before images that are listed but not given are an error


class _Placed(msgspec.Struct):
    id: int
    dataset_id: int | None = None


_PLACED = msgspec.json.Decoder(_Placed)


@dataclass
class _Found:
    """What the documents held so far: all ids, those asked for; and how many the server counts.

    In `blind` places are images of which not even the id can be had.
    """

    everything: set[int] = field(default_factory=set)
    ours: set[int] = field(default_factory=set)
    total: int = 0
    blind: set[str] = field(default_factory=set)

    @property
    def counted(self) -> bool:
        """Tell whether the server counts no more images than were read."""
        return len(self.everything) + len(self.blind) >= self.total

    def covers(self, wanted: set[int]) -> bool:
        """Tell whether the wanted images came by, but for those in blind places."""
        return len(wanted - self.ours) <= len(self.blind)


def images(start: Start) -> Walk:
    """Read the images of the chosen datasets."""
    asked = yield from scope(start)
    wanted = yield from listed(start, asked)
    found = _Found()
    for again in range(PASSES):
        yield from _documents(start, asked, wanted, found, again=bool(again))
        if found.covers(wanted) and found.counted:
            break
        wanted &= yield from listed(start, asked)  # what is gone by now was deleted, not lost
    if not found.covers(wanted):
        lost = wanted - found.ours
        raise BadAnswer(f"{len(lost)} images are listed but not given, such as {min(lost)}")
    complete = None
    if found.counted and not found.blind:
        still = asked.still((yield from shown(start)))
        dates = yield from burials(start, "image")
        ids = found.everything if asked.filters else found.ours
        complete = still.complete(start, frozenset(ids), dates)
    yield Page([], complete=complete, last=True)


def listed(start: Start, asked: Scope) -> Generator[Request, Answer, set[int]]:
    """List the ids of the wanted images; a dataset whose folder is gone lists none.

    Raises the error of one that is there and cannot be listed, where the list is needed to tell
    which images belong to the mirror.
    """
    ids: set[int] = set()
    for dataset in sorted(asked.chosen):
        try:
            ids |= yield from image_ids(start, dataset, asked.filters)
        except SourceError as error:
            # 400: the folder is not on the disk; 500: deleted, or not ours, since a moment ago.
            if error.status not in (400, 500):
                raise
            if error.status == SERVER_ERROR and asked.filters and (yield from _is_there(dataset)):
                raise
    return ids


def _is_there(dataset: int) -> Generator[Request, Answer, bool]:
    """Ask for no image of a dataset, which one that is there can give."""
    try:
        yield Request(f"/api/dataset/{dataset}/data", {"limit": 1, "order": "id", "id__gt": BEYOND})
    except SourceError:
        return False
    return True


def _documents(start: Start, asked: Scope, wanted: set[int], found: _Found, *, again: bool) -> Walk:
    """Read every page of documents, the last one first; `again`, until nothing is missed."""
    places = Places(_asked, lambda answer: _read(answer).number("total"))
    size, empty = start.source.page_size, 0
    for number in range(-(-(yield from _total()) // size), 0, -1):
        page = yield from page_around(places, (number - 1) * size, size, _read, _named)
        found.total = page.number("total")
        empty = 0 if page.records or page.unreadable else empty + 1
        if empty > EMPTY:  # else a total beyond reason is asked for page by page
            raise BadAnswer(f"{found.total} images are announced, and page {number} has none")
        ours = [_wanted(record, asked, wanted, found) for record in page.records]
        lost = [one for one in page.unreadable if _is_ours(one, asked, wanted, found)]
        yield Page(list(compress(page.records, ours)), total=number * size, unreadable=lost)
        others = [record for record, fits in zip(page.records, ours, strict=True) if not fits]
        if others and asked.filters:
            yield Page(others, known_only=True)
        if again and found.covers(wanted) and found.counted:
            return


def _total() -> Asking:
    """Ask how many images there are; the first of them may be one that cannot be given."""
    try:
        return _read((yield Request("/api/image/", ONE))).number("total")
    except BadAnswer as error:
        if error.status != SERVER_ERROR:
            raise
        return _read((yield Request("/api/image/", ONE | {"page": 2}))).number("total")


def _asked(place: int, size: int) -> Request:
    return Request("/api/image/", {"page": place // size + 1, "per_page": size})


def _read(answer: Answer) -> Listing:
    return listing(answer, "images")


def _named(place: int, error: BadAnswer) -> Asking:
    """Name an image that cannot be given by its id, or by its place."""
    few = ONE | {"page": place + 1, "fields": "id,dataset_id"}
    try:
        (image,) = _read((yield Request("/api/image/", few))).records
        return Unreadable(peek(image, _PLACED).id, str(error), bytes(image))
    except (SourceError, ValueError):
        return at_place(place, error)


def _is_ours(lost: Unreadable, asked: Scope, wanted: set[int], found: _Found) -> bool:
    """Tell whether an image that cannot be given belongs to the mirror, as far as it is known."""
    if isinstance(lost.id, int):
        return _wanted(lost.known, asked, wanted, found)
    found.blind.add(lost.id)
    return True


def _wanted(record: Any, asked: Scope, wanted: set[int], found: _Found) -> bool:
    """Tell whether an image belongs to the mirror; one that cannot be read is left to it."""
    try:
        image = peek(record, _PLACED)
    except msgspec.DecodeError:
        return True
    found.everything.add(image.id)
    fits = asked.covers(image.dataset_id) and (not asked.filters or image.id in wanted)
    if fits:
        found.ours.add(image.id)
    return fits
