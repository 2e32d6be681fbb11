"""One authenticated request on its way to a view, and how it reads its parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from etl.standins.coco_annotator.refusals import UNREADABLE, Refusal, invalid, unauthorized

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.coco_annotator.sessions import Sessions
    from etl.standins.coco_annotator.sight import Sight
    from etl.standins.coco_annotator.state import State
    from etl.standins.exchange import Json, Request

_T = TypeVar("_T")
_MOST = 2**63


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request with who makes it, what they see, and the variable parts of its path."""

    state: State
    sessions: Sessions
    request: Request
    user: Document | None
    sight: Sight
    parts: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """Return the id in the path."""
        return int(self.parts[0])

    @property
    def json(self) -> bool:
        """Tell whether the request calls itself JSON."""
        return self.request.headers.get("content-type", "").startswith("application/json")

    def body(self) -> Json:
        """Decode the body of a request that calls itself JSON; others have none."""
        if not self.json:
            return {}
        try:
            return json.loads(self.request.body)
        except ValueError as error:
            raise Refusal(400, {"message": UNREADABLE}) from error

    def arguments(self) -> Call:
        """Read the arguments, which fails for a request that calls nothing at all JSON."""
        self.body()
        return self

    def first(self, name: str, default: str | None = None) -> str | None:
        """Return a query parameter; when repeated, the first one wins."""
        return next((value for key, value in self.request.params if key == name), default)

    def integer(self, name: str, default: int) -> int:
        """Return a query parameter that must be a number."""
        try:
            return int(self.first(name, str(default)) or "")
        except ValueError as error:
            raise invalid(**{name: str(error)}) from error

    def admins_only(self) -> None:
        """Refuse everybody else, in words that look like a lost session."""
        if self.user is None or not self.user["is_admin"]:
            raise unauthorized("Access denied")


def page_of(rows: Sequence[_T], page: int, size: int) -> Sequence[_T]:
    """Cut a page counted from 0 as a cursor does: a negative size is as good as a positive one."""
    skip = page * size
    if skip < 0 or not size or max(skip, abs(size)) >= _MOST:
        raise ValueError("cursor")
    return rows[skip : skip + abs(size)]


def pages_of(total: int, size: int) -> int:
    """Count pages as the server does: one too many when the last one is full."""
    return int(total / size) + 1
