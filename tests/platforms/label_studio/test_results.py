"""Result items of every kind → rows of results, labels and relations."""

import json
import typing

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import recordings
from etl.platforms.label_studio import controls, items
from etl.platforms.label_studio.results import (
    LabelRow,
    RelationRow,
    ResultRow,
    explode,
)
from etl.platforms.label_studio.tables import (
    Control,
    ControlLabel,
    Relation,
    Result,
    ResultLabel,
)
from etl.reader import specs
from rebuilt import loads, result_items, without_nulls

COLUMNS = (ResultRow.__struct_fields__, LabelRow._fields, RelationRow._fields)

TABLES = {Result: ResultRow, ResultLabel: LabelRow, Relation: RelationRow}
TABLES |= {Control: controls.ControlRow, ControlLabel: controls.LabelRow}
GIVEN = {"owner", "owner_id", "task_id", "project_id"}  # by the record around it


@pytest.mark.parametrize(("table", "row"), TABLES.items(), ids=lambda kind: kind.__name__)
def test_the_fields_of_a_row_are_the_columns_of_its_table(table, row):
    fields = set(typing.get_type_hints(row))
    assert fields - {"extra"} == specs(table).keys() - GIVEN


def exploded(items):
    """Explode a list; rows as dicts without what is NULL."""
    raw = items if isinstance(items, bytes) else json.dumps(items).encode()
    return [
        [{k: v for k, v in zip(names, row, strict=True) if v is not None} for row in rows]
        for names, rows in zip(COLUMNS, explode(raw), strict=True)
    ]


def labels(kind, value):
    """Give (label, path) of one item of a type."""
    _, found, _ = exploded([{"type": kind, "value": value}])
    assert [row["rank"] for row in found] == list(range(len(found)))
    return [(row["label"], row.get("path")) for row in found]


def typed(value, kind="choices"):
    """Give the columns filled from a value."""
    (row,), _, _ = exploded([{"type": kind, "value": value}])
    return {k: v for k, v in row.items() if k not in {"position", "type", "value"}}


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("rectanglelabels", {"rectanglelabels": ["Car", "Bus"]}, [("Car", None), ("Bus", None)]),
        ("ellipselabels", {"ellipselabels": ["Cell"]}, [("Cell", None)]),
        ("polygonlabels", {"points": [[1, 2]], "polygonlabels": ["A"]}, [("A", None)]),
        ("keypointlabels", {"keypointlabels": ["Nose"]}, [("Nose", None)]),
        ("brushlabels", {"rle": [1], "brushlabels": ["Sky"]}, [("Sky", None)]),
        ("bitmasklabels", {"bitmasklabels": ["B"]}, [("B", None)]),
        ("vectorlabels", {"vectorlabels": ["V"]}, [("V", None)]),
        ("labels", {"start": 1, "end": 2, "labels": ["PER"]}, [("PER", None)]),
        ("hypertextlabels", {"hypertextlabels": ["H"]}, [("H", None)]),
        ("paragraphlabels", {"paragraphlabels": ["P"]}, [("P", None)]),
        ("timeserieslabels", {"timeserieslabels": ["T"]}, [("T", None)]),
        ("timelinelabels", {"ranges": [], "timelinelabels": ["L"]}, [("L", None)]),
        ("videorectangle", {"sequence": [], "labels": ["Car"]}, [("Car", None)]),
        ("rectangle", {"x": 1, "labels": ["split"]}, [("split", None)]),
        ("cuboidlabels", {"cuboidlabels": ["New"], "depth": 3}, [("New", None)]),
        ("choices", {"choices": ["one"]}, [("one", None)]),
        ("choices", {"choices": "bare"}, [("bare", None)]),
        ("choices", {"choices": []}, []),
        ("choices", {"choices": None}, []),
        ("choices", {}, []),
        ("pairwise", {"selected": "left"}, [("left", None)]),
        ("taxonomy", {"taxonomy": [["A", "B"], ["C"]]}, [("B", "A/B"), ("C", "C")]),
        ("taxonomy", {"taxonomy": [[]]}, [("", "")]),
        ("rectanglelabels", {"rectanglelabels": [1, None, "a"]},
         [("1", None), ("null", None), ("a", None)]),
        ("labels", {"labels": {"a": 1}}, [('{"a": 1}', None)]),
        ("rating", {"rating": 4}, []),
        ("number", {"number": 4}, []),
        ("datetime", {"datetime": "2026"}, []),
        ("textarea", {"text": ["not a label"]}, []),
        ("ranker", {"ranker": {"bucket": ["a"]}}, []),
        ("rectangle", {"x": 1}, []),
        ("text", {"text": "not a label"}, []),
        (None, {"choices": ["nameless"]}, []),
    ],
)  # fmt: skip
def test_each_type_has_its_labels(kind, value, found):
    assert labels(kind, value) == found


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ({"x": 1, "y": 2.5, "width": 3, "height": 4, "rotation": 15},
         {"x": 1.0, "y": 2.5, "width": 3.0, "height": 4.0, "rotation": 15.0}),
        ({"radiusX": 1, "radiusY": 2}, {"radius_x": 1.0, "radius_y": 2.0}),
        ({"start": 1, "end": 2.5, "channel": 0}, {"start_num": 1.0, "end_num": 2.5, "channel": 0}),
        ({"start": "/p[1]", "end": "/p[2]", "startOffset": 1, "endOffset": 2},
         {"start_text": "/p[1]", "end_text": "/p[2]", "start_offset": 1, "end_offset": 2}),
        ({"text": "marked"}, {"text": "marked"}),
        ({"text": ["one", "two"]}, {"text": "one\ntwo"}),
        ({"text": ["one", 2]}, {}),
        ({"text": []}, {}),
        ({"text": [""]}, {"text": ""}),
        ({"number": 7}, {"number_value": 7.0}),
        ({"rating": 4}, {"rating": 4}),
        ({"datetime": "2026-11"}, {"datetime_value": "2026-11"}),
        ({"x": "10", "width": None, "rating": "5", "start": True, "text": {}}, {}),
        ({"x": 2**70, "rating": 2**63, "startOffset": -(2**63) - 1}, {"x": float(2**70)}),
        ({"x": 10**400}, {}),
    ],
)  # fmt: skip
def test_values_of_the_documented_type_are_copied_out(value, columns):
    assert typed(value) == columns


