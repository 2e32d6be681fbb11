"""Result items of annotations and predictions: one list in, three tables out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from etl.platforms.label_studio.items import Item, Value, read, read_field, read_value, text
from etl.stream import Json


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

_LIST = msgspec.json.Decoder(list[msgspec.Raw] | None)


def explode(
    result: bytes,
) -> tuple[list[tuple[Any, ...]], list[LabelRow], list[RelationRow]]:
    """Give the rows of results, result labels and relations of one result list."""
    results: list[tuple[Any, ...]] = []
    labels: list[LabelRow] = []
    relations: list[RelationRow] = []
    for position, raw in enumerate(_LIST.decode(result) or ()):
        item, extra = read(raw)
        value = read_value(item.value)
        results.append(msgspec.structs.astuple(_row(position, item, value, extra)))
        if item.type == "relation":
            named = text(item.labels)
            relations.append(RelationRow(position, item.from_id, item.to_id, item.direction, named))
        elif item.type not in NO_LABELS:
            labels += _labels(position, item, value)
    return results, labels, relations


def _row(position: int, item: Item, value: Value, extra: str | None) -> ResultRow:
    start, end = value.start, value.end
    return ResultRow(
        position=position,
        region_id=item.id,
        parent_region_id=item.parentID,
        item_index=item.item_index,
        type=item.type,
        from_name=item.from_name,
        to_name=item.to_name,
        origin=item.origin,
        score=item.score,
        original_width=item.original_width,
        original_height=item.original_height,
        image_rotation=item.image_rotation,
        hidden=item.hidden,
        readonly=item.readonly,
        locked=item.locked,
        meta=text(item.meta),
        x=value.x,
        y=value.y,
        width=value.width,
        height=value.height,
        rotation=value.rotation,
        radius_x=value.radiusX,
        radius_y=value.radiusY,
        start_num=None if isinstance(start, str) else start,
        end_num=None if isinstance(end, str) else end,
        start_text=start if isinstance(start, str) else None,
        end_text=end if isinstance(end, str) else None,
        start_offset=value.startOffset,
        end_offset=value.endOffset,
        channel=value.channel,
        text=_words(value.text),
        number_value=value.number,
        rating=value.rating,
        datetime_value=value.datetime,
        value=text(item.value),
        extra=extra,
    )


def _words(said: str | list[str] | None) -> str | None:
    """Join the lines of a text; no lines are no text."""
    if isinstance(said, list):
        return "\n".join(said) if said else None
    return said


def _labels(position: int, item: Item, value: Value) -> Iterator[LabelRow]:
    kind = item.type or ""
    name = LABELS_ELSEWHERE.get(kind, kind)
    found = getattr(value, name) if name in _LABEL_FIELDS else _unknown(item, name)
    found = value.labels if found is None else found
    for rank, label in enumerate(found if found.__class__ is list else _one(found)):
        if label.__class__ is list:
            path = "/".join(map(_word, label))
            yield LabelRow(position, rank, _word(label[-1]) if label else "", path)
        else:
            yield LabelRow(position, rank, _word(label), None)


_LABEL_FIELDS = frozenset(
    name
    for name in Value.__struct_fields__
    if name.endswith("labels") or name in ("choices", "taxonomy", "selected")
)


def _unknown(item: Item, name: str) -> Json:
    """Look for the labels of a type this file does not know; only `*labels` can have any."""
    return read_field(item.value, name) if item.value and name.endswith("labels") else None


def _one(found: Json) -> tuple[Any, ...]:
    return () if found is None else (found,)


def _word(label: Json) -> str:
    return label if label.__class__ is str else json.dumps(label, ensure_ascii=False)
