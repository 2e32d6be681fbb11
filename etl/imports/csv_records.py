"""Reads the rows of a CSV file as records, each as JSON; every cell is text."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import TextIO

import msgspec

from etl.errors import InputError

LONGEST_CELL = 1 << 28  # characters; the default of 128 kB is less than a long document
_DELIMITERS = ",;\t|"


def delimiter(heading: str) -> str:
    """Tell what stands between the cells: what the heading has most of."""
    return max(_DELIMITERS, key=heading.count)


def records(
    text: TextIO, name: str, between: str, first: int
) -> Iterator[tuple[int, bytes, str | None]]:
    """Read a record from each row of a table whose first row, at line `first`, names the columns.

    Gives the line it begins at, the record, and what is wrong with it.
    """
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(text, delimiter=between, strict=True)
    try:
        names = _names(next(reader), f"{name}: line {first}")
        at = first + reader.line_num
        for row in reader:
            if row:
                yield at, *_record(names, row)
            at = first + reader.line_num
    except UnicodeDecodeError as error:
        said = f"after line {first + reader.line_num - 1}: the file is not UTF-8 text"
        raise InputError(f"{name}: {said}") from error
    except csv.Error as error:
        raise InputError(f"{name}: line {first + reader.line_num - 1}: {error}") from error


def _names(row: Sequence[str], where: str) -> Sequence[str]:
    if "" in row:
        raise InputError(f"{where}: a column of the heading has no name")
    if twice := sorted({column for column in row if row.count(column) > 1}):
        raise InputError(f"{where}: the heading has two columns {', '.join(twice)}")
    return row


def _record(names: Sequence[str], row: Sequence[str]) -> tuple[bytes, str | None]:
    raw = msgspec.json.encode(dict(zip(names, row, strict=False)))
    wrong = f"it has {len(row)} cells, the heading has {len(names)}"
    return raw, None if len(row) == len(names) else wrong
