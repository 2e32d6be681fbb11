"""What goes over the wire: a request taken apart and the answer to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec

Json = Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as a platform sees it; header names are lower case."""

    method: str
    path: str
    params: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    time: datetime | None = None

    def param(self, name: str, default: str | None = None) -> str | None:
        """Return the last value of a query parameter, as Django does."""
        return next((value for key, value in reversed(self.params) if key == name), default)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status with its body, ready to be written."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class App(Protocol):
    """A platform: it knows what time it is and answers requests."""

    def now(self) -> datetime:
        """Return the platform's present, sent as the `Date` header."""

    def answer(self, request: Request) -> Answer:
        """Answer one request; called from many threads."""


def json_answer(value: Json, status: int = 200, **headers: str) -> Answer:
    """Encode a value; header names are given with underscores."""
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Answer(status=status, body=msgspec.json.encode(value), headers=named)
