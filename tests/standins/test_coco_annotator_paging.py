"""How a COCO Annotator pages, sorts and filters, and what gets lost on the way."""

import httpx
import pytest

from etl.standins.coco_annotator import CocoAnnotator, catalogue

INTERNAL = {"message": "Internal Server Error"}


@pytest.fixture(scope="module")
def platform():
    """Serve 120 images, of which 60 are called the same; ids 4 and 5 are not plain."""
    with CocoAnnotator() as platform:
        state = platform.state
        catalogue.add_dataset(state, "street", categories=[1])
        catalogue.add_category(state, "car")
        for number in range(60):
            catalogue.add_image(state, 1, f"train/{number:03}.jpg", num_annotations=number % 3)
            catalogue.add_image(state, 1, f"val/{number:03}/same.jpg", metadata={"k": 1})
        state.edit("images", 4, annotated=True, category_ids=[6])
        state.edit("images", 5, annotated=True, category_ids=[7])
        yield platform


@pytest.fixture(scope="module")
def client(platform):
    auth = (platform.username, platform.password)
    with httpx.Client(base_url=f"{platform.url}/api", auth=auth) as client:
        yield client


def data(client, **params):
    return client.get("/dataset/1/data", params=params).json()


def ids(answer):
    return [row["id"] for row in answer["images"]]


def walked(client, **params):
    pages = (data(client, page=page, limit=10, **params) for page in range(1, 13))
    return [number for page in pages for number in ids(page)]


# Images of all datasets


def test_images_count_pages_from_1_when_asked_and_from_0_when_told(client):
    answer = client.get("/image/?per_page=60&page=3&order=-id&limit=1&id__gt=9").json()
    shown = {name: answer[name] for name in ("total", "pages", "page", "fields", "per_page")}
    assert shown == {"total": 120, "pages": 3, "page": 2, "fields": None, "per_page": 60}
    assert answer["images"] == []
    assert ids(client.get("/image/?per_page=50").json()) == list(range(1, 51))
    assert len(ids(client.get("/image/?per_page=100000").json())) == 120


def test_images_are_shown_whole_or_as_asked(platform, client):
    assert client.get("/image/?per_page=200").json()["images"] == platform.state.truth("images")
    answer = client.get("/image/?fields=file_name,bogus&per_page=1").json()
    assert answer["images"] == [{"id": 1, "file_name": "000.jpg"}]


@pytest.mark.parametrize(
    "query",
    ["per_page=0", "page=0", "page=-1", "fields=id,,path", "per_page=9223372036854775808"],
)
def test_impossible_pages_of_images_are_500(client, query):
    answer = client.get(f"/image/?{query}")
    assert (answer.status_code, answer.json()) == (500, INTERNAL)


def test_a_negative_page_size_is_as_good_as_a_positive_one(client):
    answer = client.get("/image/?per_page=-3").json()
    assert (ids(answer), answer["pages"]) == ([1, 2, 3], -39)


# Images of one dataset


def test_a_dataset_shows_its_images_in_brief(client):
    answer = data(client, order="id", limit=1)
    assert answer["images"] == [
        {
            "id": 1,
            "file_name": "000.jpg",
            "annotated": False,
            "annotating": [],
            "num_annotations": 0,
        }
    ]
    assert answer["categories"] == [{"id": 1, "name": "car"}]
    assert (answer["directory"], answer["subdirectories"]) == (
        "/datasets/street/",
        ["train", "val"],
    )
    assert answer["dataset"]["owner"] == "admin"


def test_pages_of_a_dataset_are_one_too_many_and_empty_past_the_end(client):
    answer = data(client, limit=40, page=9)
    assert (answer["pages"], answer["page"], answer["images"]) == (4, 8, [])
    assert len(data(client, limit=-5)["images"]) == 5


def test_the_default_order_loses_rows_with_equal_names_and_doubles_others(client):
    found = walked(client)
    assert len(found) == 120
    assert len(set(found)) < 120
    names = [row["file_name"] for row in data(client, limit=120)["images"]]
    assert names == sorted(names)


@pytest.mark.parametrize("order", ["annotated", "num_annotations", "bogus", "+id", "id,file_name"])
def test_ties_and_unknown_orders_lose_rows(client, order):
    assert len(set(walked(client, order=order))) < 120


