"""The lookups of mongoengine that `/dataset/{id}/data` takes for filters, traps included."""

from __future__ import annotations

import re
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.standins.coco_annotator.documents import Document
    from etl.standins.exchange import Json

    Test = Callable[[Document], bool]

_WHOLE = frozenset({"id", "dataset_id", "width", "height", "num_annotations", "milliseconds"})
_COMPARED: Mapping[str, Callable[[Json, Json], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_WORDED: Mapping[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
    "exact": str.__eq__,
    "regex": lambda text, wanted: re.search(wanted, text) is not None,
}
_BROKEN = frozenset({"mod", "size"})
_OPERATORS = frozenset(
    {"ne", "in", "nin", "all", "exists", *_COMPARED, *_WORDED, *(f"i{name}" for name in _WORDED)}
)
_FALSE, _TRUE = "false", "true"


def tests(arguments: list[tuple[str, str]]) -> list[Test]:
    """Compile filters: an unknown field matches nothing, a value of the wrong type fails."""
    query: dict[str, Json] = {}
    for name, text in arguments:
        if text:
            query.setdefault(name, _flag(text))
    found = [_test(*pair) for pair in query.items() if pair[0] not in _ENTANGLED]
    return found + _entangled(query)


_ENTANGLED = frozenset({"annotated", "category_ids__in"})


def _entangled(query: dict[str, Json]) -> list[Test]:
    """Tell annotated images of some categories; images not annotated come along unasked."""
    wanted = query.get("category_ids__in")
    numbers = {int(text) for text in str(wanted).split(",")} if wanted is not None else set()

    def listed(row: Document) -> bool:
        return not numbers.isdisjoint(row["category_ids"])

    if "annotated" in query and not (numbers and query["annotated"]):
        return [_test("annotated", query["annotated"])]
    if "annotated" in query:
        return [listed]
    return [lambda row: listed(row) or row["annotated"] is False] if numbers else []


def _flag(text: str) -> Json:
    return text.lower() == _TRUE if text.lower() in {_TRUE, _FALSE} else text


def _test(name: str, value: Json) -> Test:
    if name == "__raw__":
        raise ValueError(name)
    path = name.split("__")
    operator = path.pop() if path[-1] in _OPERATORS | _BROKEN and len(path) > 1 else ""
    if operator in _BROKEN:
        raise ValueError(name)
    field = "id" if path[0] == "pk" else path[0]
    # A field that is called `_id` in the database cannot be asked for under that name.
    path = [field, *path[1:]] if not name.startswith("_") else [""]
    wanted = _wanted(field, operator, value)
    return lambda row: _holds(_reach(row, path), operator, wanted)


def _wanted(field: str, operator: str, value: Json) -> Json:
    convert: Callable[[Json], Json] = int if field in _WHOLE else lambda one: one
    if operator == "exists":
        return value if isinstance(value, bool) else bool(value)
    if operator in {"in", "nin", "all"}:
        # Nobody splits the text at its commas: it is taken for a list of characters.
        return [convert(character) for character in value]
    if operator in _WORDED or operator[1:] in _WORDED:
        return str(value)
    return convert(value)


def _reach(row: Document, path: list[str]) -> Json:
    value: Json = row
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _holds(value: Json, operator: str, wanted: Json) -> bool:
    match operator:
        case "exists":
            return (value is not None) is wanted
        case "ne":
            return not _equal(value, wanted)
        case "in" | "nin":
            return any(_equal(value, one) for one in wanted) is (operator == "in")
        case "all":
            return isinstance(value, list) and all(one in value for one in wanted)
        case "":
            return _equal(value, wanted)
        case _:
            inner = value if isinstance(value, list) else [value]
            return any(_compared(one, operator, wanted) for one in inner)


def _equal(value: Json, wanted: Json) -> bool:
    if isinstance(value, list) and not isinstance(wanted, list):
        return any(_equal(one, wanted) for one in value)
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _compared(value: Json, operator: str, wanted: Json) -> bool:
    if operator in _COMPARED:
        same = isinstance(value, str) is isinstance(wanted, str) and value is not None
        return same and bool(_COMPARED[operator](value, wanted))
    if operator in _WORDED:
        return isinstance(value, str) and _WORDED[operator](value, wanted)
    return isinstance(value, str) and _WORDED[operator[1:]](value.lower(), wanted.lower())
