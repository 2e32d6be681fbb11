"""Reads the records of a file that is to be imported, in memory that does not grow with it.

JSON arrays, JSON Lines and CSV are told apart by how they begin. A record that is wrong by itself
comes as a line with its `problem`; where a file cannot be read on, InputError says at which line.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from etl.imports import csv_records, json_records
from etl.imports.problem import problem
from etl.imports.unread import Readable, Rest, Unread

LOOK = 1 << 22  # bytes of the first line that are looked at to tell how a file is laid out
ROWS = (".jsonl", ".ndjson")  # names of files that have a record on every line
TABLES = (".csv", ".tsv")
JSON = (".json", *ROWS)
_LOOKS_LIKE_JSON = re.compile(r"[\[{]\s*([\"\[{}\]]|$)")
_UTF_16 = "UTF-16; save the file as UTF-8"
_NO_TEXT = {
    b"PK\x03\x04": "a zip archive or a workbook; unpack it, or save the sheet as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "a workbook; save the sheet as CSV UTF-8",
    b"\x1f\x8b": "packed by gzip; unpack it, as by: gunzip -c FILE | annomirror import ... -",
    b"\xff\xfe": _UTF_16,
    b"\xfe\xff": _UTF_16,
}
_Found = Iterator[tuple[int, bytes, str | None]]


@dataclass(frozen=True)
class Line:
    """One record: its place in the file from 1, the line it begins at, its JSON."""

    place: int
    number: int
    raw: bytes
    problem: str | None = None

    @cached_property
    def content_hash(self) -> int:
        """Tell this record from another one, however it is written: by spaces, escapes, order.

        What cannot be read, as NaN, is told by its bytes.
        """
        if self.problem is not None:
            return self.bytes_hash
        try:
            return _hashed(_SORTED.encode(_READ.decode(self.raw)))
        except (ValueError, RecursionError):
            return self.bytes_hash

    @property
    def bytes_hash(self) -> int:
        """Tell this record from one that is written otherwise, as older versions knew records."""
        return _hashed(self.raw)

    def is_known_as(self, known: int) -> bool:
        """Tell whether it is this record that the books have, written by whatever version."""
        return known == self.content_hash or known == self.bytes_hash  # noqa: PLR1714  # seldom both


_READ, _SORTED = msgspec.json.Decoder(), msgspec.json.Encoder(order="sorted")


def _hashed(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), signed=True)


def lines(file: Readable, name: str) -> Iterator[Line]:
    """Read the records of an open file; its name counts where it says that it is CSV."""
    stream = Unread(file, name)
    _refuse_no_text(stream)
    first = stream.first()
    if not first:
        return
    for place, (number, raw, wrong) in enumerate(_found(stream, first, name), 1):
        yield Line(place, number, raw, wrong or problem(raw))


def _refuse_no_text(stream: Unread) -> None:
    """Refuse what is no text, by how it begins. Raises InputError."""
    begins = stream.rest[:4]
    for magic, said in _NO_TEXT.items():
        if begins.startswith(magic):
            raise stream.wrong(f"this is {said}")
    if b"\0" in begins:
        raise stream.wrong("this is no UTF-8 text; save the file as UTF-8")


def _found(stream: Unread, first: bytes, name: str) -> _Found:
    """Tell by its name and its first byte how a file is laid out. Raises InputError."""
    suffix = Path(name).suffix.lower()
    if suffix in TABLES or (suffix not in JSON and first not in (b"[", b"{")):
        return _table(stream, name, suffix)
    rows = suffix in ROWS or (first == b"{" and _is_record(stream.line(LOOK)))
    return json_records.rows(stream) if rows and first != b"[" else json_records.values(stream)


def _table(stream: Unread, name: str, suffix: str) -> _Found:
    """Read a table. Raises InputError for JSON, and a web page, as a failed download leaves it."""
    heading = stream.line(LOOK).partition(b"\r")[0].decode(errors="replace")  # an old Mac's line
    if heading.strip().lower().startswith(("<!doctype", "<html", "<?xml")):
        raise stream.wrong("this is a web page or XML, and neither JSON nor CSV")
    if _LOOKS_LIKE_JSON.match(heading.strip()):
        raise stream.wrong("this is JSON, and by its name the file is a table; name it .json")
    delimiter = "\t" if suffix == ".tsv" else csv_records.delimiter(heading)
    rest = io.TextIOWrapper(Rest(stream), "utf-8", "surrogateescape", newline="")  # type: ignore[type-var]  # read1 does
    return csv_records.records(rest, name, delimiter, stream.number)


def _is_record(raw: bytes) -> bool:
    return problem(raw) is None
