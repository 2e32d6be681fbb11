"""Pages of records → entries and rejects."""

import json

import pytest

import recordings
from etl.platforms.label_studio.tables import Annotation, Task
from etl.stream import Nested, Shape, Stream
from etl.transform import Plan
from mirror import encoded, plan
from recordings import task_of


def transform(name, *records):
    return plan(name).transform(encoded(records))


def task(key, **fields):
    return {"id": key, "annotations": [], **fields}


def tables(batch, name):
    """Give the rows of each child table of all entries, without columns that hold nothing."""
    found = {}
    for at, layout in enumerate(plan(name).children):
        rows = [row for entry in batch.entries for row in entry.children[at]]
        dicts = [dict(zip(layout.columns, row, strict=True)) for row in rows]
        found[layout.table.__name__] = [
            {k: v for k, v in row.items() if v is not None} for row in dicts
        ]
    return found


def hashes(name, *records):
    return [entry.content_hash for entry in transform(name, *records).entries]


def test_a_task_becomes_rows_of_every_table_below_it():
    result = [{"id": "r", "type": "choices", "from_name": "c", "value": {"choices": ["a"]}}]
    one = task(1, project=9, annotations=[{"id": 4, "result": result}])
    where = {"source": "labels", "task_id": 1, "project_id": 9}
    item = where | {"owner": "annotation", "owner_id": 4, "position": 0}
    assert tables(transform("tasks", one), "tasks") == {
        "Annotation": [where | {"id": 4}],
        "Result": [
            item
            | {"region_id": "r", "type": "choices", "from_name": "c"}
            | {"value": '{"choices": ["a"]}'}
        ],
        "ResultLabel": [item | {"rank": 0, "label": "a"}],
        "Relation": [],
    }


def test_a_bad_record_never_harms_its_neighbours():
    batch = transform("users", {"id": 1}, {"id": "two"}, b"null", {"id": 3})
    assert [entry.key for entry in batch.entries] == [1, 3]
    assert [reject.key for reject in batch.rejects[:1]] == ["two"]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+10:00", "9999-12-31T23:00:00-05:00"])
def test_a_time_out_of_all_range_is_one_reject(time):
    batch = transform("tasks", task(1), task(2, updated_at=time), task(3))
    assert [entry.key for entry in batch.entries] == [1, 3]
    assert [reject.key for reject in batch.rejects] == ["2"]


def test_a_bug_is_not_taken_for_a_bad_record(monkeypatch):
    compiled = plan("tasks")
    monkeypatch.setattr(compiled, "_key", "no index")
    with pytest.raises(TypeError):
        compiled.transform([b'{"id":1,"annotations":[]}'])


def test_nul_is_replaced_everywhere_before_anything_is_compared():
    compiled = plan("tasks")
    raw = rb'{"id":1,"annotations":[],"data":{"k\u0000":"a\\\u0000 \\u0000"},"new\u0000":1}'
    (entry,) = compiled.transform([raw]).entries
    assert r'{"k\ufffd":"a\\\ufffd \\u0000"}' in entry.row
    assert json.loads(entry.row[-1]) == {"new\ufffd": 1}


def test_a_reject_keeps_the_record_whole():
    record = b'{"id":5, "overlap": "many", "data": {"n": 12345678901234567890123}}'
    (reject,) = transform("tasks", record).rejects
    assert (reject.key, reject.payload) == ("5", record.decode())
    assert "overlap" in reject.reason


@pytest.mark.parametrize("record", [b"null", b"[1]", b'"text"', b"{}", b'{"id":null}', b'{"id":1'])
def test_a_reject_without_an_id_goes_by_its_hash(record):
    (reject,), (again,), (other,) = (
        transform("tasks", one).rejects for one in (record, record, b'{"id": [], "other": 1}')
    )
    assert reject.key.startswith("sha256:")
    assert (reject.key == again.key, reject.key == other.key) == (True, False)


@pytest.mark.parametrize("raw", [b'{"id":"x","a":"\xff"}', b'{"id":"x","a":"\\ud800"}'])
def test_a_reject_of_broken_text_can_be_stored(raw):
    (reject,) = transform("tasks", raw).rejects
    assert reject.payload.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b'{"id":"x","task_data_password":"hunter2"}',
        b'{"id":1,"title":5,"task_data_password":"hunter2"}',
        b'{"id":1,"task_data_password":"hunter2"',
        b'{"id":1,"task_data_password":"hunter2","title":' + b"[" * 2000 + b"]" * 2000 + b"}",
        b'{"id":1,"task_data_password":["hunter2"],"title":5}',
    ],
)
def test_a_reject_is_without_its_secrets(raw):
    (reject,) = transform("projects", raw).rejects
    assert "hunter2" not in reject.payload + reject.reason + reject.key


