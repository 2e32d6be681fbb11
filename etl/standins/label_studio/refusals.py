"""Errors as the server words them: JSON envelopes, and HTML where Django answers itself."""

from __future__ import annotations

import uuid

from etl.standins.exchange import Answer, Json, json_answer

VERSION = "1.23.2"
_UNAUTHORIZED = 401
FORBIDDEN = "You do not have permission to perform this action."

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Label Studio</title>
<style>{style}</style></head>
<body><div class="app-wrapper"><h1>{title}</h1></div></body></html>
"""
# The real page is 170 KB, nearly all of it inlined style.
_STYLE = ".lsf-menu__item{display:flex;align-items:center}\n" * 400


class Refusal(Exception):
    """Answer with an error; `validation` names the fields at fault."""

    def __init__(self, status: int, detail: str, validation: Json = None) -> None:
        super().__init__(detail)
        self.status = status
        self.validation = validation


def envelope(status: int, detail: str, validation: Json = None) -> Answer:
    """Return the error JSON of Label Studio."""
    body = {
        "id": str(uuid.uuid4()),
        "status_code": status,
        "version": VERSION,
        "detail": detail,
        "exc_info": None,
    }
    if validation is not None:
        body["validation_errors"] = validation
    headers = {"WWW_Authenticate": "Token"} if status == _UNAUTHORIZED else {}
    return json_answer(body, status, **headers)


def html(status: int) -> Answer:
    """Return the page Django answers with when no API view is reached, or one broke."""
    title = {404: "Page not found", 500: "Internal Server Error"}.get(status, "Error")
    text = _PAGE.format(style=_STYLE, title=title)
    return Answer(status=status, body=text.encode(), content_type="text/html; charset=utf-8")


def invalid(**fields: str) -> Refusal:
    """Return a 400 that blames fields."""
    validation = {name: [message] for name, message in fields.items()}
    return Refusal(400, "Validation error", validation)
