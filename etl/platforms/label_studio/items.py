"""Result items as the API documents them, and what of an undocumented one can be read.

The server stores a result as it was sent and checks no more than that it is a list, so nothing
here may assume a shape: what has the documented type goes into its field, everything else is kept
beside, and nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import repeat
from typing import Annotated, Any

import msgspec

from etl.exchange import Json

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_NONE = msgspec.Raw()  # the field was not there


class Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A result item as documented; anything else takes the slow road of `_take_apart`."""

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


class Value(msgspec.Struct, gc=False):
    """What is copied out of an item's `value`; big parts (rle, points, sequence) are skipped."""

    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    rotation: float | None = None
    rectanglelabels: Json = None  # here, for fields that come in this order are found fastest
    radiusX: float | None = None  # noqa: N815  # the API's own spelling
    radiusY: float | None = None  # noqa: N815
    start: float | str | None = None
    end: float | str | None = None
    startOffset: Int64 | None = None  # noqa: N815
    endOffset: Int64 | None = None  # noqa: N815
    channel: Int64 | None = None
    text: str | list[str] | None = None
    number: float | None = None
    rating: Int64 | None = None
    datetime: str | None = None
    labels: Json = None
    ellipselabels: Json = None
    polygonlabels: Json = None
    keypointlabels: Json = None
    brushlabels: Json = None
    hypertextlabels: Json = None
    paragraphlabels: Json = None
    timeserieslabels: Json = None
    timelinelabels: Json = None
    choices: Json = None
    taxonomy: Json = None
    selected: Json = None


_ITEM = msgspec.json.Decoder(Item)
_ITEMS = msgspec.json.Decoder(list[Item] | None)
_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None)
_VALUE = msgspec.json.Decoder(Value)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ITEM_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(Item)}
_VALUE_TYPES = {field.encode_name: field.type for field in msgspec.structs.fields(Value)}
_OF_RELATIONS = ("from_id", "to_id", "direction", "labels")  # they have a table of their own
_RELATION = msgspec.Raw(b'"relation"')
_EMPTY = Value()


def read_list(result: bytes) -> Iterable[tuple[Item, str | None]]:
    """Give the items of a list, each with what of it has no place there, as JSON.

    A list of nothing but documented items is decoded at one go. Raises msgspec.DecodeError.
    """
    try:
        items = _ITEMS.decode(result) or []
    except msgspec.ValidationError:
        return map(_read, _LIST.decode(result) or ())
    if any(map(_is_misplaced, items)):
        return map(_read, _LIST.decode(result) or ())
    return zip(items, repeat(None))


def _read(raw: msgspec.Raw) -> tuple[Item, str | None]:
    try:
        item = _ITEM.decode(raw)
    except msgspec.ValidationError:
        return _take_apart(raw)
    return _take_apart(raw) if _is_misplaced(item) else (item, None)


def _is_misplaced(item: Item) -> bool:
    """Tell whether an item that is no relation has fields of one."""
    if item.type == "relation":
        return False
    ends = item.from_id is not None or item.to_id is not None
    return ends or item.direction is not None or bool(item.labels)


def _take_apart(raw: msgspec.Raw) -> tuple[Item, str | None]:
    """Keep the documented fields of documented type; the rest becomes `extra`, whole."""
    try:
        fields = _FIELDS.decode(raw)
    except msgspec.ValidationError:
        return Item(), str(raw, "utf-8")
    item, extra = Item(), []
    relation = fields.get("type") == _RELATION
    for name, content in fields.items():
        has_column = name in _ITEM_TYPES and (relation or name not in _OF_RELATIONS)
        if not (has_column and _filled(item, name, content, _ITEM_TYPES[name])):
            extra.append(f"{json.dumps(name)}:{str(content, 'utf-8')}")
    return item, "{" + ",".join(extra) + "}" if extra else None


def _filled(record: Item | Value, name: str, content: msgspec.Raw, kind: Any) -> bool:
    """Fill a field if the content has its type."""
    try:
        setattr(record, name, msgspec.json.decode(content, type=kind))
    except msgspec.ValidationError:
        return False
    return True


def read_value(raw: msgspec.Raw) -> tuple[Value, str | None]:
    """Give what is copied out of an item's `value`, whatever it is, and the value as it came."""
    written = str(raw, "utf-8")
    if not written or written == "null":
        return _EMPTY, None
    try:
        return _VALUE.decode(raw), written
    except msgspec.ValidationError:
        return _take_value_apart(raw), written


def _take_value_apart(raw: msgspec.Raw) -> Value:
    """Keep the fields of documented type; the row's column `value` has the others too."""
    try:
        fields = _FIELDS.decode(raw)
    except msgspec.ValidationError:
        return _EMPTY
    value = Value()
    for name, kind in _VALUE_TYPES.items():
        if name in fields:
            _filled(value, name, fields[name], kind)
    return value


def read_field(raw: msgspec.Raw, name: str) -> Json:
    """Give one field of an item's `value` that this file does not know."""
    try:
        found = _FIELDS.decode(raw).get(name)
        return None if found is None else msgspec.json.decode(found)
    except msgspec.ValidationError:
        return None


def text(raw: msgspec.Raw) -> str | None:
    """Give JSON as it came; null and nothing are NULL."""
    said = str(raw, "utf-8")
    return said if said and said != "null" else None
