"""Result items of annotations and predictions: one list in, three tables out.

The server stores a result as it was sent and checks no more than that it is a list, so nothing
here may assume a shape: what has the documented type goes into its column, everything else into
`value` and `extra`, and no item is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

RESULT_COLUMNS = (
    "position",
    "region_id",
    "parent_region_id",
    "item_index",
    "type",
    "from_name",
    "to_name",
    "origin",
    "score",
    "original_width",
    "original_height",
    "image_rotation",
    "hidden",
    "readonly",
    "locked",
    "meta",
    "x",
    "y",
    "width",
    "height",
    "rotation",
    "radius_x",
    "radius_y",
    "start_num",
    "end_num",
    "start_text",
    "end_text",
    "start_offset",
    "end_offset",
    "channel",
    "text",
    "number_value",
    "rating",
    "datetime_value",
    "value",
    "extra",
)
LABEL_COLUMNS = ("position", "rank", "label", "path")
RELATION_COLUMNS = ("position", "from_region_id", "to_region_id", "direction", "labels")

LABELS_ELSEWHERE = {"videorectangle": "labels", "pairwise": "selected"}
"""Types whose labels are not in `value[type]`."""
NO_LABELS = frozenset({"relation", "textarea", "rating", "number", "datetime", "ranker"})

_NONE = msgspec.Raw()  # the field was not there
_NULL = msgspec.Raw(b"null")


class Item(msgspec.Struct, forbid_unknown_fields=True):
    """A result item as documented; anything else takes the slow road of `_tolerant`."""

    id: str | None = None
    from_name: str | None = None
    to_name: str | None = None
    type: str | None = None
    value: msgspec.Raw = _NONE
    origin: str | None = None
    score: float | None = None
    original_width: Int64 | None = None
    original_height: Int64 | None = None
    image_rotation: float | None = None
    meta: msgspec.Raw = _NONE
    parentID: str | None = None  # noqa: N815  # the API's own spelling
    item_index: Int64 | None = None
    hidden: bool | None = None
    readonly: bool | None = None
    locked: bool | None = None
    from_id: str | None = None
    to_id: str | None = None
    direction: str | None = None
    labels: msgspec.Raw = _NONE


class Value(msgspec.Struct):
    """What is copied out of an item's `value`; big parts (rle, points, sequence) are skipped."""

    x: Any = None
    y: Any = None
    width: Any = None
    height: Any = None
    rotation: Any = None
    radiusX: Any = None  # noqa: N815  # the API's own spelling
    radiusY: Any = None  # noqa: N815
    start: Any = None
    end: Any = None
    startOffset: Any = None  # noqa: N815
    endOffset: Any = None  # noqa: N815
    channel: Any = None
    text: Any = None
    number: Any = None
    rating: Any = None
    datetime: Any = None
    labels: Any = None
    rectanglelabels: Any = None
    ellipselabels: Any = None
    polygonlabels: Any = None
    keypointlabels: Any = None
    brushlabels: Any = None
    hypertextlabels: Any = None
    paragraphlabels: Any = None
    timeserieslabels: Any = None
    timelinelabels: Any = None
    choices: Any = None
    taxonomy: Any = None
    selected: Any = None


_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None)
_ITEM = msgspec.json.Decoder(Item)
_VALUE = msgspec.json.Decoder(Value)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(Item)}
_OF_RELATIONS = ("from_id", "to_id", "direction", "labels")  # they have a table of their own
_RELATION = msgspec.Raw(b'"relation"')
_EMPTY = Value()

Rows = list[tuple[Any, ...]]


def explode(result: bytes) -> tuple[Rows, Rows, Rows]:
    """Give the rows of results, result labels and relations of one result list."""
    results: Rows = []
    labels: Rows = []
    relations: Rows = []
    for position, raw in enumerate(_LIST.decode(result) or ()):
        item, extra = _read(raw)
        value = _value(item.value)
        results.append(_row(position, item, value, extra))
        if item.type == "relation":
            found = _text(item.labels)
            relations.append((position, item.from_id, item.to_id, item.direction, found))
        elif item.type not in NO_LABELS:
            labels += [(position, *row) for row in _labels(item, value)]
    return results, labels, relations


