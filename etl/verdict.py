"""What an answer means where its platform has nothing to say about it."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from etl.errors import BadAnswer, Forbidden, Missing, SourceError, Unauthorized, Unreachable
from etl.paging import excerpt
from etl.stream import Answer, Request

MEANINGS: dict[int, type[SourceError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: Missing,
    408: Unreachable,
    429: Unreachable,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
}
REDIRECT, REFUSAL = 300, 400  # the lowest status of each


def verdict(request: Request, answer: Answer) -> SourceError | None:
    """Give the error an answer stands for, if it is one."""
    where = f"{request.method} {request.path}"
    if answer.status >= REFUSAL:
        kind = MEANINGS.get(answer.status, BadAnswer)
        return kind(f"{where}: HTTP {answer.status}: {_said(answer)}", answer.status)
    if answer.status >= REDIRECT:
        return BadAnswer(
            f"{where} redirects to {_origin(answer.headers.get('location', ''))}, where the "
            "credentials are not sent; if that is the right server, put it into url",
            answer.status,
        )
    if "html" in answer.headers.get("content-type", "") or answer.body[:1] == b"<":
        return BadAnswer(
            f"{where} is answered by a web page, not by JSON: {_said(answer)}; "
            "is the url right, and no login page or proxy in between?"
        )
    return None


def _said(answer: Answer) -> str:
    """Give what an error answer says: its `detail` or `message`, or how it begins."""
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return excerpt(answer.body)
    said = content.get("detail") or content.get("message") if isinstance(content, dict) else None
    return str(said) if said else excerpt(answer.body)


def _origin(location: str) -> str:
    """Give scheme and host of an address; its query may hold secrets."""
    try:
        url = urlsplit(location)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return "an unreadable address"
    return f"{url.scheme}://{url.hostname}{port}" if url.hostname else "another path"
