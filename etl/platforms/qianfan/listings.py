"""The two generations of Qianfan's lists: how a page is asked for and read.

V1 pages by offset, at most 20 rows at a time, and tells the total. V2 pages by marker, at most
100, and tells whether there is more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from etl.errors import BadAnswer
from etl.paging import excerpt, loads
from etl.platforms.qianfan.records import Spelling
from etl.stream import Answer, Json, Request

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


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One list of the platform: where it is, and which of its records are still under way.

    `done` are the values of field `state` after which a record changes no more. A list of the
    parts of something is asked for with its id as `parent`; the mirror has that in `column`.
    One whose records change at any time is always read `whole`.
    """

    path: str
    spelling: Spelling
    body: Mapping[str, Json] = field(default_factory=dict)
    action: str | None = None
    state: str = ""
    done: frozenset[int | str] = frozenset()
    parent: str = ""
    column: str = ""
    whole: bool = False

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
        return bool(self.state) and record.get(self.state) not in self.done

    def offset_page(self, answer: Answer) -> Rows:
        """Read a page of V1. Raises BadAnswer for one without total and list."""
        result = _object(answer).get("result")
        if not isinstance(result, dict) or type(result.get("total")) is not int:
            raise BadAnswer(f"the answer has no result with a total: {excerpt(answer.body)}")
        items, total = result.get("items"), result["total"]
        items = [] if items is None and total == 0 else items
        return self._rows(items, answer, total=total)

    def marker_page(self, answer: Answer, parent: str = "") -> Rows:
        """Read a page of V2: of the parts of `parent`, where there is one.

        Raises BadAnswer for an answer without a list.
        """
        content = _object(answer)
        result = content.get("result")
        result = content if result is None else result
        items = result if isinstance(result, list) else _first_list(result)
        info = (result.get("pageInfo") if isinstance(result, dict) else None) or {}
        info = info or content.get("pageInfo") or {}
        more = str(info.get("nextMarker") or "") if info.get("isTruncated") else None
        if parent and isinstance(items, list):
            items = [{self.parent: parent} | item for item in items if isinstance(item, dict)]
        return self._rows(items, answer, marker=more)

    def since(self, rows: Rows, place: int) -> str:
        """Give when a record of a page was made, as the platform writes it."""
        if not rows.contents or not self.spelling.times:
            return ""
        return str(rows.contents[place].get(self.spelling.times[0]) or "")

    def _rows(self, items: Any, answer: Answer, **envelope: Any) -> Rows:
        if not isinstance(items, list):
            raise BadAnswer(f"the answer holds no list: {excerpt(answer.body)}")
        contents = [item if isinstance(item, dict) else {} for item in items]
        ids = [self.spelling.ident(content) for content in contents]
        return Rows([msgspec.json.encode(item) for item in items], ids, contents, **envelope)


def _object(answer: Answer) -> dict[str, Any]:
    content = loads(answer.body)
    if not isinstance(content, dict):
        raise BadAnswer(f"the answer is no JSON object: {excerpt(answer.body)}")
    return content


def _first_list(result: Any) -> Any:
    """Find the list, whose name the documents that could be had do not always tell."""
    lists = [value for value in result.values() if isinstance(value, list)]
    objects = [value for value in lists if value and isinstance(value[0], dict)]
    return (objects or lists or [None])[0]
