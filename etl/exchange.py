"""One request, and its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import msgspec

SERVER_ERROR = 500  # what a server answers that failed; those above it say so too
Json = Any
"""Raw JSON, decoded: whatever a platform put into an answer."""


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, relative to the source's address.

    The answer to a `large` one is kept in a file, and read from there piece by piece. What has a
    `body` carries it as it is, JSON. A request to be carried out `once` is sent again only where
    it cannot have arrived.
    """

    path: str
    params: Mapping[str, str | int] = {}
    method: str = "GET"
    json: Json = None
    large: bool = False
    body: bytes | None = None
    once: bool = False


class Answer(msgspec.Struct, frozen=True):
    """One complete HTTP answer; `headers` have lower-case names.

    Of the answer to a large request, `file` holds all and `body` only how it begins.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    file: BinaryIO | None = None
