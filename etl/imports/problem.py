"""Tells what is wrong with a record by itself, wherever it is to be sent."""

from __future__ import annotations

import json
import math
import re

from etl.imports.nesting import is_deeper
from etl.paging import fields

DEEPEST = 200  # levels; those who read JSON, databases among them, give up at about 1,000
TOO_DEEP = f"its lists and objects are nested more than {DEEPEST} deep"
HALF = "it has half a character: an escape \\ud800 to \\udfff without its other half"
TOO_LARGE = "it has a number that is too large, {}"  # to Python, as Label Studio is, infinite
_MAY_BE_LARGE = re.compile(rb"\d[eE]\+?\d{3}|\d{200}")


def problem(raw: bytes) -> str | None:
    """Tell why a text is no JSON object, if it is none."""
    if is_deeper(raw, DEEPEST):
        return TOO_DEEP
    try:
        fields(raw)
    except ValueError as error:
        return HALF if _has_half_a_character(raw) else str(error)
    large = _too_large(raw) if _MAY_BE_LARGE.search(raw) else None
    return TOO_LARGE.format(large) if large else None


def _too_large(raw: bytes) -> str | None:
    """Find a number that is more than a float holds."""
    found: list[str] = []

    def keep(number: str) -> None:
        if math.isinf(float(number)):
            found.append(number)

    json.loads(raw, parse_float=keep, parse_int=str)
    return found[0] if found else None


def _has_half_a_character(raw: bytes) -> bool:
    r"""Tell whether nothing is wrong but an escape like \ud800 that lacks the other half."""
    try:
        json.dumps(json.loads(raw.decode()), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False
