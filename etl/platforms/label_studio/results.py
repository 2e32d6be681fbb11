"""Result items of annotations and predictions: one list in, three tables out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from etl.exchange import Json
from etl.platforms.label_studio.items import (
    Item,
    Value,
    read_field,
    read_list,
    read_value,
    text,
)


class ResultRow(msgspec.Struct, kw_only=True):
    """A row of results: its fields are the columns, in order."""

    position: int
    region_id: str | None
    parent_region_id: str | None
    item_index: int | None
    type: str | None
    from_name: str | None
    to_name: str | None
    origin: str | None
    score: float | None
    original_width: int | None
    original_height: int | None
    image_rotation: float | None
    hidden: bool | None
    readonly: bool | None
    locked: bool | None
    meta: str | None
    x: float | None
    y: float | None
    width: float | None
    height: float | None
    rotation: float | None
    radius_x: float | None
    radius_y: float | None
    start_num: float | None
    end_num: float | None
    start_text: str | None
    end_text: str | None
    start_offset: int | None
    end_offset: int | None
    channel: int | None
    text: str | None
    number_value: float | None
    rating: int | None
    datetime_value: str | None
    value: str | None
    extra: str | None


class LabelRow(NamedTuple):
    """A row of result labels."""

    position: int
    rank: int
    label: str
    path: str | None


class RelationRow(NamedTuple):
    """A row of relations."""

    position: int
    from_region_id: str | None
    to_region_id: str | None
    direction: str | None
    labels: str | None


LABELS_ELSEWHERE = {"videorectangle": "labels", "pairwise": "selected"}
"""Types whose labels are not in `value[type]`."""
NO_LABELS = frozenset({"relation", "textarea", "rating", "number", "datetime", "ranker"})
_LABEL_FIELDS = {
    name: name
    for name in Value.__struct_fields__
    if name.endswith("labels") or name in ("choices", "taxonomy", "selected")
} | LABELS_ELSEWHERE

Row = tuple[Any, ...]


def explode(result: bytes) -> tuple[list[Row], list[Row], list[Row]]:
    """Give the rows of results, result labels and relations of one result list."""
    results: list[Row] = []
    labels: list[Row] = []
    relations: list[Row] = []
    for position, (item, extra) in enumerate(read_list(result)):
        value, written = read_value(item.value)
        kind = item.type
        results.append(_row(position, item, value, written, extra))
        field = _LABEL_FIELDS.get(kind or "")
        found = getattr(value, field) if field else None
        if found.__class__ is list and len(found) == 1 and found[0].__class__ is str:
            labels.append((position, 0, found[0], None))  # nearly every item has but one
        elif kind == "relation":
            named = text(item.labels)
            relations.append(RelationRow(position, item.from_id, item.to_id, item.direction, named))
        elif kind not in NO_LABELS:
            labels += _labels(position, item, value)
    return results, labels, relations


def _row(position: int, item: Item, value: Value, written: str | None, extra: str | None) -> Row:
    """Give the fields of a `ResultRow`; making one first would take as long as all the rest."""
    start, end, said = value.start, value.end, value.text
    return (
        position, item.id, item.parentID, item.item_index, item.type, item.from_name, item.to_name,
        item.origin, item.score, item.original_width, item.original_height, item.image_rotation,
        item.hidden, item.readonly, item.locked, text(item.meta) if item.meta else None,
        value.x, value.y, value.width, value.height, value.rotation, value.radiusX, value.radiusY,
        None if start.__class__ is str else start, None if end.__class__ is str else end,
        start if start.__class__ is str else None, end if end.__class__ is str else None,
        value.startOffset, value.endOffset, value.channel,
        _lines(said) if said.__class__ is list else said,
        value.number, value.rating, value.datetime, written, extra,
    )  # fmt: skip


def _lines(said: list[str]) -> str | None:
    """Join the lines of a text; no lines are no text."""
    return "\n".join(said) if said else None


def _labels(position: int, item: Item, value: Value) -> Iterator[LabelRow]:
    kind = item.type or ""
    field = _LABEL_FIELDS.get(kind)
    found = getattr(value, field) if field else _unknown(item, kind)
    found = value.labels if found is None else found
    for rank, label in enumerate(found if found.__class__ is list else _one(found)):
        if label.__class__ is list:
            path = "/".join(map(_word, label))
            yield LabelRow(position, rank, _word(label[-1]) if label else "", path)
        else:
            yield LabelRow(position, rank, _word(label), None)


def _unknown(item: Item, name: str) -> Json:
    """Look for the labels of a type this file does not know; only `*labels` can have any."""
    return read_field(item.value, name) if item.value and name.endswith("labels") else None


def _one(found: Json) -> tuple[Any, ...]:
    return () if found is None else (found,)


def _word(label: Json) -> str:
    return label if label.__class__ is str else json.dumps(label, ensure_ascii=False)
