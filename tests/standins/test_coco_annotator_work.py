"""What a COCO Annotator shows of people's work: the traces, and those that are missing."""

import math
import re
from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.coco_annotator import CocoAnnotator, catalogue, chores, work

NOON = datetime(2026, 11, 21, 12, 0, 0, 147000, tzinfo=UTC)
STAMP = 1795262400147
SHIFT = 18_000_000
SQUARE = [[0, 0, 10.5, 0, 10.5, 10, 0, 10]]


@pytest.fixture
def platform():
    """Hold one dataset with two images; the server stands in New York."""
    platform = CocoAnnotator(clock=Clock(NOON), timezone=timezone(timedelta(hours=-5)))
    state = platform.state
    for name in ("car", "bus"):
        catalogue.add_category(state, name)
    catalogue.add_dataset(state, "street", categories=[1, 2])
    for place in ("train/1.jpg", "val/1.jpg"):
        catalogue.add_image(state, 1, place)
    with platform:
        yield platform


@pytest.fixture
def state(platform):
    return platform.state


@pytest.fixture
def client(platform):
    auth = (platform.username, platform.password)
    with httpx.Client(base_url=f"{platform.url}/api", auth=auth) as client:
        yield client


def changed(state, act):
    """Tell which fields of the first image an act changes."""
    before = state.truth("images")[0]
    act()
    after = next((row for row in state.truth("images") if row["id"] == 1), {})
    return {name for name in before | after if before.get(name) != after.get(name)}


# Traces


def test_saving_in_the_browser_is_seen_on_both_rows(state, client):
    row = work.post_annotation(state, 1, 1)
    drawn = {"id": row["id"], "segmentation": SQUARE, "milliseconds": 900, "tools": ["Brush"]}
    fields = changed(state, lambda: work.save_image(state, 1, "admin", [drawn]))
    assert fields == {"annotated", "category_ids", "num_annotations", "regenerate_thumbnail"}
    (shown,) = client.get("/annotation/").json()
    assert (shown["area"], shown["bbox"], shown["milliseconds"]) == (105, [0, 0, 10, 10], 900)
    assert shown["events"] == [
        {
            "_cls": "SessionEvent",
            "created_at": {"$date": STAMP - SHIFT},
            "user": "admin",
            "milliseconds": 900,
            "tools_used": ["Brush"],
        }
    ]


def test_leaving_an_image_books_time_without_a_date(state):
    work.open_image(state, 1, "ada")
    assert state.truth("images")[0]["annotating"] == ["ada"]
    fields = changed(state, lambda: work.leave_image(state, 1, "ada", 5000))
    assert fields == {"annotating", "events", "milliseconds"}
    assert "created_at" not in state.truth("images")[0]["events"][0]


def test_the_api_leaves_next_to_no_trace_on_the_image(state):
    assert changed(state, lambda: work.post_annotation(state, 1, 1)) == set()
    assert changed(state, lambda: work.put_annotation(state, 1)) == set()
    assert changed(state, lambda: work.delete_annotation(state, 1)) == {"regenerate_thumbnail"}
    assert changed(state, lambda: catalogue.undo(state, "annotations", 1)) == set()
    assert "deleted_date" in state.truth("annotations")[0]


def test_deleted_images_leave_orphans_until_they_are_erased(state, client):
    work.post_annotation(state, 1, 77)
    catalogue.delete_image(state, 1)
    assert [row["deleted"] for row in client.get("/annotation/").json()] == [False]
    assert client.get("/image/").json()["total"] == 1
    catalogue.erase(state, "images", 1)
    assert client.get("/annotation/").json() == []
    assert work.post_annotation(state, 2)["id"] == 2


def test_deleted_datasets_leave_their_images_and_annotations(state, client):
    work.post_annotation(state, 1, 1)
    catalogue.delete_dataset(state, 1)
    assert client.get("/dataset/").json() == []
    assert client.get("/image/").json()["total"] == 2
    assert len(client.get("/annotation/").json()) == 1
    assert client.get("/dataset/1/coco").status_code == 200
    assert client.get("/dataset/1/data").status_code == 500


def test_categories_gone_for_good_dangle_and_break_the_statistics(state, client):
    work.post_annotation(state, 1, 1)
    assert client.get("/dataset/1/stats").json()["categories"] == {"car": 1, "bus": 0}
    catalogue.delete_category(state, 1)
    assert [row["deleted"] for row in client.get("/category/").json()] == [True, False]
    catalogue.erase(state, "categories", 1)
    assert client.get("/annotation/1").json()["category_id"] == 1
    assert client.get("/dataset/1/stats").status_code == 500


def test_renaming_a_category_forgets_the_rest(state, client):
    catalogue.rename_category(state, 1, "cart")
    row = client.get("/category/").json()[0]
    assert (row["name"], row["supercategory"], row["color"]) == ("cart", "", None)
    assert "color" not in client.get("/category/1").json()


