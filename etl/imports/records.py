"""Reads the records of a file that is to be imported, in memory that does not grow with it.

JSON arrays, JSON Lines and CSV are told apart by how they begin. A record that is wrong by itself
comes as a line with its `problem`; where a file cannot be read on, InputError says at which line.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from etl.errors import InputError
from etl.imports import csv_records
from etl.imports.problem import problem

CHUNK = 1 << 18  # bytes read at a time
WINDOW = 1 << 12  # bytes tried for a record before more of them are
LONGEST = 64 << 20  # bytes of one record; a server refuses what is much longer
LOOK = 1 << 22  # bytes of the first line that are looked at to tell how a file is laid out
TOKEN = 20  # characters; what is wrong closer to the end of what was tried may only be cut there
ROWS = (".jsonl", ".ndjson")  # names of files that have a record on every line
CUT = "is a line break, a quote or a bracket missing?"
TABLES = (".csv", ".tsv")
JSON = (".json", *ROWS)
_LOOKS_LIKE_JSON = re.compile(r"[\[{]\s*([\"\[{}\]]|$)")
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|["\[\]{}]', re.DOTALL)
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
_MARK = b"\xef\xbb\xbf"  # some editors begin a file with it
_UTF_16 = "UTF-16; save the file as UTF-8"
_NO_TEXT = {
    b"PK\x03\x04": "a zip archive or a workbook; unpack it, or save the sheet as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "a workbook; save the sheet as CSV UTF-8",
    b"\x1f\x8b": "packed by gzip; unpack it, as by: gunzip -c FILE | annomirror import ... -",
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
}
_BLANK = b" \t\r\n"


class Readable(Protocol):
    """A file, or what is read like one."""

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes, and none at its end."""


@dataclass(frozen=True)
class Line:
    """One record: its place in the file from 1, the line it begins at, its JSON."""

    place: int
    number: int
    raw: bytes
    problem: str | None = None

    @property
    def content_hash(self) -> int:
        """Tell this record from another one."""
        return int.from_bytes(hashlib.blake2b(self.raw, digest_size=8).digest(), signed=True)


def lines(file: Readable, name: str) -> Iterator[Line]:
    """Read the records of an open file; its name counts where it says that it is CSV."""
    stream = _Bytes(file, name)
    _refuse_no_text(stream)
    first = stream.next()
    if not first:
        return
    for place, (number, raw, wrong) in enumerate(_found(stream, first, name), 1):
        yield Line(place, number, raw, wrong or problem(raw))


def _refuse_no_text(stream: _Bytes) -> None:
    """Refuse what is no text, by how it begins. Raises InputError."""
    begins = stream.rest[:4]
    for magic, said in _NO_TEXT.items():
        if begins.startswith(magic):
            raise stream.wrong(f"this is {said}")
    if b"\0" in begins:
        raise stream.wrong("this is no UTF-8 text; save the file as UTF-8")


def _found(stream: _Bytes, first: bytes, name: str) -> _Found:
    """Tell by its name and its first byte how a file is laid out. Raises InputError."""
    suffix = Path(name).suffix.lower()
    if suffix in TABLES or (suffix not in JSON and first not in (b"[", b"{")):
        return _table(stream, name, suffix)
    rows = suffix in ROWS or (first == b"{" and _is_record(stream.line(LOOK)))
    return _rows(stream) if rows and first != b"[" else _values(stream)


def _table(stream: _Bytes, name: str, suffix: str) -> _Found:
    """Read a table. Raises InputError for JSON, and a web page, as a failed download leaves it."""
    heading = stream.line(LOOK).decode(errors="replace")
    if heading.lower().startswith(("<!doctype", "<html", "<?xml")):
        raise stream.wrong("this is a web page or XML, and neither JSON nor CSV")
    if _LOOKS_LIKE_JSON.match(heading):
        raise stream.wrong("this is JSON, and by its name the file is a table; name it .json")
    delimiter = "\t" if suffix == ".tsv" else csv_records.delimiter(heading)
    rest = io.TextIOWrapper(_Rest(stream), "utf-8", "surrogateescape", newline="")  # type: ignore[type-var]  # read1 does
    return csv_records.records(rest, name, delimiter, stream.number)


