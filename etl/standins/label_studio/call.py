"""One authenticated request on its way to a view, and how it reads its parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from etl.standins.label_studio.refusals import FORBIDDEN, Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.standins.exchange import Json, Request
    from etl.standins.label_studio.records import Project, Task, User
    from etl.standins.label_studio.serialize import Shape
    from etl.standins.label_studio.state import State
    from etl.standins.label_studio.tokens import Tokens

_Row = TypeVar("_Row")
_NO = frozenset({"0", "false", "no", "off", "f", "n"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request with who makes it, the ids of its path, and what it may touch."""

    state: State
    tokens: Tokens
    request: Request
    caller: User | None
    shape: Callable[..., Shape]
    ids: tuple[int, ...] = ()

    @property
    def user(self) -> User:
        """Return who is calling, which the few open endpoints never ask."""
        if self.caller is None:
            raise Refusal(403, FORBIDDEN)
        return self.caller

    def param(self, name: str) -> str | None:
        """Return a query parameter, `None` when it is absent or empty."""
        return self.request.param(name) or None

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a query parameter as a boolean."""
        value = self.param(name)
        return default if value is None else value.lower() not in _NO

    def body(self) -> Json:
        """Decode the body, which may be absent."""
        try:
            return json.loads(self.request.body or b"{}", parse_constant=_not_json)
        except ValueError as error:
            raise Refusal(400, f"JSON parse error - {error}") from error

    def project(self) -> Project:
        """Return the project of the path, for members of its organisation only."""
        project = self.state.project(self.ids[0])
        if project.organization != self.user.organization:
            raise Refusal(404, "No Project matches the given query.")
        return project

    def task(self) -> Task:
        """Return the task of the path, for members of its organisation only."""
        task = self.state.task(self.ids[0])
        if self.state.project(task.project).organization != self.user.organization:
            raise Refusal(404, "No Task matches the given query.")
        return task

    def integer(self, name: str) -> int | None:
        """Return a query parameter that must be a number when it is there."""
        value = self.param(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError as error:
            raise invalid(**{name: "A valid integer is required."}) from error

    def page(
        self, rows: Sequence[_Row], *, size: int, largest: int | None
    ) -> tuple[Sequence[_Row], int, int]:
        """Cut the page asked for; return it with its number and the number of pages."""
        asked = self.param("page_size") or ""
        size = int(asked) if asked.isdecimal() and int(asked) else size
        size = min(size, largest) if largest else size
        pages = max(1, -(-len(rows) // size))
        text = self.param("page") or "1"
        number = pages if text == "last" else int(text) if text.isdecimal() else 0
        if not 1 <= number <= pages:
            raise Refusal(404, "Invalid page.")
        return rows[(number - 1) * size : number * size], number, pages


def _not_json(constant: str) -> Json:
    raise ValueError(f"Out of range float values are not JSON compliant: {constant}")
