"""Records put together again from rows, to prove that nothing was lost; JSON comes as text."""

import json
from datetime import UTC, datetime
from decimal import Decimal

from etl.layout import specs

# The fields of a result item that have a column of their own under another name.
ITEM = {"id": "region_id", "parentID": "parent_region_id"}
ITEM |= {
    name: name
    for name in (
        "type", "from_name", "to_name", "origin", "score", "original_width", "original_height",
        "image_rotation", "item_index", "hidden", "readonly", "locked", "meta", "value",
    )
}  # fmt: skip
RELATION = {"from_id": "from_region_id", "to_id": "to_region_id"}
RELATION |= {"direction": "direction", "labels": "labels"}
DOCUMENTS = {"meta", "value", "labels"}


def result_items(results, relations=()):
    """Rebuild a result list, without its nulls, from rows of results and relations."""
    related = {row["position"]: row for row in relations}
    by_position = sorted(results, key=lambda row: row["position"])
    return [_item(row, related.get(row["position"])) for row in by_position]


def _item(row, relation):
    extra = _json(row["extra"]) if row["extra"] is not None else {}
    if not isinstance(extra, dict):
        return extra
    item = {api: _field(row, api, name) for api, name in ITEM.items()}
    if relation:
        item |= {api: _field(relation, api, name) for api, name in RELATION.items()}
    kept = {name: value for name, value in item.items() if value is not None}
    return kept | {name: value for name, value in extra.items() if value is not None}


def event(row):
    """Rebuild an event of COCO Annotator, without its nulls, from its row."""
    found = _json(row["extra"]) or {}
    found |= {"_cls": row["kind"], "user": row["user"], "milliseconds": row["milliseconds"]}
    found |= {"tools_used": _json(row["tools_used"])}
    moment = row["created_at"]
    found |= {"created_at": moment and f"{moment[:10]}T{moment[11:]}Z"}
    return without_nulls(found)


def _field(row, api, name):
    return _json(row[name]) if api in DOCUMENTS else _exact(row[name])


def _json(text):
    return None if text is None else loads(text)


def loads(text):
    """Decode JSON with exact numbers: 1e308 and a one with 308 zeros are the same."""
    return json.loads(text, parse_float=Decimal)


def _exact(value):
    return Decimal(repr(value)) if isinstance(value, float) else value


def record(table, row):
    """Rebuild a record's own fields, without nulls; lifted and given columns are copies."""
    read = {"moment": instant, "document": loads, "number": _exact}
    found = _json(row["extra"]) or {}
    for name, spec in specs(table).items():
        if not spec.lift and not spec.given and row[name] is not None:
            found[spec.api or name] = read.get(spec.kind, lambda value: value)(row[name])
    return {name: value for name, value in found.items() if value is not None}


def original(table, fields, ignored):
    """Give the fields of a record as they came, without nulls and what is not mirrored."""
    moments = {spec.api or n for n, spec in specs(table).items() if spec.kind == "moment"}
    return {
        name: instant(value) if name in moments else value
        for name, value in fields.items()
        if value is not None and name not in ignored
    }


def instant(text):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def without_nulls(item):
    """Drop an object's nulls: a field that is null says as much as one that is missing."""
    return {k: v for k, v in item.items() if v is not None} if isinstance(item, dict) else item
