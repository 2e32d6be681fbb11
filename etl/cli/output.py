"""How results look on stdout: aligned tables, CSV, JSON, JSON Lines."""

from __future__ import annotations

import csv
import json
import logging
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import chain, count, islice
from typing import Any, TextIO

import click

from etl.cli.options import let_go

log = logging.getLogger(__name__)

WIDEST = 60  # cells of one column; more is cut in tables only
MEASURED = 1000  # rows looked at to choose the widths, so that a table of millions can stream
TEARS = re.compile(r"[\r;\t]")
CONTROLS = {sign: f"\\u{sign:04x}" for sign in range(0x7F, 0xA0)}  # JSON may hold them bare
FORMULA = tuple("=+-@＝＋－＠\t\r\n")  # noqa: RUF001  # spreadsheets take the wide ones for them


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print an aligned table; numbers to the right."""
    iterator = iter(rows)
    first = [list(map(_cell, row)) for row in islice(iterator, MEASURED)]
    widths = [max(map(_width, column)) for column in zip(columns, *first, strict=True)]
    numeric = [
        bool(first) and all(_is_number(row[index]) for row in first)
        for index in range(len(columns))
    ]
    click.echo(_line(columns, widths, numeric))
    click.echo("  ".join("─" * width for width in widths))
    for row in chain(first, (list(map(_cell, row)) for row in iterator)):
        click.echo(_line(row, widths, numeric))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print CSV; text that a spreadsheet would run as a formula gets an apostrophe."""
    if sys.stdout is None:
        return  # closed by who called
    writer = csv.writer(sys.stdout, lineterminator="\n")
    quoting = csv.writer(sys.stdout, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in chain([columns], rows):
        cells = _harmless(row)
        # Bare, these end the row or the cell for some spreadsheet, and what follows begins a cell.
        torn = any(TEARS.search(cell) for cell in cells if isinstance(cell, str))
        (quoting if torn else writer).writerow(cells)


def print_json(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print one JSON array of objects."""
    texts = _objects(columns, rows)
    click.echo("[" + next(texts, ""), nl=False)
    for text in texts:
        click.echo(",\n " + text, nl=False)
    click.echo("]")


def print_jsonl(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print one JSON object a line."""
    for text in _objects(columns, rows):
        click.echo(text)


FORMATS: dict[str, Callable[[Sequence[str], Iterable[Sequence[Any]]], None]] = {
    "table": print_table,
    "csv": print_csv,
    "json": print_json,
    "jsonl": print_jsonl,
}


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody watches; a stream that the caller has closed is none."""
    return stream is not None and stream.isatty()


@contextmanager
def unheard() -> Iterator[None]:
    """Go on though what is printed is lost: the disk is full, or the reader has left."""
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        log.warning("what was done could not be printed: %s", error.strerror)
        let_go()


def print_dicts(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Print dictionaries: all of them as JSON, or the chosen columns as a table."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=_plain))
    else:
        print_table(columns, ([row[name] for name in columns] for row in rows))


def _objects(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    names = _distinct(columns)
    for row in rows:
        record = dict(zip(names, map(_finite, row), strict=True))
        yield json.dumps(record, ensure_ascii=False, default=_plain).translate(CONTROLS)


def _distinct(columns: Sequence[str]) -> list[str]:
    """Tell columns of one name apart, of which an object can hold but one: a, a_2."""
    names: list[str] = []
    for column in columns:
        tries = chain([column], (f"{column}_{number}" for number in count(2)))
        names.append(next(name for name in tries if name not in names))
    return names


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    parts = []
    for cell, width, right in zip(cells, widths, numeric, strict=True):
        space = " " * max(width - _width(cell), 0)
        parts.append(space + cell if right else cell + space)
    return "  ".join(parts).rstrip()


def _width(text: str) -> int:
    """Count the columns a terminal needs: an East Asian sign takes two, an accent none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def _finite(value: Any) -> Any:
    """Give null for what JSON has no number for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _plain(value: Any) -> Any:
    """Put what JSON does not know so that it does: exact numbers, bytes as hexadecimal."""
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else str(value)


def _text(value: Any) -> Any:
    """Write JSON as JSON: Postgres gives it taken apart; and bytes as hexadecimal."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    shown = _cleared(str(_text(value)))
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 1] + "…"


def _is_number(cell: str) -> bool:
    return cell == "" or cell.lstrip("-").replace(".", "", 1).isdigit()


def _harmless(row: Sequence[Any]) -> list[Any]:
    if is_terminal(sys.stdout):
        row = [_cleared(value) if isinstance(value, str) else value for value in row]
    return [f"'{value}" if _is_formula(value) else _text(value) for value in row]


def _cleared(text: str) -> str:
    """Keep control characters in the data from the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _is_formula(value: Any) -> bool:
    """Tell whether a spreadsheet would calculate a cell; some overlook spaces before it."""
    return isinstance(value, str) and value.lstrip(" \u00a0\u3000").startswith(FORMULA)
