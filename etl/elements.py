"""Takes a big JSON array apart, record by record, in memory that does not grow with it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO

from etl.errors import BadAnswer
from etl.stream import Answer

CHUNK = 1 << 18  # characters read at a time
_BETWEEN = " \t\r\n,"
_scan = json.JSONDecoder().raw_decode  # lenient: a bare NaN spoils nothing but its own record


def elements(answer: Answer) -> Iterator[bytes]:
    """Yield the elements of the array that a large answer is, each as its own JSON text.

    Raises BadAnswer for anything but an array, and for one that is cut short: then, after the
    elements that came whole.
    """
    if answer.file is None:
        raise BadAnswer("the answer was not asked for as a large one")
    with answer.file as file:
        yield from _elements(_Text(file))


class _Text:
    """The part of a file that is not used up yet, as text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.rest = ""
        self.at = 0
        file.seek(0)

    def more(self) -> bool:
        """Read on; the longer the rest, the more, so that a huge record costs no square."""
        self.rest, self.at = self.rest[self.at :], 0
        data = self._file.read(max(CHUNK, len(self.rest)))
        self.rest += self._decoder.decode(data, final=not data)
        return bool(data)

    def next(self) -> str:
        """Give the next character that means something, without using it up."""
        while True:
            while self.at < len(self.rest):
                if self.rest[self.at] not in _BETWEEN:
                    return self.rest[self.at]
                self.at += 1
            if not self.more():
                return ""


def _elements(text: _Text) -> Iterator[bytes]:
    if text.next() != "[":
        raise BadAnswer(f"the answer is not a list: {text.rest[:100]!a}")
    text.at += 1
    while (character := text.next()) != "]":
        if not character:
            raise BadAnswer("the list ends in the middle: the answer was cut short")
        yield _element(text).encode()


def _element(text: _Text) -> str:
    """Use up one element. One that touches the end of what was read may go on."""
    while True:
        try:
            _, end = _scan(text.rest, text.at)
        except (ValueError, RecursionError) as error:
            if not text.more():
                raise BadAnswer(f"the list cannot be read: {error!s}") from error
            continue
        if end < len(text.rest) or not text.more():
            found, text.at = text.rest[text.at : end], end
            return found
