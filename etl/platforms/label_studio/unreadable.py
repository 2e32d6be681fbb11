"""Tasks that turn every page they are on into an error: read around, set aside, asked for again.

A task whose data holds half a surrogate pair is stored by the server and breaks its own answer
(500); so may any record behind a bug of the server's. What is bare of the data can be asked for.
"""

from __future__ import annotations

from typing import Any

from etl.keyset import MOST_UNREADABLE, Around, keyset
from etl.paging import Listing
from etl.platforms.label_studio.query import TASKS, Params, query, whole
from etl.stream import Complete, Page, Request, Start, Walk

BARE: Params = {"include": "id,updated_at,total_annotations,total_predictions", "page_size": 1}


def near(start: Start, **filters: Any) -> Around | None:
    """Read around what spoils a page, unless so much is set aside that it is not the records."""
    few = len(start.unreadable) < MOST_UNREADABLE
    return _around(start, start.source.page_size, **filters) if few else None


def _around(start: Start, page_size: int, **filters: Any) -> Around:
    """Make the requests that read around a task: smaller pages, and a task without its data."""

    def fewer(after: int, size: int) -> Request:
        return Request(TASKS, {**whole(start, after=after, **filters), "page_size": size})

    def bare(after: int) -> Request:
        return Request(TASKS, query(start, after=after, **filters) | BARE)

    return Around(page_size, fewer, bare)


def asked_again(start: Start) -> Walk:
    """Ask for the tasks that could not be read: some have been mended, some are gone."""
    ids, count = set[int](), len(start.unreadable)

    def request(after: int) -> Request:
        return around.fewer(after, count)

    def page(found: Listing, _after: int, left: int) -> Page:
        ids.update(found.ids)
        gone = Complete("id", start.unreadable, frozenset(ids)) if left <= 0 else None
        return Page(found.records, total=left + len(found.records), complete=gone)

    around = _around(start, count, ids=start.unreadable)
    yield from keyset(request, page, name="tasks", total="total", after=0, around=around)
