"""What Label Studio says is wrong with which of the tasks it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from etl.errors import Invalid
from etl.paging import loads
from etl.stream import Answer

# The server writes the whole record behind a problem, and numbers from 0.
_ITEM = re.compile(r"Errors?[^:]{0,200}? at item (\d+): (.*?)(?= :: |\Z)", re.DOTALL)
_ASSUMED = re.compile(r" ?\[assume: [^\n]*$")
LONGEST = 500  # characters of what is wrong with one task
_PREDICTION = re.compile(r"Task (\d+), (prediction \d+: [^\n]*)")


def refusal(answer: Answer) -> Invalid | None:
    """Read what is wrong with which of the tasks out of a refusal, if it says so."""
    said = loads(answer.body) if answer.body[:1] == b"{" else None
    wrong = said.get("validation_errors") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not wrong:
        return None
    found = problems("\n".join(_texts(wrong)))
    told = " ".join(_texts(wrong)).partition(" :: ")[0]
    return Invalid(
        f"HTTP {answer.status}: {told[:LONGEST] or said['detail']}", answer.status, found
    )


def problems(said: str) -> dict[int, str]:
    """Read what is wrong with which task, counted from 0, out of the server's words."""
    found: dict[int, str] = {}
    for place, text in (*_ITEM.findall(said), *_PREDICTION.findall(said)):
        found.setdefault(int(place), _plain(text))
    return found


def _plain(text: str) -> str:
    """Leave out what the server assumes of a record's form, for we chose it."""
    told = " ".join(text.split()).replace("\\'", "'")
    return _ASSUMED.sub("", told)[:LONGEST]


def _texts(wrong: Any) -> Iterator[str]:
    """Give every text there is; what is right is an empty object."""
    if isinstance(wrong, str):
        yield wrong
    elif isinstance(wrong, (dict, list)):
        for one in wrong.values() if isinstance(wrong, dict) else wrong:
            yield from _texts(one)