def test_an_import_hits_the_first_image_of_that_name_and_miscounts(state):
    content = {
        "images": [{"id": 90, "file_name": "1.jpg"}],
        "categories": [{"id": 50, "name": "car"}],
        "annotations": [
            {"image_id": 90, "category_id": 50, "segmentation": SQUARE, "metadata": {"a": 1}}
        ],
    }
    assert changed(state, lambda: chores.import_coco(state, 1, content)) == {
        "annotated",
        "category_ids",
    }
    image, row = state.truth("images")[0], state.truth("annotations")[0]
    assert (image["category_ids"], image["num_annotations"]) == ([50], 0)
    assert (row["category_id"], row["creator"], row["metadata"]) == (1, "system", {})


# Answers


def test_one_annotation_has_its_path_but_no_nulls(state, client):
    work.post_annotation(state, 1)
    (listed,) = client.get("/annotation/").json()
    alone = client.get("/annotation/1").json()
    assert listed == state.truth("annotations")[0]
    assert listed.keys() - alone.keys() == {"category_id"}
    assert alone.keys() - listed.keys() == {"paper_object"}


def test_the_annotator_misses_annotations_without_a_category_of_the_dataset(state, client):
    for category in (1, None, 77):
        work.post_annotation(state, 1, category)
    work.leave_image(state, 1)
    answer = client.get("/annotator/data/1").json()
    assert [len(row["annotations"]) for row in answer["categories"]] == [1, 0]
    assert (answer["image"]["events"], answer["image"]["milliseconds"]) == ([], 1000)


def test_bare_nan_and_renamed_ids_come_out_of_metadata(state, client):
    work.post_annotation(state, 1, 1)
    state.edit("annotations", 1, metadata={"_id": 5, "k": "_id", "n": math.nan, "i": math.inf})
    text = client.get("/annotation/").text
    assert '"metadata": {"id": 5, "k": "id", "n": NaN, "i": Infinity}' in text


def test_deletions_are_listed_newest_first_in_local_time(state, client):
    work.post_annotation(state, 1, 1)
    work.delete_annotation(state, 1)
    state.clock.advance(0.853)
    catalogue.delete_image(state, 2)
    rows = client.get("/undo/list/").json()
    assert [(row["instance"], row["name"], row["date"]) for row in rows] == [
        ("image", "1.jpg", "2026-11-21 07:00:01"),
        ("annotation", "-", "2026-11-21 07:00:00.147000"),
    ]
    assert client.get("/undo/list/?type=bogus").json() == []
    assert len(client.get("/undo/list/?limit=0").json()) == 1


def test_tasks_hide_their_dates_and_log_in_local_time(state, client):
    task = chores.add_task(state, "Scanning street", dataset_id=1)
    chores.log(state, task, "Lost", "WARNING")
    chores.progress(state, task, 55.5)
    assert client.get("/tasks/").json() == [
        {
            "id": 1,
            "group": "Directory Image Scan",
            "name": "Scanning street",
            "completed": False,
            "progress": 55.0,
            "errors": 0,
            "warnings": 1,
        }
    ]
    assert client.get("/tasks/1/logs").json() == {"logs": ["[21-11-2026 07:00:00] [WARNING] Lost"]}


def test_exports_appear_after_their_tasks_claim_to_be_complete(state, client):
    chores.export(state, 1, written=False)
    assert client.get("/tasks/").json()[0]["completed"] is True
    assert client.get("/dataset/1/exports").json() == []
    chores.write_exports(state)
    assert client.get("/dataset/1/exports").json() == [{"id": 1, "ago": "", "tags": ["COCO"]}]
    shown = client.get("/export/1").json()
    assert (shown["created_at"], shown["dataset_id"]) == ({"$date": STAMP}, 1)
    said = client.get("/export/1/download").headers["content-disposition"]
    assert re.search(r"filename=b'street'-b'COCO'.json$", said)


def test_only_the_50_newest_exports_are_listed(state, client):
    for _ in range(52):
        state.clock.advance(1)
        chores.export(state, 1)
    rows = client.get("/dataset/1/exports").json()
    assert [row["id"] for row in rows] == list(range(52, 2, -1))


def test_an_export_invents_what_it_says_of_images(state, client):
    work.annotate(state, 1, "admin", [(1, {"segmentation": SQUARE})])
    chores.export(state, 1)
    (exported,) = client.get("/export/1/download").json()["images"]
    (whole,) = client.get("/dataset/1/coco").json()["images"]
    assert (exported["annotated"], whole["annotated"]) == (False, True)
    (row,) = client.get("/image/1/coco").json()["annotations"]
    assert not {"keypoints", "events", "deleted"} & row.keys()