def _read(raw: msgspec.Raw) -> tuple[Item, str | None]:
    try:
        item = _ITEM.decode(raw)
    except msgspec.ValidationError:
        return _tolerant(raw)
    if item.type != "relation" and any(getattr(item, name) for name in _OF_RELATIONS):
        return _tolerant(raw)
    return item, None


def _tolerant(raw: msgspec.Raw) -> tuple[Item, str | None]:
    """Keep the documented fields of documented type; the rest becomes `extra`, whole."""
    try:
        fields = _FIELDS.decode(raw)
    except msgspec.ValidationError:
        return Item(), str(raw, "utf-8")
    item, extra = Item(), []
    relation = fields.get("type") == _RELATION
    for name, content in fields.items():
        known = "" if name in _OF_RELATIONS and not relation else name
        try:
            setattr(item, name, msgspec.json.decode(content, type=_TYPES[known]))
        except (KeyError, msgspec.ValidationError):
            extra.append(f"{json.dumps(name)}:{str(content, 'utf-8')}")
    return item, "{" + ",".join(extra) + "}" if extra else None


def _value(raw: msgspec.Raw) -> Value:
    if not raw or raw == _NULL:
        return _EMPTY
    try:
        return _VALUE.decode(raw)
    except msgspec.ValidationError:
        return _EMPTY


def _row(position: int, item: Item, value: Value, extra: str | None) -> tuple[Any, ...]:
    start, end = value.start, value.end
    return (
        position,
        item.id,
        item.parentID,
        item.item_index,
        item.type,
        item.from_name,
        item.to_name,
        item.origin,
        item.score,
        item.original_width,
        item.original_height,
        item.image_rotation,
        item.hidden,
        item.readonly,
        item.locked,
        _text(item.meta),
        _number(value.x),
        _number(value.y),
        _number(value.width),
        _number(value.height),
        _number(value.rotation),
        _number(value.radiusX),
        _number(value.radiusY),
        _number(start),
        _number(end),
        start if start.__class__ is str else None,
        end if end.__class__ is str else None,
        _whole(value.startOffset),
        _whole(value.endOffset),
        _whole(value.channel),
        _words(value.text),
        _number(value.number),
        _whole(value.rating),
        value.datetime if value.datetime.__class__ is str else None,
        _text(item.value),
        extra,
    )


def _text(raw: msgspec.Raw) -> str | None:
    return None if not raw or raw == _NULL else str(raw, "utf-8")


def _number(value: Any) -> float | None:
    kind = value.__class__
    return float(value) if kind is float or (kind is int and abs(value) < 2**1023) else None


def _whole(value: Any) -> int | None:
    return value if value.__class__ is int and -(2**63) <= value < 2**63 else None


def _words(value: Any) -> str | None:
    if value.__class__ is list and value and all(line.__class__ is str for line in value):
        return "\n".join(value)
    return value if value.__class__ is str else None


def _labels(item: Item, value: Value) -> Iterator[tuple[int, str, str | None]]:
    """Give (rank, label, path) for every label of an item."""
    kind = item.type or ""
    name = LABELS_ELSEWHERE.get(kind, kind)
    found = getattr(value, name) if name in _LABEL_FIELDS else _unknown(item, name)
    found = value.labels if found is None else found
    for rank, label in enumerate(found if found.__class__ is list else _one(found)):
        if label.__class__ is list:
            yield rank, _word(label[-1]) if label else "", "/".join(map(_word, label))
        else:
            yield rank, _word(label), None


_LABEL_FIELDS = frozenset(
    name
    for name in Value.__struct_fields__
    if name.endswith("labels") or name in ("choices", "taxonomy", "selected")
)


def _unknown(item: Item, name: str) -> Any:
    """Look for the labels of a type this file does not know; only `*labels` can have any."""
    if not item.value or not name.endswith("labels"):
        return None
    try:
        raw = _FIELDS.decode(item.value).get(name)
        return None if raw is None else msgspec.json.decode(raw)
    except msgspec.ValidationError:
        return None


def _one(found: Any) -> tuple[Any, ...]:
    return () if found is None else (found,)


def _word(label: Any) -> str:
    return label if label.__class__ is str else json.dumps(label, ensure_ascii=False)
