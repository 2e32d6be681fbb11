"""How tasks of Label Studio are found again: by their mark, their ids, or a key in their data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from etl.around import MOST_UNREADABLE
from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR, Request
from etl.intake import Existing, Key, Questions
from etl.paging import excerpt, fields, last_id, listing, record_id
from etl.platforms.label_studio import left_out
from etl.platforms.label_studio.query import TASKS
from etl.platforms.label_studio.unreadable import BARE
from etl.platforms.label_studio.wrapping import NAME, data
from etl.walk import Page, Unreadable

AT_ONCE = 100  # ids or keys in one question: proxies cut addresses of more than 4 to 8 kB
LONGEST = 3000  # characters of keys in one question
PAGE = 500  # tasks in one answer
Shown = dict[str, str | int]


def marked(number: int, mark: str) -> Questions[dict[int, list[int]]]:
    """Find the tasks of a batch by their mark: their ids by the place in the file, rising.

    A batch that landed twice has more than one at each place.
    """
    found: dict[int, list[int]] = {}

    def keep(record: bytes) -> None:
        told = msgspec.json.decode(record, type=_Marked)
        for place in _places(told.meta, mark):
            found.setdefault(place, []).append(told.id)

    carrying = _filter("meta", "contains", "String", mark)
    yield from _each(number, carrying, {"include": "id,meta"}, keep)
    return found


def _each(
    number: int, chosen: dict[str, Any], shown: Shown, keep: Callable[[bytes], None]
) -> Questions[None]:
    """Read all tasks that are chosen, by rising ids. Raises BadAnswer.

    A page is the last if it has room left and the server counts no more.
    """
    after, more = 0, True
    while more:
        beyond = [_filter("id", "greater", "Number", after)] if after else []
        page = listing((yield _tasks(number, [chosen, *beyond], shown)), "tasks")
        for record in page.records:
            keep(record)
        more = page.number("total") > len(page.records) or len(page.records) >= PAGE
        after = last_id(page.records, after) if more else after


def places(records: Sequence[bytes], mark: str) -> dict[int, int]:
    """Give the ids of tasks by the places their marks tell."""
    told = [msgspec.json.decode(record, type=_Marked) for record in records]
    return {place: task.id for task in told for place in _places(task.meta, mark)}


class _Marked(msgspec.Struct):
    id: int
    meta: Any = None


def _places(meta: Any, mark: str) -> Iterator[int]:
    """Read the place out of a mark, which may stand in a list of meta."""
    for one in meta if isinstance(meta, list) else [meta]:
        said = str(one.get(NAME)) if isinstance(one, dict) else ""
        if said.startswith(mark) and said[len(mark) :].isdecimal():
            yield int(said[len(mark) :])


def records(number: int, ids: Sequence[int]) -> Questions[Page]:
    """Read tasks by their ids, with all that is mirrored of them.

    What the server has and fails to give is `unreadable`. Raises BadAnswer.
    """
    found, lost = list[bytes](), list[Unreadable]()
    for some in _ranges(sorted(set(ids))):
        yield from _around(number, some, found, lost)
    return Page(found, unreadable=lost)


def _around(
    number: int, ids: Sequence[int], found: list[bytes], lost: list[Unreadable]
) -> Questions[None]:
    """Read tasks around those that turn the answer into an error, which halves find."""
    omitted: Shown = {"omit": ",".join(sorted(left_out.OF_TASKS | left_out.OF_ANNOTATIONS))}
    try:
        found += listing((yield _tasks(number, _chosen(ids), omitted)), "tasks").records
    except BadAnswer as error:
        if error.status != SERVER_ERROR or len(lost) >= MOST_UNREADABLE:
            raise
        if len(ids) == 1:
            bare = listing((yield _tasks(number, _chosen(ids), BARE)), "tasks")
            lost += [Unreadable(key, str(error), bytes(bare.records[0])) for key in bare.ids]
            return
        middle = len(ids) // 2
        yield from _around(number, ids[:middle], found, lost)
        yield from _around(number, ids[middle:], found, lost)


def _chosen(ids: Sequence[int]) -> list[dict[str, Any]]:
    if ids[-1] - ids[0] == len(ids) - 1:
        return [_filter("id", "in", "Number", {"min": ids[0], "max": ids[-1]})]
    return [_filter("id", "in_list", "List", list(ids))]


def _ranges(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Choose tasks by a range of ids where all in it are wanted, else by naming them."""
    start = 0
    while start < len(ids):
        end = min(start + PAGE, len(ids))
        if ids[end - 1] - ids[start] != end - 1 - start:
            end = min(start + AT_ONCE, len(ids))
        yield ids[start:end]
        start = end


def existing(number: int, name: str, keys: Sequence[Key]) -> Questions[dict[Key, Existing]]:
    """Find the tasks that are there already under some keys; of one key's, the oldest."""
    found: dict[Key, Existing] = {}
    asked = set(keys)

    def keep(record: bytes) -> None:
        called, task = _existing(record, name)
        if called is not None and called in asked:  # SQLite takes what ends in NUL for another
            found.setdefault(called, task)

    for some in _questions(keys):
        chosen = _filter(f"data.{name}", "in_list", "List", some)
        yield from _each(number, chosen, {"include": "id,data"}, keep)
    return found


def _existing(record: bytes, name: str) -> tuple[Key | None, Existing]:
    """Read a task that is there, and its key. Raises BadAnswer."""
    try:
        found = fields(record)
        if "data" not in found:
            raise ValueError("it has no data")  # noqa: TRY301  # told as the others are
        return _key(record, name), Existing(record_id(record) or 0, bytes(found["data"]))
    except ValueError as error:
        raise BadAnswer(f"a task cannot be read: {error}: {excerpt(bytes(record))}") from error


def _key(record: bytes, name: str) -> Key | None:
    """Give the key of a task that is there; to the server 1.0 is 1."""
    value = msgspec.json.decode(fields(data(record)).get(name, b"null"))
    whole = int(value) if type(value) is float and value.is_integer() else value
    return whole if type(whole) in (str, int) else None


def _questions(keys: Sequence[Key]) -> Iterator[list[Key]]:
    some: list[Key] = []
    length = 0
    for one in keys:
        length += 6 * len(str(one))  # as it may be written in an address
        if some and (len(some) == AT_ONCE or length > LONGEST):
            yield some
            some, length = [], 6 * len(str(one))
        some.append(one)
    if some:
        yield some


def _tasks(number: int, wanted: list[dict[str, Any]], shown: Shown) -> Request:
    query = {"filters": {"conjunction": "and", "items": wanted}, "ordering": ["tasks:id"]}
    asked: dict[str, str | int] = {"project": number, "page_size": PAGE, "fields": "all"}
    # The server decodes the address once too often, so that %20 in a key would become a space.
    text = json.dumps(query, separators=(",", ":")).replace("%", "\\u0025")
    asked |= {"resolve_uri": "false", "query": text}
    return Request(TASKS, asked | shown)


def _filter(field: str, operator: str, kind: str, value: Any) -> dict[str, Any]:
    return {"filter": f"filter:tasks:{field}", "operator": operator, "type": kind, "value": value}
