"""How images are read without losing one: ids by keyset, documents from the last page to the first.

Only /api/image/ gives whole documents, and only by offset. Read backwards, a deletion shifts what
was read already, not what is still to come. What was shifted the other way, by an undo, is missed
by its id and read in another pass.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import msgspec

from etl.errors import BadAnswer, SourceError
from etl.paging import listing
from etl.platforms.coco_annotator.scope import Scope, burials, image_ids, scope
from etl.stream import Answer, Page, Request, Start, Walk

PAGE = 1_000  # documents a request; more brings no more rows a second
PASSES = 3  # over the documents, before images that are listed but not given are an error


class _Placed(msgspec.Struct):
    id: int
    dataset_id: int | None = None


_PLACED = msgspec.json.Decoder(_Placed)


def images(start: Start) -> Walk:
    """Read the images of the chosen datasets."""
    asked = yield from scope(start)
    wanted = yield from listed(asked)
    seen: set[int] = set()
    for _ in range(PASSES):
        yield from _documents(asked, wanted, seen)
        if wanted <= seen:
            break
        wanted &= yield from listed(asked)  # what is gone by now was deleted, not lost
    if lost := wanted - seen:
        raise BadAnswer(f"{len(lost)} images are listed but not given, such as {min(lost)}")
    complete = None
    if not asked.filters:
        again = yield from scope(start)  # what is shown to us no longer is not gone
        still = Scope(again.visible & asked.visible, again.chosen & asked.chosen)
        dates = yield from burials(start, "image")
        complete = still.complete(start, frozenset(seen), dates)
    yield Page([], complete=complete, last=True)


def listed(asked: Scope) -> Generator[Request, Answer, set[int]]:
    """List the ids of the wanted images; a dataset whose folder is gone lists none."""
    ids: set[int] = set()
    for dataset in sorted(asked.chosen):
        try:
            ids |= yield from image_ids(dataset, asked.filters)
        except SourceError as error:
            # 400: the folder is not on the disk; 500: deleted, or not ours, since a moment ago.
            if error.status not in (400, 500):
                raise
    return ids


def _documents(asked: Scope, wanted: set[int], seen: set[int]) -> Walk:
    """Read every page of documents, the last one first, and note in `seen` what it held."""
    answer = yield Request("/api/image/", {"page": 1, "per_page": 1, "fields": "id"})
    left = listing(answer, "images").number("total")
    for number in range(-(-left // PAGE), 0, -1):
        answer = yield Request("/api/image/", {"page": number, "per_page": PAGE})
        found = listing(answer, "images").records
        records = [record for record in found if _wanted(record, asked, wanted, seen)]
        yield Page(records, total=number * PAGE)


def _wanted(record: Any, asked: Scope, wanted: set[int], seen: set[int]) -> bool:
    """Tell whether an image belongs to the mirror; one that cannot be read is left to it."""
    try:
        image = _PLACED.decode(record)
    except msgspec.DecodeError:
        return True
    fits = asked.covers(image.dataset_id) and (not asked.filters or image.id in wanted)
    if fits:
        seen.add(image.id)
    return fits