def test_an_item_as_documented_fills_its_columns():
    item = {
        "id": "r", "parentID": "p", "item_index": 2, "type": "rectangle", "from_name": "f",
        "to_name": "t", "origin": "manual", "score": 0.5, "original_width": 8,
        "original_height": 6, "image_rotation": 90, "hidden": False, "readonly": True,
        "locked": False, "meta": {"text": ["m"]}, "value": {"x": 1},
    }  # fmt: skip
    named = {"id": "region_id", "parentID": "parent_region_id"}
    expected = {named.get(name, name): value for name, value in item.items()}
    expected |= {"meta": '{"text": ["m"]}', "value": '{"x": 1}', "x": 1.0, "position": 0}
    assert exploded([item]) == [[expected], [], []]


def test_a_relation_is_a_row_of_its_own():
    relation = {"from_id": "a", "to_id": "b", "direction": "bi", "labels": ["near"]}
    results, none, relations = exploded([{"type": "relation", **relation}])
    assert (results, none) == ([{"position": 0, "type": "relation"}], [])
    assert relations == [
        {"position": 0, "from_region_id": "a", "to_region_id": "b", "direction": "bi",
         "labels": '["near"]'}
    ]  # fmt: skip


@pytest.mark.parametrize("item", [None, 1, 1.5, True, [], [[]], "text"])
def test_an_item_that_is_no_object_is_kept_in_extra(item):
    assert exploded([item, {"id": "r"}])[0] == [
        {"position": 0, "extra": json.dumps(item)},
        {"position": 1, "region_id": "r"},
    ]


@pytest.mark.parametrize(
    ("item", "row"),
    [
        ({"value": None}, {}),
        ({}, {}),
        ({"id": 7, "type": "choices"}, {"type": "choices", "extra": '{"id":7}'}),
        ({"type": "choices", "from_id": ""}, {"type": "choices", "extra": '{"from_id":""}'}),
        ({"type": "choices", "to_id": "b"}, {"type": "choices", "extra": '{"to_id":"b"}'}),
        ({"type": 5, "score": "high"}, {"extra": '{"type":5,"score":"high"}'}),
        (
            {"item_index": 2**63, "id": "r"},
            {"region_id": "r", "extra": f'{{"item_index":{2**63}}}'},
        ),
        ({"new": {"a": 1}, "id": "r"}, {"region_id": "r", "extra": '{"new":{"a": 1}}'}),
        ({"hidden": 1, "to_name": []}, {"extra": '{"hidden":1,"to_name":[]}'}),
        ({"value": "text", "type": "choices"}, {"type": "choices", "value": '"text"'}),
    ],
)  # fmt: skip
def test_what_has_the_wrong_type_is_kept_in_extra(item, row):
    assert exploded([item])[0] == [{"position": 0, **row}]


@pytest.mark.parametrize("nothing", [b"null", b"[]"])
def test_no_result_gives_no_rows(nothing):
    assert exploded(nothing) == [[], [], []]


@pytest.mark.parametrize("wrong", [b"{}", b'"[]"', b"1", b"true"])
def test_a_result_that_is_no_list_is_refused(wrong):
    with pytest.raises(msgspec.ValidationError):
        explode(wrong)


def test_the_value_keeps_the_bytes_that_came():
    value = b'{"x": 1.50,  "n":12345678901234567890123, "deep":[[[[{}]]]], "t":"\\u00e9"}'
    ((row,), _, _) = exploded(b'[{"value":' + value + b"}]")
    assert row["value"] == value.decode()


