"""Takes a big JSON array apart, record by record, in memory that does not grow with it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import BinaryIO

from etl.errors import BadAnswer
from etl.exchange import Answer

CHUNK = 1 << 18  # characters read at a time
TOKEN = 20  # characters; what is wrong closer to the end of what was read may only be cut there
_BLANK = " \t\r\n"
# Lenient: a bare NaN spoils nothing but its own record, nor does a number of any length.
_scan = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


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
                if self.rest[self.at] not in _BLANK:
                    return self.rest[self.at]
                self.at += 1
            if not self.more():
                return ""

    def take(self, *wanted: str) -> str:
        """Use up the next character, which is one of the wanted ones. Raises BadAnswer."""
        found = self.next()
        if not found:
            raise BadAnswer("the list ends in the middle: the answer was cut short")
        if found not in wanted:
            raise BadAnswer(f"the answer is not a proper list: {self.rest[self.at :][:100]!a}")
        self.at += 1
        return found


def _elements(text: _Text) -> Iterator[bytes]:
    text.take("[")
    if text.next() == "]":
        text.take("]")
    else:
        end = ","
        while end == ",":
            text.next()
            found = _element(text)
            end = text.take(",", "]")  # before that, a number may be half of one
            yield found
    if text.next():
        raise BadAnswer(f"the list goes on after its end: {text.rest[text.at :][:100]!a}")


def _element(text: _Text) -> bytes:
    """Use up one element. One close to the end of what was read may go on, as 0 may to 0.5."""
    while True:
        try:
            _, end = _scan(text.rest, text.at)
        except (json.JSONDecodeError, RecursionError) as error:
            if not _cut(text, error) or not text.more():
                raise BadAnswer(f"the list cannot be read: {error!s}") from error
            continue
        found = text.rest[text.at : end]
        if end < len(text.rest) - TOKEN or not text.more():
            text.at += len(found)
            return found.encode(errors="replace")


def _cut(text: _Text, error: Exception) -> bool:
    """Tell whether reading on can help, lest a broken answer be read on to its end."""
    if not isinstance(error, json.JSONDecodeError):
        return False
    return error.pos > len(text.rest) - TOKEN or error.msg.startswith("Unterminated")
