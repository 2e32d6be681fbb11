"""Counts the brackets of JSON that may be too deep, or not all there, to be taken apart."""

from __future__ import annotations

import re
from itertools import accumulate

_TEXT = rb'"[^"\\]*(?:\\.[^"\\]*)*'
_WHOLE_OR_CUT = re.compile(_TEXT + rb'"?', re.DOTALL)
_TOKENS = re.compile(_TEXT + rb'"|["\[\]{}]', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEP = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}


def is_deeper(raw: bytes, levels: int) -> bool:
    """Tell whether lists and objects are nested deeper than so many levels."""
    if raw.count(b"[") + raw.count(b"{") <= levels:
        return False
    brackets = _WHOLE_OR_CUT.sub(b"", raw).translate(None, _NO_BRACKETS)
    return max(accumulate(_STEP[one] for one in brackets), default=0) > levels


def closed(rest: bytes, at: int) -> int | None:
    """Find the place behind the bracket that ends what begins at a place; None if it is cut."""
    depth = 0
    for token in _TOKENS.finditer(rest, at):
        if token[0] == b'"':  # a text that is not all here yet
            return None
        depth += _STEP.get(token[0][0], 0)
        if not depth:
            return token.end()
    return None
