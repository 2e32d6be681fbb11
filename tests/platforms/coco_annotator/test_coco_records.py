"""COCO Annotator's records → rows, oddities included."""

from zoneinfo import ZoneInfo

import pytest

from annotators import PLATFORM, encoded
from etl.transform import Plan

NEW_YORK = ZoneInfo("America/New_York")
MILLISECONDS = 1_795_262_400_123  # 2026-11-21 12:00:00.123
ANNOTATION = {
    "id": 7, "image_id": 3, "category_id": 2, "dataset_id": 1,
    "segmentation": [[1, 2, 3.5, 4, 5, 6]], "area": 8, "bbox": [1, 2, 2.5, 4],
    "iscrowd": False, "isbbox": True, "keypoints": [], "width": 640, "height": 480,
    "creator": "ada", "color": "#00ff00", "metadata": {"checked": True},
    "deleted": False, "milliseconds": 1200,
    "events": [
        {
            "_cls": "SessionEvent", "created_at": {"$date": MILLISECONDS},
            "user": "ada", "milliseconds": 1200, "tools_used": ["Polygon"],
        }
    ],
}  # fmt: skip


def transformed(stream, *records, zone=NEW_YORK):
    raws = [one if isinstance(one, bytes) else encoded(one) for one in records]
    return Plan(PLATFORM.stream(stream), "boxes", zone).transform(raws)


def row(stream, record, zone=NEW_YORK):
    """Give a record's row by column."""
    batch = transformed(stream, record, zone=zone)
    (entry,) = batch.entries
    plan = Plan(PLATFORM.stream(stream), "boxes", zone)
    return dict(zip(plan.root.columns, entry.row, strict=True))


def reasons(stream, *records):
    batch = transformed(stream, *records)
    assert batch.entries == []
    return [one.reason for one in batch.rejects]


def hashes(stream, *records):
    return {entry.content_hash for entry in transformed(stream, *records).entries}


def test_an_annotation_has_its_row_and_its_events_theirs():
    assert row("annotations", ANNOTATION) == {
        "source": "boxes",
        "id": 7,
        "image_id": 3,
        "category_id": 2,
        "dataset_id": 1,
        "segmentation": "[[1,2,3.5,4,5,6]]",
        "area": 8.0,
        "bbox": "[1,2,2.5,4]",
        "bbox_x": 1,
        "bbox_y": 2,
        "bbox_width": 2.5,
        "bbox_height": 4,
        "iscrowd": False,
        "isbbox": True,
        "keypoints": "[]",
        "creator": "ada",
        "width": 640,
        "height": 480,
        "color": "#00ff00",
        "metadata": '{"checked":true}',
        "milliseconds": 1200,
        "deleted": False,
        "deleted_date": None,
        "extra": None,
    }
    (entry,) = transformed("annotations", ANNOTATION).entries
    noon_there = "2026-11-21 17:00:00.123000"  # five hours later in UTC
    event = (0, "ada", 1200, '["Polygon"]', noon_there, "SessionEvent", None)
    assert entry.children == [[("boxes", 7, 3, 1, *event)]]


# Times


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ({"$date": MILLISECONDS}, "2026-11-21 17:00:00.123000"),
        ({"$date": "2026-11-21T12:00:00.123Z"}, "2026-11-21 17:00:00.123000"),
        ("2026-11-21 12:00:00", "2026-11-21 17:00:00.000000"),
        ({"$date": 0}, "1970-01-01 05:00:00.000000"),
        ({"$date": -1}, "1970-01-01 04:59:59.999000"),
        ({"$date": 1_784_030_400_000}, "2026-07-14 16:00:00.000000"),  # summer time
        ("2026-11-01 01:30:00", "2026-11-01 05:30:00.000000"),  # comes twice: the first time
        (None, None),
    ],
)
def test_a_deletions_date_is_the_servers_local_time(date, expected):
    assert row("annotations", ANNOTATION | {"deleted_date": date})["deleted_date"] == expected


def test_an_exports_and_a_users_times_are_utc_whatever_the_zone():
    date = {"$date": MILLISECONDS}
    export = {"id": 1, "dataset_id": 1, "created_at": date, "ago": "3 days", "tags": ["COCO"]}
    user = {"id": {"$oid": "5e"}, "username": "ada", "last_seen": date}
    assert row("exports", export)["created_at"] == "2026-11-21 12:00:00.123000"
    assert row("users", user)["last_seen"] == "2026-11-21 12:00:00.123000"


@pytest.mark.parametrize(
    "date",
    [
        *({"$date": 10**18}, {"$date": -(10**18)}, {"$date": 10**40}, {"$date": []}),
        *({}, {"$oid": "5e"}, [], True, 1.5, "soon", {"$date": {"$numberLong": "1"}}),
    ],
)
def test_what_is_no_time_sets_the_record_aside_and_stops_nothing(date):
    events = [ANNOTATION["events"][0] | {"created_at": date}]
    spoiled = ANNOTATION | {"deleted_date": date}, ANNOTATION | {"events": events}
    assert len(reasons("annotations", *spoiled)) == 2


# Deletions


def test_a_deleted_record_is_dead_since_its_date_and_one_brought_back_lives():
    date = {"$date": MILLISECONDS}
    gone, back = (
        ANNOTATION | {"deleted": True, "deleted_date": date},
        ANNOTATION | {"deleted_date": date},
    )
    undated = ANNOTATION | {"deleted": True}
    found = [entry.deleted for entry in transformed("annotations", gone, back, undated).entries]
    assert found == ["2026-11-21 17:00:00.123000", None, ""]