def test_position_counts_every_item():
    results, labelled, _ = exploded([None, {"type": "choices", "value": {"choices": ["a", "b"]}}])
    assert [row["position"] for row in results] == [0, 1]
    assert [(row["position"], row["rank"]) for row in labelled] == [(1, 0), (1, 1)]


# A score is a double, so integers that a double cannot hold are left out.
INTEGERS = st.integers(-(2**53), 2**53) | st.sampled_from([10**22, -(10**22), 10**400])
ODD = st.none() | st.booleans() | INTEGERS | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
NAMES = st.sampled_from(
    ["id", "type", "value", "from_name", "score", "item_index", "meta", "labels", "from_id",
     "direction", "choices", "rectanglelabels", "taxonomy", "x", "text", "start", "parentID"]
) | TEXT  # fmt: skip
TYPES = st.sampled_from(
    ["choices", "taxonomy", "relation", "rectanglelabels", "newlabels", "video"]
)
JSON = st.recursive(
    ODD | TEXT | TYPES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300)
@given(items=st.lists(JSON | st.dictionaries(NAMES, JSON, max_size=5), max_size=4))
def test_any_list_is_taken_and_nothing_of_it_is_lost(items):
    raw = json.dumps(items)
    assert rebuild(raw) == [*map(without_nulls, loads(raw))]


@pytest.mark.parametrize("recording", recordings.ALL, ids=str)
def test_every_recorded_result_can_be_rebuilt(recording):
    for record in map(json.loads, recording.records):
        for owner in [record, *record.get("annotations", ())]:
            raw = json.dumps(owner.get("result") or [])
            assert rebuild(raw) == [*map(without_nulls, loads(raw))]


def rebuild(raw):
    """Explode a list and put it together again."""
    results, _, relations = (
        [dict(zip(names, row, strict=True)) for row in rows]
        for names, rows in zip(COLUMNS, explode(raw.encode()), strict=True)
    )
    return result_items(results, relations)


@settings(max_examples=300)
@given(items=st.lists(st.dictionaries(NAMES, JSON, max_size=5), max_size=4))
def test_a_list_at_one_go_gives_the_rows_that_its_items_give_one_by_one(items):
    check_both_roads(json.dumps(items).encode())


@pytest.mark.parametrize("recording", recordings.ALL, ids=str)
def test_every_recorded_result_gives_the_same_rows_by_both_roads(recording):
    for record in map(json.loads, recording.records):
        for owner in [record, *record.get("annotations", ())]:
            check_both_roads(json.dumps(owner.get("result") or []).encode())


def check_both_roads(raw):
    """Compare with a list that is not as documented, for what is no object stands at its end."""
    detour = explode(raw[:-1] + b",5]" if len(raw) > 2 else b"[5]")
    odd = (len(detour[0]) - 1, *[None] * (len(COLUMNS[0]) - 2), "5")
    at_one_go = explode(raw)
    assert detour == ([*at_one_go[0], odd], *at_one_go[1:])


def test_documented_items_are_read_at_one_go(monkeypatch):
    monkeypatch.setattr(items, "_read", None)
    related = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    assert len(exploded([{"id": "a", "type": "choices", "value": {}}, related])[0]) == 2


def test_the_fields_of_a_row_stand_in_the_order_of_their_names():
    named = {"region_id": "id", "parent_region_id": "parentID", "start_num": "start",
             "end_text": "end", "start_offset": "startOffset", "end_offset": "endOffset",
             "radius_x": "radiusX", "radius_y": "radiusY", "number_value": "number",
             "datetime_value": "datetime"}  # fmt: skip
    kinds = typing.get_type_hints(ResultRow)
    row = {name: sample(name, kinds[name]) for name in ResultRow.__struct_fields__}
    nowhere = {"position", "meta", "value", "extra", "start_text", "end_num"}
    record = {named.get(name, name): told for name, told in row.items() if name not in nowhere}
    value = {name: record.pop(name) for name in items.Value.__struct_fields__ if name in record}
    raw = json.dumps([record | {"meta": {"m": 1}, "value": value, "new": 1}]).encode()
    ((found,), _, _) = explode(raw)
    row |= {"position": 0, "start_text": None, "end_num": None, "meta": '{"m": 1}'}
    row |= {"value": json.dumps(value), "extra": '{"new":1}'}
    assert dict(zip(ResultRow.__struct_fields__, found, strict=True)) == row


def sample(name, kind):
    """Make a value of a column's kind that no other column has, as far as there are enough."""
    at = ResultRow.__struct_fields__.index(name)
    samples = {str: f"said in {name}", float: at + 0.5, int: at, bool: at % 2 == 0}
    return next(
        told for known, told in samples.items() if known in (typing.get_args(kind) or (kind,))
    )
