"""Reads the rows of a CSV file as records, each as JSON; every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

import msgspec

from etl.errors import InputError

LONGEST_CELL = 1 << 28  # characters; the default of 128 kB is less than a long document
UNCLOSED = "unexpected end of data"  # as the module csv calls it
NO_TEXT = "it is not UTF-8 text; save the file as UTF-8"
_DELIMITERS = ",;\t|"


def delimiter(heading: str) -> str:
    """Tell what stands between the cells: what the heading has most of."""
    return max(_DELIMITERS, key=heading.count)


def records(
    text: TextIO, name: str, between: str, first: int
) -> Iterator[tuple[int, bytes, str | None]]:
    """Read a record from each row of a table whose first row, at line `first`, names the columns.

    Gives the line it begins at, the record, and what is wrong with it. In `text`, bytes that are
    no text are escaped.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=between, strict=True)
    at = first
    try:
        names = _names(next(reader), f"{name}: line {first}")
        at = first + reader.line_num
        for row in reader:
            if row:
                yield at, *_record(names, row)
            at = first + reader.line_num
    except csv.Error as error:
        if str(error) == UNCLOSED:
            said = "a quote is opened in this row and never closed"
            raise InputError(f"{name}: line {at}: {said}") from error
        raise InputError(f"{name}: line {first + reader.line_num - 1}: {error}") from error


def _names(row: Sequence[str], where: str) -> Sequence[str]:
    if not _is_text(row):
        raise InputError(f"{where}: {NO_TEXT}")
    if "" in row:
        raise InputError(f"{where}: a column of the heading has no name")
    if twice := sorted({column for column in row if row.count(column) > 1}):
        raise InputError(f"{where}: the heading has two columns {', '.join(twice)}")
    return row


def _record(names: Sequence[str], row: Sequence[str]) -> tuple[bytes, str | None]:
    wrong = f"it has {len(row)} cells, the heading has {len(names)}"
    try:
        raw = msgspec.json.encode(dict(zip(names, row, strict=False)))
    except UnicodeEncodeError:
        cells = [c.encode(errors="surrogateescape").decode(errors="backslashreplace") for c in row]
        return msgspec.json.encode(dict(zip(names, cells, strict=False))), NO_TEXT
    return raw, None if len(row) == len(names) else wrong


def _is_text(row: Sequence[str]) -> bool:
    """Tell whether no byte had to be escaped."""
    try:
        "".join(row).encode()
    except UnicodeEncodeError:
        return False
    return True
