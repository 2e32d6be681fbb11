"""The two generations of Qianfan's lists: how a page is asked for and read.

V1 pages by offset, at most 20 rows at a time, and tells the total. V2 pages by marker, at most
100, and tells whether there is more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

import msgspec

from etl.errors import BadAnswer
from etl.exchange import Answer, Json, Request
from etl.paging import excerpt, loads, served_at
from etl.platforms.qianfan.records import Spelling
from etl.walk import Unreadable

V1_PAGE, V2_PAGE = 20, 100  # rows; the most the platform gives


@dataclass(frozen=True)
class Rows:
    """One page: its records as JSON, their ids, and what the envelope says."""

    records: Sequence[bytes]
    ids: Sequence[str]
    contents: Sequence[dict[str, Any]]
    total: int = 0
    marker: str | None = None
    """Where the next page begins; None if the platform says that nothing follows."""
    sure: bool = True
    """Whether the page says for certain what there is and whether more follows."""
    served: str | None = None
    """When it was served, by the platform's clock."""
    unreadable: Sequence[Unreadable] = ()
    """Rows that the platform has and cannot give; their places stand among the ids."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list of the platform: where it is, and which of its records are still under way.

    `items` names the list in an answer of V2, where a document tells. `done` are the values of
    field `state` after which a record changes no more. A list of the parts of something is asked
    for with its id as `parent`; the mirror has that in `column`. One whose records change at any
    time is always read `whole`. That the newest comes first is `documented` of some.
    """

    path: str
    spelling: Spelling
    body: Mapping[str, Json] = field(default_factory=dict)
    action: str | None = None
    items: str | None = None
    state: str = ""
    done: frozenset[int | str] = frozenset()
    parent: str = ""
    column: str = ""
    whole: bool = False
    documented: bool = False

    def by_offset(self, offset: int, size: int) -> Request:
        """Ask for a page of V1."""
        body = {**self.body, "offset": offset, "pageSize": size}
        return Request(self.path, method="POST", json=body)

    def by_marker(self, marker: str, size: int, **more: Json) -> Request:
        """Ask for a page of V2."""
        body = {**self.body, **more, "marker": marker, "maxKeys": size}
        return Request(self.path, {"Action": self.action or ""}, method="POST", json=body)

    def is_open(self, record: Mapping[str, Any]) -> bool:
        """Tell whether a record is still under way; a code nobody knows counts as that."""
        state = record.get(self.state)
        return bool(self.state) and not (isinstance(state, (int, str)) and state in self.done)

    def offset_page(self, answer: Answer) -> Rows:
        """Read a page of V1. Raises BadAnswer for one without total and list."""
        result = _object(answer).get("result")
        result = result if isinstance(result, dict) else {}
        total = result.get("total")
        if type(total) is not int or total < 0:
            raise BadAnswer(f"the answer has no result with a total: {excerpt(answer.body)}")
        items = result["items"] if "items" in result else _missing(answer)
        items = [] if items is None and total == 0 else items
        return self._rows(items, answer, total=total, served=served_at(answer))

    def marker_page(self, answer: Answer, parent: str = "") -> Rows:
        """Read a page of V2: of the parts of `parent`, where there is one.

        An empty list may be spelled null; as nothing else confirms it, it is not a sure one.
        Raises BadAnswer for an answer without a list.
        """
        content = _object(answer)
        result = content.get("result")
        result = content if result is None else result
        items = self._found(result, answer)
        info = result.get("pageInfo") if isinstance(result, dict) else None
        more, told = _following(info or content.get("pageInfo"))
        sure = told and isinstance(items, list)
        items = [] if items is None and told and more is None else items
        if parent and isinstance(items, list):
            items = [self._belonging(item, parent) for item in items]
        return self._rows(items, answer, marker=more, sure=sure, served=served_at(answer))

    def _found(self, result: Any, answer: Answer) -> Any:
        if isinstance(result, list):
            return result
        if not isinstance(result, dict):
            return _missing(answer)
        if self.items is None:
            return _only_list(result, answer)
        return result[self.items] if self.items in result else _missing(answer)

    def _belonging(self, item: Any, parent: str) -> Any:
        """Say whose part a record is, where it does not say so itself."""
        if not isinstance(item, dict) or item.get(self.parent) not in (None, ""):
            return item
        return item | {self.parent: parent}

    def _rows(self, items: Any, answer: Answer, **envelope: Any) -> Rows:
        if not isinstance(items, list):
            raise BadAnswer(f"the answer holds no list: {excerpt(answer.body)}")
        contents = [item if isinstance(item, dict) else {} for item in items]
        ids = [self.spelling.ident(content) for content in contents]
        return Rows([encoded(item) for item in items], ids, contents, **envelope)


def encoded(item: Json) -> bytes:
    """Write a record as JSON again; half a surrogate pair stays the escape that it was."""
    try:
        return msgspec.json.encode(item)
    except (UnicodeEncodeError, OverflowError):
        return json.dumps(item).encode()


def _object(answer: Answer) -> dict[str, Any]:
    content = loads(answer.body)
    if not isinstance(content, dict):
        raise BadAnswer(f"the answer is no JSON object: {excerpt(answer.body)}")
    return content


def _missing(answer: Answer) -> NoReturn:
    raise BadAnswer(f"the answer holds no list: {excerpt(answer.body)}")


def _only_list(result: dict[str, Any], answer: Answer) -> Any:
    """Find the list, whose name the documents that could be had do not always tell.

    It is the first one of objects; an empty one is believed where there is no other.
    """
    lists = [value for value in result.values() if isinstance(value, list)]
    objects = [value for value in lists if value and isinstance(value[0], dict)]
    if objects or len(lists) == 1:
        return (objects or lists)[0]
    return _missing(answer)


def _following(info: Any) -> tuple[str | None, bool]:
    """Tell where the next page begins, None if there is none, and whether that was said."""
    if not isinstance(info, dict):
        return "", False
    more, truncated = str(info.get("nextMarker") or ""), info.get("isTruncated")
    if truncated is None:
        truncated = bool(more)
    return (more, True) if truncated else (None, True)
