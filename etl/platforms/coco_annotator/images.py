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

from etl.errors import BadAnswer, SourceError
from etl.paging import listing
from etl.platforms.coco_annotator.records import peek
from etl.platforms.coco_annotator.scope import Scope, burials, image_ids, scope, shown
from etl.stream import Answer, Page, Request, Start, Walk

EMPTY = 5  # pages at the end that deletions may have emptied meanwhile
PASSES = 3  # over the documents, before images that are listed but not given are an error


class _Placed(msgspec.Struct):
    id: int
    dataset_id: int | None = None


_PLACED = msgspec.json.Decoder(_Placed)


@dataclass
class _Found:
    """What the documents held so far: all ids, those asked for; and how many the server counts."""

    everything: set[int] = field(default_factory=set)
    ours: set[int] = field(default_factory=set)
    total: int = 0

    @property
    def counted(self) -> bool:
        """Tell whether the server counts no more images than were read."""
        return len(self.everything) >= self.total


def images(start: Start) -> Walk:
    """Read the images of the chosen datasets."""
    asked = yield from scope(start)
    wanted = yield from listed(start, asked)
    found = _Found()
    for again in range(PASSES):
        yield from _documents(start, asked, wanted, found, again=bool(again))
        if wanted <= found.ours and found.counted:
            break
        wanted &= yield from listed(start, asked)  # what is gone by now was deleted, not lost
    if lost := wanted - found.ours:
        raise BadAnswer(f"{len(lost)} images are listed but not given, such as {min(lost)}")
    complete = None
    if found.counted:
        still = asked.still((yield from shown(start)))
        dates = yield from burials(start, "image")
        ids = found.everything if asked.filters else found.ours
        complete = still.complete(start, frozenset(ids), dates)
    yield Page([], complete=complete, last=True)


def listed(start: Start, asked: Scope) -> Generator[Request, Answer, set[int]]:
    """List the ids of the wanted images; a dataset whose folder is gone lists none."""
    ids: set[int] = set()
    for dataset in sorted(asked.chosen):
        try:
            ids |= yield from image_ids(start, dataset, asked.filters)
        except SourceError as error:
            # 400: the folder is not on the disk; 500: deleted, or not ours, since a moment ago.
            if error.status not in (400, 500):
                raise
    return ids


def _documents(start: Start, asked: Scope, wanted: set[int], found: _Found, *, again: bool) -> Walk:
    """Read every page of documents, the last one first; `again`, until nothing is missed."""
    answer = yield Request("/api/image/", {"page": 1, "per_page": 1, "fields": "id"})
    size, empty = start.source.page_size, 0
    for number in range(-(-listing(answer, "images").number("total") // size), 0, -1):
        answer = yield Request("/api/image/", {"page": number, "per_page": size})
        page = listing(answer, "images")
        found.total = page.number("total")
        empty = 0 if page.records else empty + 1
        if empty > EMPTY:  # else a total beyond reason is asked for page by page
            raise BadAnswer(f"{found.total} images are announced, and page {number} has none")
        ours = [_wanted(record, asked, wanted, found) for record in page.records]
        yield Page(list(compress(page.records, ours)), total=number * size)
        others = [record for record, fits in zip(page.records, ours, strict=True) if not fits]
        if others and asked.filters:
            yield Page(others, known_only=True)
        if again and wanted <= found.ours and found.counted:
            return


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
