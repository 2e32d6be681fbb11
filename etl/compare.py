"""Tells whether a stored value says what a new one says, whichever database holds it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from etl import times


def same(old: Any, new: Any, kind: str) -> bool:
    """Compare a stored value with a new one; JSON by content, for servers reorder its keys."""
    if old is None or new is None:
        return old is new
    if kind == "document":
        return old == new or _canonical(old) == _canonical(new)
    return bool(times.shown(old) == new)


def plain(value: Any, kind: str) -> Any:
    """Give what a value says: of equal ones the same, however a server spells its JSON."""
    return _canonical(value) if kind == "document" and value is not None else value


def _canonical(text: str) -> str:
    """Write JSON so that equal content is equal text, and 1, 1.0 and 1e0 are equal, not true."""
    try:
        content = json.loads(text, parse_int=_tagged, parse_float=_tagged)
    except (ValueError, RecursionError):
        return text
    return json.dumps(content, sort_keys=True)


def _tagged(number: str) -> str:
    """Write a number by its digits and exponent, and so that no text is equal: none has a NUL."""
    try:
        sign, digits, exponent = Decimal(number).as_tuple()
    except ArithmeticError:
        return f"\0{number}"
    told = "".join(map(str, digits)).lstrip("0")
    kept = told.rstrip("0")
    return f"\0{'-' * sign}{kept}e{int(exponent) + len(told) - len(kept)}" if kept else "\0"