def test_ordering_by_id_loses_nothing(client):
    assert walked(client, order="id") == walked(client, order="") == list(range(1, 121))
    assert walked(client, order="-id") == list(range(120, 0, -1))


def test_a_keyset_walk_reaches_every_image(client):
    found, last = [], 0
    while rows := ids(data(client, order="id", limit=50, id__gt=last)):
        found, last = found + rows, rows[-1]
    assert found == list(range(1, 121))


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        ({"id__gt": 100}, 20),
        ({"pk__lte": 3}, 3),
        ({"id": 5}, 1),
        ({"id__ne": 5}, 119),
        ({"id__in": "56"}, 2),
        ({"annotated": "True"}, 2),
        ({"annotated": "false"}, 118),
        ({"annotated": "1"}, 0),
        ({"num_annotations__gt": 1}, 20),
        ({"category_ids__in": "6,8"}, 119),
        ({"category_ids__in": "6,8", "annotated": "true"}, 1),
        ({"category_ids__in": "6,8", "annotated": "false"}, 118),
        ({"category_ids": "6"}, 0),
        ({"category_ids__all": "6"}, 0),
        ({"metadata__k": "1"}, 0),
        ({"file_name__startswith": "same"}, 60),
        ({"file_name__icontains": "SAME"}, 60),
        ({"file_name__regex": "^0[01]"}, 20),
        ({"path__contains": "/train/00"}, 10),
        ({"date_captured__exists": "false"}, 120),
        ({"deleted": "true"}, 0),
        ({"bogus": "1"}, 0),
        ({"date_annotated__gt": "2026"}, 0),
        ({"_id__gt": "1"}, 0),
        ({"folder": "train"}, 60),
        ({"folder": "/train/"}, 60),
    ],
)
def test_filters_are_lookups_and_typos_look_like_nothing(client, filters, total):
    assert data(client, **filters)["total"] == total


def test_the_first_of_repeated_arguments_wins(client):
    answer = client.get("/dataset/1/data?id__gt=100&id__gt=110&limit=1&limit=2").json()
    assert (answer["total"], len(answer["images"])) == (20, 1)


@pytest.mark.parametrize(
    "query",
    [
        *("id__in=5,6", "id__gt=abc", "num_annotations__gt=x", "id__mod=2", "events__size=1"),
        *("__raw__=1", "limit=0", "page=0", "page=-1"),
    ],
)
def test_filters_of_the_wrong_type_are_500(client, query):
    answer = client.get(f"/dataset/1/data?{query}")
    assert (answer.status_code, answer.json()) == (500, INTERNAL)


def test_folders_must_be_there_wherever_they_are(client):
    answer = client.get("/dataset/1/data?folder=test")
    assert (answer.status_code, answer.json()) == (400, {"message": "Directory does not exist."})
    above = data(client, folder="..")
    assert (above["total"], above["subdirectories"]) == (0, ["street"])


def test_images_outside_the_directory_vanish_here_but_not_elsewhere():
    with CocoAnnotator() as platform:
        catalogue.add_dataset(platform.state, "a")
        catalogue.add_image(platform.state, 1, "1.jpg")
        catalogue.move_directory(platform.state, 1, "/mnt/a/")
        auth = (platform.username, platform.password)
        with httpx.Client(base_url=f"{platform.url}/api", auth=auth) as client:
            assert data(client)["total"] == 0
            assert client.get("/image/").json()["total"] == 1
            catalogue.lose_directory(platform.state, 1)
            assert client.get("/dataset/1/data").status_code == 400


# Datasets and categories: three endpoints, three behaviours past the end


def test_pages_of_datasets_count_from_1_and_break_past_the_end(client):
    answer = client.get("/dataset/data?page=0").json()
    expected = {"start": 0, "end": 1, "pages": 1, "page": 0, "total": 1, "showing": 1}
    assert answer["pagination"] == expected
    row = answer["datasets"][0]
    assert (row["numberImages"], row["numberAnnotated"], row["first_image_id"]) == (120, 2, 1)
    for query in ("page=3", "limit=0", "limit=-1"):
        assert client.get(f"/dataset/data?{query}").status_code == 500


def test_pages_of_categories_are_clamped_past_the_end(client):
    answer = client.get("/category/data?page=7").json()
    assert (answer["page"], answer["pagination"]["page"], answer["categories"]) == (7, 1, [])
    assert client.get("/category/data?limit=0").status_code == 500
