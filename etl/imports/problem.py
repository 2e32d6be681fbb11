"""Tells what is wrong with a record by itself, wherever it is to be sent."""

from __future__ import annotations

import json

from etl.paging import fields

HALF = "it has half a character: an escape \\ud800 to \\udfff without its other half"


def problem(raw: bytes) -> str | None:
    """Tell why a text is no JSON object, if it is none."""
    try:
        fields(raw)
    except ValueError as error:
        return HALF if _has_half_a_character(raw) else str(error)
    return None


def _has_half_a_character(raw: bytes) -> bool:
    r"""Tell whether nothing is wrong but an escape like \ud800 that lacks the other half."""
    try:
        json.dumps(json.loads(raw.decode()), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    except (ValueError, RecursionError):
        return False
    return False
