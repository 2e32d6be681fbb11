"""What turns every page it is on into an error: read around, set aside, asked for again.

A task whose data holds half a surrogate pair is stored by the server and breaks its own answer
(500); so may any record behind a bug of the server's. What is bare of the data can be asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from etl.around import MOST_UNREADABLE, Places, at_place, merged
from etl.errors import BadAnswer, SourceError
from etl.exchange import Answer, Request
from etl.keyset import Around, keyset
from etl.paging import Listing, listing
from etl.platforms.label_studio.query import TASKS, Params, query, whole
from etl.walk import Asking, Complete, Page, Start, Unreadable, Walk

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


PREDICTED: Params = {"include": "id,predictions"}
OF_TASK = "of task "  # and its id: the place of predictions that cannot be given


def near_predictions(start: Start, **filters: Any) -> Around:
    """Read around a task whose predictions spoil a page; nothing gives them one by one."""

    def asked(after: int, more: Params) -> Request:
        return Request(TASKS, query(start, after=after, **filters) | more)

    return Around(
        start.source.page_size,
        lambda after, size: asked(after, {**PREDICTED, "page_size": size}),
        lambda after: asked(after, {"include": "id", "page_size": 1}),
    )


def of_tasks(found: Listing) -> list[Unreadable]:
    """Set aside the predictions of tasks that cannot be given with them."""
    return [Unreadable(f"{OF_TASK}{one.id}", one.reason) for one in found.unreadable]


def tasks_of(start: Start) -> list[int]:
    """Tell the tasks whose predictions were set aside."""
    return [int(place.removeprefix(OF_TASK)) for place in start.places]


def projects(request: Callable[..., Request], size: int) -> Callable[[int, BadAnswer], Asking]:
    """Read around projects that spoil their page."""

    def read(answer: Answer) -> Listing:
        return listing(answer, "results")

    def named(place: int, error: BadAnswer) -> Asking:
        for fields in ("id,title", "id"):  # the title may be what spoils it
            with suppress(SourceError):
                answer = yield request(place + 1, page_size=1, include=fields)
                (project,) = read(answer).records
                return Unreadable(read(answer).ids[0], str(error), bytes(project))
        return at_place(place, error)

    def around(number: int, error: BadAnswer) -> Asking:
        pieces = yield from places.pieces((number - 1) * size, size, error)
        return (yield from merged(pieces, read, named))

    places = Places(
        lambda place, few: request(place // few + 1, page_size=few),
        lambda answer: read(answer).number("count"),
    )
    return around