BELOW = Shape(table=Annotation, secret=frozenset({"pin"}))
ABOVE = Shape(
    table=Task,
    nested=(Nested(of="annotations", shape=BELOW, inherit=(("id", "task_id"),), root="task_id"),),
)


@pytest.mark.parametrize(
    "nested",
    [
        [{"id": 1, "pin": "hunter2"}],
        [{"id": "x", "pin": {"deep": "hunter2"}}, {"id": 3}],
        {"id": 1, "pin": "hunter2"},
        [[{"pin": "hunter2"}]],
    ],
)
def test_a_reject_is_without_the_secrets_of_what_is_nested_in_it(nested):
    task = {"id": "x", "pin": "no secret here", "annotations": nested}
    compiled = Plan(Stream(name="tasks", shape=ABOVE, walk=None, changes=""), "labels")
    (reject,) = compiled.transform(encoded([task])).rejects
    assert "hunter2" not in str(reject)
    assert json.loads(reject.payload)["pin"] == "no secret here"


def test_a_secret_of_any_type_is_dropped_without_a_word():
    batch = transform("projects", {"id": 1, "task_data_password": ["hunter2"], "new": 1})
    assert (batch.rejects, batch.unknown) == ([], {"new"})
    assert "hunter2" not in str(batch.entries)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"overlap": "1"}, "overlap"),
        ({"overlap": 2**64}, "overlap"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"annotations": 5}, "annotations"),
        ({"annotations": [{"id": "x"}]}, "annotations"),
        ({"annotations": [{"id": 1, "updated_at": "never"}]}, "updated_at"),
        ({"annotations": [{"id": 1, "result": {"a": 1}}]}, "result"),
        ({"annotations": [{"id": 1, "result": "[]"}]}, "result"),
    ],
)
def test_a_reason_names_the_field(change, named):
    (reject,) = transform("tasks", {"id": 1, **change}).rejects
    assert named in reject.reason


def test_a_record_without_one_of_its_lists_is_not_one_whose_list_is_empty():
    batch = transform("tasks", {"id": 1}, {"id": 2, "new": 1}, task(3))
    assert [entry.key for entry in batch.entries] == [3]
    assert [reject.reason for reject in batch.rejects] == ["annotations is missing"] * 2


def test_integers_of_any_size_survive_in_json():
    one = b'{"id":1,"annotations":[],"data":{"n":12345678901234567890123},"meta":{"f":1.1e308}}'
    (entry,) = transform("tasks", one).entries
    assert {'{"n":12345678901234567890123}', '{"f":1.1e308}'} <= set(entry.row)


def test_every_recorded_record_is_normalised_and_known():
    for name in ("users", "projects", "tasks", "predictions"):
        batch = transform(name, *recordings.of(name))
        assert batch.entries
        assert (name, batch.rejects, batch.unknown) == (name, [], set())


def test_the_hash_covers_the_record_with_all_its_parts():
    task, other = task_of("boxes"), task_of("boxes")
    other["annotations"][0]["result"][0]["value"]["x"] += 1
    one, same, changed = hashes("tasks", task, task, other)
    assert (one == same, one == changed) == (True, False)


@pytest.mark.parametrize(
    "change", [{"data": {}}, {"overlap": 9}, {"is_labeled": None}, {"new_field": 1}, {"meta": None}]
)
def test_the_hash_covers_every_field(change):
    task = task_of("boxes")
    one, other = hashes("tasks", task, task | change)
    assert one != other


@pytest.mark.parametrize("change", [{"drafts": [1]}, {"predictions": [1]}])
def test_the_hash_does_not_cover_what_is_dropped(change):
    one, other = hashes("tasks", task_of("boxes"), task_of("boxes") | change)
    assert one == other


def test_the_hash_does_not_cover_what_changes_by_being_read():
    user = {"id": 1, "email": "a@example.com"}
    one, other = hashes(
        "users",
        user | {"last_activity": "2026-11-21T10:00:00Z"},
        user | {"last_activity": "2026-11-22T10:00:00Z"},
    )
    assert one == other


def test_a_hash_fits_a_column_of_64_bits():
    found = hashes("tasks", *recordings.of("tasks"))
    assert all(-(2**63) <= one < 2**63 for one in found)
    assert len(set(found)) == len(found)