def _is_record(raw: bytes) -> bool:
    return problem(raw) is None


class _Bytes:
    """The part of a file that is not used up yet, and the number of the line it is at."""

    def __init__(self, file: Readable, name: str) -> None:
        self._file = file
        self.name = name
        self.rest, self.at, self.number = b"", 0, 1
        self.ended = False
        self.more()
        self.rest = self.rest.removeprefix(_MARK)

    def more(self) -> bool:
        """Read on; the longer the rest, the more, so that a huge record costs no square.

        Raises InputError where what is not used up is longer than a record may be.
        """
        if len(self.rest) - self.at > LONGEST:
            raise self.wrong(f"a record of more than {LONGEST >> 20} MB begins here; {CUT}")
        data = b"" if self.ended else self._file.read(max(CHUNK, len(self.rest) - self.at))
        self.rest, self.at = self.rest[self.at :] + data, 0
        self.ended = not data
        return bool(data)

    def next(self) -> bytes:
        """Give the next byte that means something, without using it up."""
        while True:
            while self.at < len(self.rest):
                found = self.rest[self.at : self.at + 1]
                if found not in _BLANK:
                    return found
                self.use(1)
            if not self.more():
                return b""

    def use(self, count: int) -> bytes:
        """Use up some bytes."""
        used = self.rest[self.at : self.at + count]
        self.number += used.count(b"\n")
        self.at += count
        return used

    def line(self, most: int | None = None) -> bytes:
        """Give the rest of the line, or `most` bytes of it and more, without using it up."""
        seen = 0
        while (end := self.rest.find(b"\n", self.at + seen)) < 0:
            seen = len(self.rest) - self.at
            if (most is not None and seen >= most) or not self.more():
                return self.rest[self.at :]
        return self.rest[self.at : end]

    def wrong(self, said: str) -> InputError:
        """Say what is wrong where the reading is."""
        return InputError(f"{self.name}: line {self.number}: {said}")


_Found = Iterator[tuple[int, bytes, str | None]]


def _rows(stream: _Bytes) -> _Found:
    """Read one record a line; blank lines are none."""
    while stream.next():
        raw, number = stream.line(), stream.number
        stream.use(len(raw) + 1)
        yield number, raw.rstrip(_BLANK), None


def _values(stream: _Bytes) -> _Found:
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


def _goes_on(stream: _Bytes) -> bool:
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


def _end(stream: _Bytes) -> None:
    stream.use(1)
    if stream.next():
        raise stream.wrong("the list goes on after its end")


_scan = json.JSONDecoder(parse_int=str, parse_float=str).raw_decode


def _length(stream: _Bytes) -> int:
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


def _no_json(stream: _Bytes, text: str, error: json.JSONDecodeError) -> InputError:
    """Say at which line a record is wrong, or that it has no end."""
    if stream.ended and (error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")):
        return stream.wrong("the file ends in the middle of this record: is it cut short?")
    stream.use(len(text[: error.pos].encode(errors="surrogateescape")))
    return stream.wrong(f"no JSON here: {error.msg}")


def _bracketed(stream: _Bytes) -> int:
    """Find how long a record is that nobody can take apart: up to the bracket that ends it."""
    while True:
        depth = 0
        for token in _TOKENS.finditer(stream.rest, stream.at):
            if token[0] == b'"':  # a text that is not all here yet
                break
            depth += _STEPS.get(token[0], 0)
            if not depth:
                return token.end() - stream.at
        if not stream.more():
            raise stream.wrong("the file ends in the middle of this record: is it cut short?")


def _cut(text: str, error: json.JSONDecodeError) -> bool:
    """Tell whether reading on can help, lest a broken file be read on to its end."""
    return error.pos > len(text) - TOKEN or error.msg.startswith("Unterminated")


class _Rest(io.BufferedIOBase):
    """What is not used up yet, as a file."""

    def __init__(self, stream: _Bytes) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Tell that it can be read, as whoever wraps it asks."""
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """Give what is at hand, or the next of it."""
        stream = self._stream
        if stream.at >= len(stream.rest):
            stream.more()
        found = stream.rest[stream.at :][: size if size >= 0 else None]
        stream.at += len(found)
        return found
