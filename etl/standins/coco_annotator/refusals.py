"""Errors as the server words them: JSON everywhere but for paths nobody serves."""

from __future__ import annotations

from etl.standins.coco_annotator.documents import encoded
from etl.standins.exchange import Answer, Json

UNREADABLE = "The browser (or proxy) sent a request that this server could not understand."
_PAGE = """<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server.</p>
"""


class Refusal(Exception):
    """Answer with an error; `body` is its JSON."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


def answer(value: Json, status: int = 200) -> Answer:
    """Encode a value as Flask does, with a line's end."""
    return Answer(status=status, body=encoded(value) + b"\n")


def unknown(message: str | None = None) -> Refusal:
    """Return the 400 that stands for an id nobody has or may see."""
    return Refusal(400, {"message": message} if message else {"success": False})


def forbidden(what: str) -> Refusal:
    """Return the 403 for those who may look but not download."""
    return Refusal(403, {"message": f"You do not have permission to download the {what}"})


def unauthorized(message: str = "Authorization required") -> Refusal:
    """Return the 401, which also says `Access denied` to those who are no admins."""
    return Refusal(401, {"success": False, "message": message})


def invalid(**errors: str) -> Refusal:
    """Return the 400 that blames parameters."""
    return Refusal(400, {"errors": errors, "message": "Input payload validation failed"})


def html() -> Answer:
    """Return the page of a path nobody serves."""
    return Answer(status=404, body=_PAGE.encode(), content_type="text/html")
