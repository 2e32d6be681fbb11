"""Reads the rows of a CSV file as records, each as JSON; every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

import msgspec

from etl.errors import InputError
from etl.imports.unread import LONGEST

OVERLONG = "field larger than field limit"  # as the module csv begins to say it
UNCLOSED = "unexpected end of data"  # as the module csv calls it
TOO_LONG = f"a row of more than {LONGEST >> 20} MB begins here; is a quote or a line break missing?"
EMPTY = 'the row is empty; write "" for an empty cell'
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
    csv.field_size_limit(LONGEST)  # the default is less than a long document
    reader = csv.reader(_lines(text), delimiter=between, strict=True)
    at = first
    try:
        names = _names(next(reader), f"{name}: line {first}")
        at = blank = first + reader.line_num
        for row in reader:
            if row:
                yield from _empty_rows(names, range(blank, at))
                yield at, *_record(names, row)
            at = first + reader.line_num
            blank = at if row else blank
    except csv.Error as error:
        raise InputError(f"{name}: {_told(str(error), at, first + reader.line_num - 1)}") from error


def _lines(text: TextIO) -> Iterator[str]:
    """Give the lines of a table. Raises csv.Error for one that is too long to be one."""
    while line := text.readline(LONGEST + 1):
        if len(line) > LONGEST:
            raise csv.Error(OVERLONG)
        yield line


def _told(said: str, at: int, last: int) -> str:
    """Say what is wrong with the row at a line, of which the `last` line was read."""
    if said == UNCLOSED:
        return f"line {at}: a quote is opened in this row and never closed"
    return f"line {at}: {TOO_LONG}" if said.startswith(OVERLONG) else f"line {last}: {said}"


def _empty_rows(names: Sequence[str], blank: range) -> Iterator[tuple[int, bytes, str]]:
    """Tell of blank lines between the rows of one column: they may be cells of it."""
    if len(names) == 1:
        for at in blank:
            yield at, b"", EMPTY


def _names(row: Sequence[str], where: str) -> Sequence[str]:
    if not _is_text(row):
        raise InputError(f"{where}: {NO_TEXT}")
    row = [column.strip() for column in row]
    if "" in row:
        raise InputError(
            f"{where}: cell {row.index('') + 1} of the heading is empty; name that column or leave "
            "it out (an index that was saved too is one: pandas leaves it out by index=False)"
        )
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
