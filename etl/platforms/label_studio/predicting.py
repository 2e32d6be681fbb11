"""How the predictions of a Label Studio project are walked: in one answer, or by their tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR, Answer, Json, Request
from etl.keyset import keyset
from etl.paging import Listing, listing, record_id
from etl.platforms.label_studio import unreadable
from etl.platforms.label_studio.query import TASKS, counted, latest, query, told
from etl.platforms.label_studio.unreadable import PREDICTED
from etl.platforms.label_studio.window import believed, is_past, mark
from etl.walk import Asking, Complete, Page, Position, Start, Unreadable, Walk

WHOLE_LISTING = 30_000  # predictions fetched in one answer (about 20 MB); above, page by task
SLICE = 1_000  # predictions committed together


class _WithPredictions(msgspec.Struct):
    id: int
    predictions: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


def predictions(start: Start) -> Walk:
    """Read the predictions of one project when there is a sign that they changed.

    Model versions with their counts and latest times change with every prediction made or
    deleted, the bulk ways included, which stamp no task; so does the number of predictions that
    the tasks of the mirror tell. A prediction that is edited stamps its task, so then the
    predictions of the tasks stamped since are read.
    """
    spoilt = bool(start.places) and (yield from _asked_again(start))
    answer = yield of_versions(start)
    now = versions(answer)
    signs = [f"{v.model_version} {v.count} {v.latest}" for v in now]
    newest = yield from believed(start, start.known.newest, answer)
    reached, since = mark(start, answer)
    checked = is_past(start, answer, newest)
    state = {"versions": [*signs, *start.known.sums], "checked": checked}
    before = start.position.state or {}
    watermark = latest(reached, newest)
    begun = {"since": None, "after": 0, "watermark": watermark, "done": state}
    begun |= {"first": True} if start.first else {}
    count = sum(version.count for version in now)
    moved = newest and newest > (reached or "")
    whole_listing = -1 if spoilt else WHOLE_LISTING  # what spoils one task's spoils all in one
    if "walk" in before:
        yield from _gone_on_with(start, before["walk"], begun)
    elif not now and not before.get("versions"):
        # There has never been one, or the walk is to forget that there was.
        none = Complete("project_id", [int(start.part.key)], frozenset())
        yield Page([], Position(watermark, state), complete=none, last=True)
    elif before.get("versions") != state["versions"] and count <= whole_listing:
        yield from _all_predictions(start, Position(watermark, state), now, begun)
    elif before.get("versions") != state["versions"]:
        yield from _by_task(start, begun)
    elif now and (moved or (checked and not before.get("checked"))):
        stamped = told((yield Request(TASKS, counted(start, since=since)))).count
        if stamped > start.source.page_size and count <= whole_listing:
            yield from _all_predictions(start, Position(watermark, state), now, begun)
        else:
            yield from _by_task(start, begun | {"since": since})


class Version(msgspec.Struct):
    """A model version: how many predictions it has, and when it made the latest."""

    model_version: str | None = ""
    count: int = 0
    latest: str | None = ""


class _OfVersion(msgspec.Struct):
    model_version: Any = None


def _is_counted(prediction: bytes) -> bool:
    """Tell whether the versions count a prediction: one of no version they list, and count 0."""
    try:
        return msgspec.json.decode(prediction, type=_OfVersion).model_version is not None
    except msgspec.DecodeError:
        return True


def of_versions(start: Start) -> Request:
    """Ask for the model versions, with the number of predictions of each."""
    return Request(f"/api/projects/{start.part.key}/model-versions/", {"extended": "true"})


def versions(answer: Answer) -> list[Version]:
    """Read the model versions in an order of their own."""
    found = listing(answer, "static").records
    read = [msgspec.json.decode(version, type=Version) for version in found]
    return sorted(read, key=lambda version: version.model_version or "")


def _all_predictions(start: Start, done: Position, now: list[Version], begun: Json) -> Walk:
    """Read every prediction in one answer, twenty times faster than by task.

    Where one of them spoils it, all are read by task, as is `begun` so. Where it is not as long as
    announced, it proves nothing, and is read again by the next run. Raises BadAnswer if it is not
    because something was written in between.
    """
    part = start.part.key
    try:
        records = listing((yield Request("/api/predictions/", {"project": part}))).records
    except BadAnswer as error:
        if error.status != SERVER_ERROR:
            raise
        yield from _by_task(start, begun)
        return
    named, ids = sum(map(_is_counted, records)), _Ids()
    complete = None
    if named == (count := sum(version.count for version in now)):
        ids.note(records)
        complete = ids.complete("project_id", [int(part)])
    elif versions((yield of_versions(start))) == now:
        raise BadAnswer(f"the list holds {named} predictions where the versions count {count}")
    else:
        done = start.position
    for begin in range(0, max(len(records), 1), SLICE):
        left = len(records) - begin
        last = left <= SLICE
        yield Page(
            records[begin : begin + SLICE],
            done if last else None,
            left,
            complete if last else None,
            last,
        )


def _gone_on_with(start: Start, walk: Json, anew: Json) -> Walk:
    """Read the rest of a walk that was cut, and then all of it, unless there was nothing before.

    A rest knows but a part of the ids, so that it cannot tell what is gone.
    """
    if walk["after"] and not walk.get("first"):
        yield from _by_task(start, walk, anew)
        walk = anew
    yield from _by_task(start, walk)


def _by_task(start: Start, walk: Json, anew: Json = None) -> Walk:
    """Read predictions nested in their tasks, page by page, and conclude at the end what is gone.

    Not sooner, so that too many are refused before the first is buried; so the ids are kept until
    then. What a walk vouches for at its end is what was so at its beginning, in an earlier run
    perhaps. One that is followed by another, `anew`, vouches for nothing.
    """
    before, cut = start.position.state or {}, walk["after"] > 0
    done = Position(walk["watermark"], walk["done"])
    if anew:
        done = Position(start.position.watermark, {**before, "walk": anew}, unfinished=True)
    tasks, records, lost = list[int](), _Ids(), list[Unreadable]()

    def request(after: int) -> Request:
        return Request(TASKS, query(start, since=walk["since"], after=after) | PREDICTED)

    def page(found: Listing, after: int, left: int) -> Page:
        content = [_predicted(task) for task in found.records]
        tasks.extend(task for task, _ in content)
        here = [record for _, some in content for record in some]
        records.note(here)
        aside = unreadable.of_tasks(found)
        lost.extend(aside)
        at = {**before, "walk": {**walk, "after": after}}
        total = left + len(content)
        if left > 0:
            gone_on = Position(start.position.watermark, at, unfinished=True)
            return Page(here, gone_on, total, unreadable=aside)
        column, values = "project_id", [int(start.part.key)]
        if walk["since"] or lost:
            column, values = "task_id", tasks
        complete = None if cut else records.complete(column, values)
        return Page(here, done, total, complete, last=not anew, unreadable=aside)

    near, after = unreadable.near_predictions(start, since=walk["since"]), walk["after"]
    yield from keyset(request, page, name="tasks", total="total", after=after, around=near)


def _asked_again(start: Start) -> Asking:
    """Ask for the predictions that could not be read; tell whether some still cannot."""
    wanted, lost = unreadable.tasks_of(start), set[int]()
    near, tasks, records = unreadable.near_predictions(start, ids=wanted), list[int](), _Ids()

    def page(found: Listing, _after: int, left: int) -> Page:
        content = [_predicted(task) for task in found.records]
        here = [record for _, some in content for record in some]
        tasks.extend(task for task, _ in content)
        records.note(here)
        lost.update(one.id for one in found.unreadable if isinstance(one.id, int))
        aside = unreadable.of_tasks(found)
        if left > 0:
            return Page(here, unreadable=aside)
        healed = [f"{unreadable.OF_TASK}{task}" for task in wanted if task not in lost]
        complete = records.complete("task_id", tasks) if tasks else None
        return Page(here, complete=complete, unreadable=aside, readable=healed)

    def request(after: int) -> Request:
        return near.fewer(after, start.source.page_size)

    yield from keyset(request, page, name="tasks", total="total", after=0, around=near)
    return bool(lost)


def _predicted(task: bytes) -> tuple[int, list[msgspec.Raw]]:
    """Give a task's id and predictions. Raises BadAnswer for a task without the list of them."""
    found = msgspec.json.decode(task, type=_WithPredictions)
    if found.predictions is msgspec.UNSET:
        raise BadAnswer(f"task {found.id} comes without its predictions, which were asked for")
    return found.id, found.predictions


class _Ids:
    """The ids of records that came by, which are all there are if each of them has one."""

    def __init__(self) -> None:
        self._known = set[int]()
        self._sure = True

    def note(self, records: Iterable[bytes]) -> None:
        ids = [record_id(record) for record in records]
        self._sure &= None not in ids
        self._known.update(key for key in ids if key is not None)

    def complete(self, column: str, values: list[int]) -> Complete | None:
        return Complete(column, values, frozenset(self._known)) if self._sure else None
