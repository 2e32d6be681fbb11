"""What an answer means where its platform has nothing to say about it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

from etl.errors import (
    AnnomirrorError,
    BadAnswer,
    Broken,
    Forbidden,
    Missing,
    NotEnded,
    SourceError,
    Unauthorized,
    Unreachable,
)
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.paging import excerpt

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
TIMED_OUT = 408
LONGEST = 500  # characters of what a server says
_TITLE = re.compile(rb"<title[^>]*>([^<]+)", re.IGNORECASE)


def verdict(request: Request, answer: Answer) -> SourceError | None:
    """Give the error an answer stands for, if it is one."""
    where = f"{request.method} {request.path}"
    if answer.status >= REFUSAL:
        kind = MEANINGS.get(answer.status, BadAnswer)
        hint = "; is the url right?" if kind is Missing and _is_page(answer) else ""
        return kind(f"{where}: HTTP {answer.status}: {_said(answer)}{hint}", answer.status)
    if answer.status >= REDIRECT:
        return BadAnswer(
            f"{where} redirects to {_origin(answer.headers.get('location', ''))}, where the "
            "credentials are not sent; if that is the right server, put it into url",
            answer.status,
        )
    if _is_page(answer):
        return BadAnswer(
            f"{where} is answered by {_said(answer)}, not by JSON; "
            "is the url right, and no login page or proxy in between?"
        )
    return None


def passes(error: AnnomirrorError) -> bool:
    """Tell whether an error is one of a server that does not answer now, breaks off or fails."""
    if isinstance(error, NotEnded | Broken):
        return False
    if isinstance(error, Unreachable):
        return True
    failed = isinstance(error, SourceError) and (error.status or 0) >= SERVER_ERROR
    return failed or (isinstance(error, SourceError) and error.stops_source)


def may_have_arrived(error: SourceError) -> bool:
    """Tell whether a failure leaves open what became of a request: no answer, or not to the point.

    A refusal says that nothing was done; a server that breaks off may have done it all before.
    """
    if isinstance(error, Unreachable) and not error.sent:
        return False
    return error.status is None or error.status == TIMED_OUT or error.status >= SERVER_ERROR


def _said(answer: Answer) -> str:
    """Give what an error answer says: its `detail` or `message`, its title, or how it begins."""
    if _is_page(answer):
        title = _TITLE.search(answer.body)
        return f"a web page ({_shown(title[1] if title else answer.body)})"
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return _shown(answer.body)
    found = content.get("detail") or content.get("message") if isinstance(content, dict) else None
    return one_line(str(found)) if found else _shown(answer.body)


def one_line(said: str, longest: int = LONGEST) -> str:
    """Put a server's words on one line that is not too long, whatever is in them."""
    told = " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())
    return told if len(told) <= longest else f"{told[: longest - 1]}…"


def _is_page(answer: Answer) -> bool:
    return "html" in answer.headers.get("content-type", "") or answer.body.lstrip()[:1] == b"<"


def _shown(text: bytes) -> str:
    return excerpt(b" ".join(text.split()))


def _origin(location: str) -> str:
    """Give scheme and host of an address; its query may hold secrets."""
    try:
        url = urlsplit(location)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        return "an unreadable address"
    return f"{url.scheme}://{url.hostname}{port}" if url.hostname else "another path"
