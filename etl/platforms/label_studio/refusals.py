"""What Label Studio says is wrong with which of the tasks it was sent."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from etl.errors import Invalid
from etl.exchange import Answer
from etl.paging import loads

# The server writes the whole record behind a problem, and numbers from 0. What the record says must
# not be taken for the server's own words, so a problem is looked for only where a text begins.
_ITEM = re.compile(r"Errors?[^:]{0,200}? at item (\d+): (.*?)(?: :: |\Z)", re.DOTALL)
_PREDICTION = re.compile(r"^(?:- )?Task (\d+), (prediction \d+: [^\n]*)", re.MULTILINE)
_DETAIL = re.compile(r"""ErrorDetail\(string=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""", re.DOTALL)
_ASSUMED = re.compile(r" ?\[assume: [^\n]*$")
LONGEST = 500  # characters of what is wrong with one task


def refusal(answer: Answer) -> Invalid | None:
    """Read what is wrong with which of the tasks out of a refusal, if it says so."""
    said = loads(answer.body) if answer.body[:1] == b"{" else None
    wrong = said.get("validation_errors") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not wrong:
        return None
    found = _among(_texts(wrong))
    told = " ".join(_texts(wrong)).partition(" :: ")[0]
    return Invalid(
        f"HTTP {answer.status}: {told[:LONGEST] or said['detail']}", answer.status, found
    )


def problems(said: str) -> dict[int, str]:
    """Read what is wrong with which task, counted from 0, out of what a failed job says.

    That is a text, or a list of them as Python shows it.
    """
    return _among(map(_read, _DETAIL.findall(said)) if _DETAIL.search(said) else [said])


def refuses(said: str) -> bool:
    """Tell whether a failed job was sent something wrong; else its worker may be what is wrong."""
    return bool(_DETAIL.search(said) or problems(said))


def _read(shown: str) -> str:
    try:
        return str(ast.literal_eval(shown))
    except (SyntaxError, ValueError):  # an escape that only looks like one
        return shown


def _among(texts: Iterable[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for text in texts:
        item = _ITEM.match(text)
        for place, why in [item.groups()] if item else _PREDICTION.findall(text):
            found.setdefault(int(place), _plain(why))
    return found


def _plain(text: str) -> str:
    """Leave out what the server assumes of a record's form, for we chose it."""
    told = " ".join(text.split())
    return _ASSUMED.sub("", told)[:LONGEST]


def _texts(wrong: Any) -> Iterator[str]:
    """Give every text there is; what is right is an empty object."""
    if isinstance(wrong, str):
        yield wrong
    elif isinstance(wrong, (dict, list)):
        for one in wrong.values() if isinstance(wrong, dict) else wrong:
            yield from _texts(one)
