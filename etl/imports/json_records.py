"""Finds the records of a JSON file, without taking them apart.

Each comes with the line it begins at. InputError says where a file cannot be read on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from etl.errors import InputError
from etl.imports.nesting import closed
from etl.imports.unread import BLANK, Unread

WINDOW = 1 << 12  # bytes tried for a record before more of them are
TOKEN = 20  # characters; what is wrong closer to the end of what was tried may only be cut there


def rows(stream: Unread) -> Iterator[tuple[int, bytes, str | None]]:
    """Read one record a line; blank lines are none."""
    while stream.next():
        raw, number = stream.line(), stream.number
        stream.use(len(raw) + 1)
        yield number, raw.rstrip(BLANK), None


def values(stream: Unread) -> Iterator[tuple[int, bytes, str | None]]:
    """Read the records of an array, or one after the other however they are laid out."""
    inside = stream.next() == b"["
    if inside:
        stream.use(1)
        if stream.next() == b"]":
            _end(stream)
            return
    while first := stream.next():
        number = stream.number
        if first in b"]," or (first not in b"{[" and not inside):
            raise stream.wrong("a record should stand here")
        yield number, stream.use(_length(stream)), None
        if inside and not _goes_on(stream):
            return
    if inside:
        raise stream.wrong("the list ends in the middle: is the file cut short?")


def _goes_on(stream: Unread) -> bool:
    """Use up what follows a record in an array."""
    found = stream.next()
    if found == b",":
        stream.use(1)
        if not stream.next():
            raise stream.wrong("the list ends in the middle: is the file cut short?")
        return True
    if found == b"]":
        _end(stream)
        return False
    raise stream.wrong(
        "the list ends in the middle: is the file cut short?"
        if not found
        else "there should be , or ]"
    )


def _end(stream: Unread) -> None:
    stream.use(1)
    if stream.next():
        raise stream.wrong("the list goes on after its end")


_scan = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


def _length(stream: Unread) -> int:
    """Find how long the record is that stands here, reading on as far as it takes."""
    size = WINDOW
    while True:
        text = stream.rest[stream.at : stream.at + size].decode(errors="surrogateescape")
        whole = stream.at + size >= len(stream.rest)
        try:
            _, end = _scan(text)
        except json.JSONDecodeError as error:
            if not _cut(text, error) or (whole and not stream.more()):
                raise _no_json(stream, text, error) from error
        except RecursionError:
            return _bracketed(stream)
        else:
            if end < len(text) or (whole and not stream.more()):
                return len(text[:end].encode(errors="surrogateescape"))
        size *= 4


def _no_json(stream: Unread, text: str, error: json.JSONDecodeError) -> InputError:
    """Say at which line a record is wrong, or that it has no end."""
    if stream.ended and (error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")):
        return stream.wrong("the file ends in the middle of this record: is it cut short?")
    stream.use(len(text[: error.pos].encode(errors="surrogateescape")))
    return stream.wrong(f"no JSON here: {error.msg}")


def _bracketed(stream: Unread) -> int:
    """Find how long a record is that nobody can take apart: up to the bracket that ends it."""
    while True:
        end = closed(stream.rest, stream.at)
        if end is not None:
            return end - stream.at
        if not stream.more():
            raise stream.wrong("the file ends in the middle of this record: is it cut short?")


def _cut(text: str, error: json.JSONDecodeError) -> bool:
    """Tell whether reading on can help, lest a broken file be read on to its end."""
    return error.pos > len(text) - TOKEN or error.msg.startswith("Unterminated")