# Odd values


def test_a_bare_nan_is_kept_as_text():
    raw = encoded(ANNOTATION | {"segmentation": [[1.5, float("nan"), float("-inf")]]})
    assert row("annotations", raw)["segmentation"] == '[[1.5,"NaN","-Infinity"]]'


@pytest.mark.parametrize(("value", "flag"), [(0, False), (1, True), (False, False), (None, None)])
def test_flags_may_be_numbers_as_in_coco_files(value, flag):
    found = row("annotations", ANNOTATION | {"iscrowd": value, "isbbox": value})
    assert (found["iscrowd"], found["isbbox"]) == (flag, flag)


def test_a_flag_that_is_neither_sets_the_record_aside():
    assert "iscrowd" in reasons("annotations", ANNOTATION | {"iscrowd": 2})[0]


def test_unknown_keys_are_kept_and_reported():
    batch = transformed("annotations", ANNOTATION | {"score": 0.5, "deep": {"a": [1]}})
    assert batch.unknown == {"score", "deep"}
    assert batch.entries[0].row[-1] == '{"score":0.5,"deep":{"a":[1]}}'


def test_keys_of_an_event_that_nobody_knows_are_kept_with_it():
    event = ANNOTATION["events"][0] | {"zoom": 3}
    (entry,) = transformed("annotations", ANNOTATION | {"events": [event]}).entries
    assert entry.children[0][0][-1] == '{"zoom": 3}'


def test_events_without_dates_keep_their_places():
    bare = {"user": "bo", "milliseconds": 5}
    (entry,) = transformed("annotations", ANNOTATION | {"events": [bare, {}]}).entries
    assert [event[4:] for event in entry.children[0]] == [
        (0, "bo", 5, None, None, None, None),
        (1, None, None, None, None, None, None),
    ]


@pytest.mark.parametrize(
    "events",
    [
        *({"a": 1}, "x", 5, [5], ["x"], [None], [[]]),
        *([{"user": 5}], [{"milliseconds": "5"}], [{"milliseconds": 1.5}]),
        *([{"milliseconds": 2**63}], [{"milliseconds": 10**30}], [{"_cls": []}]),
    ],
)
def test_events_of_another_kind_set_the_record_aside(events):
    assert "events" in reasons("annotations", ANNOTATION | {"events": events})[0]


def test_a_number_beyond_64_bits_in_free_json_is_kept():
    found = row("annotations", ANNOTATION | {"metadata": {"n": 10**30}})
    assert found["metadata"] == f'{{"n":{10**30}}}'


@pytest.mark.parametrize("bbox", [None, [], [1, 2], ["a", None, [], 2**70], {"x": 1}, 5])
def test_a_box_that_is_none_is_kept_as_it_is(bbox):
    found = row("annotations", ANNOTATION | {"bbox": bbox})
    assert found["bbox_width"] is None
    assert found["id"] == 7


# One record, two endpoints


def test_what_is_null_in_the_list_and_absent_alone_is_the_same():
    listed = ANNOTATION | {"category_id": None, "color": None, "deleted_date": None}
    alone = {name: value for name, value in listed.items() if value is not None}
    reordered = dict(reversed((alone | {"paper_object": ["Group", {"x": 1}]}).items()))
    assert len(hashes("annotations", listed, alone, reordered)) == 1


@pytest.mark.parametrize("name", sorted(ANNOTATION.keys() - {"id"}))
def test_any_other_value_makes_another_hash(name):
    other = {n: v for n, v in ANNOTATION.items() if n != name}
    assert len(hashes("annotations", ANNOTATION, other)) == 2


def test_what_people_have_open_is_no_change_of_an_image():
    image = {"id": 1, "dataset_id": 1, "path": "/a/1.jpg", "annotating": []}
    busy = image | {"annotating": ["bo"], "regenerate_thumbnail": True, "is_modified": True}
    assert len(hashes("images", image, busy)) == 1
    assert len(hashes("images", image, image | {"milliseconds": 5})) == 2


def test_being_seen_is_no_change_of_a_user():
    user = {"username": "ada", "id": {"$oid": "5e"}}
    seen = user | {"last_seen": {"$date": 5}, "online": True, "preferences": {"bbox": {}}}
    assert len(hashes("users", user, seen)) == 1


def test_an_exports_age_is_no_change():
    export = {"id": 1, "dataset_id": 1}
    assert len(hashes("exports", export | {"ago": "1 hour"}, export | {"ago": "2 hours"})) == 1


# Secrets


@pytest.mark.parametrize("spoil", [{}, {"is_admin": "perhaps"}, {"id": 5}])
def test_a_password_is_in_no_row_and_no_reject(spoil):
    user = {"id": {"$oid": "5e"}, "username": "ada", "password": "sha256$salt$hash"} | spoil
    batch = transformed("users", user)
    assert len(batch.entries) + len(batch.rejects) == 1
    assert "sha256" not in repr(batch)


def test_a_member_has_no_id_of_the_platforms_own():
    found = row("users", {"username": "bo", "email": "bo@example.com"})
    assert (found["id"], found["oid"], found["extra"]) == ("bo", None, None)
