"""Not one image is lost, whatever happens while they are read."""

import json

import pytest

from annotators import Annotator, asks, assert_mirrored, ids, living, run, tombstones, well, written
from etl.standins.coco_annotator import catalogue, work


@pytest.fixture
def server():
    """A dataset of 170 images, 150 of which have the same name."""
    server = Annotator()
    catalogue.add_dataset(server.state, "street", categories=[1])
    catalogue.add_category(server.state, "car")
    for number in range(150):
        catalogue.add_image(server.state, 1, f"{number:03}/same.jpg")
    for number in range(20):
        catalogue.add_image(server.state, 1, f"train/{number:03}.jpg")
    yield server
    assert server.side_effects == []


@pytest.fixture
def state(server):
    return server.state


def page(number):
    """Make a condition: the request for a page of documents."""
    return asks("/api/image/", page=number, per_page=20)


def delete(state, *keys):
    return lambda: [catalogue.delete_image(state, key) for key in keys]


def undo(state, *keys):
    return lambda: [catalogue.undo(state, "images", key) for key in keys]


def images(session, server, **settings):
    return well(run(session, server, "datasets", "images", **settings))["images"]


@pytest.mark.parametrize("size", [7, 17, 20, 50, 85, 170, 1000])
def test_equal_names_in_many_folders_lose_nothing(mirror, server, state, size):
    counts = images(mirror, server, page_size=size).counts
    assert (counts.read, counts.inserted) == (170, 170)
    assert_mirrored(mirror, state, "images")


def test_the_order_is_by_id_and_pages_are_read_backwards(mirror, server):
    images(mirror, server)
    asked = [(r.path, dict(r.params)) for r in server.asked]
    listing = [p for path, p in asked if path == "/api/dataset/1/data"]
    assert {p["order"] for p in listing} == {"id"}
    assert [p["id__gt"] for p in listing] == list(range(0, 170, 20))
    pages = [p["page"] for path, p in asked if path == "/api/image/"]
    assert pages == [1, 9, 8, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("number", range(1, 10))
def test_deletions_during_the_walk_lose_no_other_image(mirror, server, state, number):
    images(mirror, server)
    server.meanwhile.append((page(number), delete(state, 2, 60, 61, 100, 169)))
    images(mirror, server)
    images(mirror, server)
    assert tombstones(mirror, "images").keys() == {2, 60, 61, 100, 169}
    assert_mirrored(mirror, state, "images")


def test_deletions_before_every_request_lose_no_other_image(mirror, server, state):
    doomed = iter(range(1, 171, 3))

    def act():
        catalogue.delete_image(state, next(doomed))
        server.meanwhile.append((lambda _request: True, act))

    server.meanwhile.append((lambda _request: True, act))
    images(mirror, server)
    server.meanwhile.clear()
    assert {row["id"] for row in living(state, "images")} <= set(ids(mirror, "images"))
    images(mirror, server)
    assert_mirrored(mirror, state, "images")


def test_deletions_while_ids_are_listed_lose_no_other_image(mirror, server, state):
    server.meanwhile.append((asks("/api/dataset/1/data", id__gt=60), delete(state, 5, 6, 7, 90)))
    images(mirror, server)
    assert_mirrored(mirror, state, "images")


@pytest.mark.parametrize("number", range(1, 10))
def test_an_undo_during_the_walk_hides_no_image(mirror, server, state, number):
    delete(state, 1, 2, 3)()
    images(mirror, server)
    server.meanwhile.append((page(number), undo(state, 1, 2, 3)))
    images(mirror, server)
    assert tombstones(mirror, "images") == {}
    images(mirror, server)
    assert_mirrored(mirror, state, "images")


@pytest.mark.parametrize("number", range(1, 10))
def test_an_undo_hides_no_image_of_a_deleted_dataset(mirror, server, state, number):
    catalogue.delete_dataset(state, 1)
    delete(state, 1, 2, 3)()
    images(mirror, server)
    server.meanwhile.append((page(number), undo(state, 1, 2, 3)))
    images(mirror, server)
    assert tombstones(mirror, "images") == {}
    images(mirror, server)
    assert_mirrored(mirror, state, "images")


def test_an_undo_that_hides_an_image_is_found_by_its_id_in_another_pass(mirror, server, state):
    delete(state, 1)()
    images(mirror, server)
    server.paths()
    server.meanwhile.append((page(8), undo(state, 1)))  # image 161 moves to page 9, read before
    images(mirror, server)
    pages = [r.params["page"] for r in server.asked if r.path == "/api/image/"]
    assert pages == [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 9]
    assert_mirrored(mirror, state, "images")


@pytest.mark.parametrize("number", [9, 5, 1])
def test_images_added_during_the_walk_come_along_with_one_more_page(mirror, server, state, number):
    def insert():
        for new in range(5):
            catalogue.add_image(state, 1, f"aaa/{new}.jpg")

    server.meanwhile.append((page(number), insert))
    images(mirror, server)
    assert_mirrored(mirror, state, "images")


def test_a_dataset_deleted_during_the_walk_takes_no_image_along(mirror, server, state):
    server.meanwhile.append((page(4), lambda: catalogue.delete_dataset(state, 1)))
    for _ in range(3):
        images(mirror, server)
    assert_mirrored(mirror, state, "images")


def test_an_image_erased_during_the_walk_is_no_lost_one(mirror, server, state):
    server.meanwhile.append((page(4), lambda: catalogue.erase(state, "images", 33)))
    images(mirror, server)
    assert 33 not in ids(mirror, "images")


def test_images_that_are_listed_but_never_given_are_an_error_and_nothing_is_concluded(
    mirror, server, state
):
    images(mirror, server)
    delete(state, 8)()

    def hide(path, body):
        if path != "/api/image/":
            return body
        said = json.loads(body)
        said["images"] = [one for one in said["images"] if one["id"] != 77]
        return json.dumps(said).encode()

    server.spoil = hide
    report = run(mirror, server, "datasets", "images")["images"]
    assert report.outcome == "failed"
    assert report.error.endswith(": 1 images are listed but not given, such as 77")
    assert tombstones(mirror, "images") == {}


def test_a_server_that_counts_more_than_it_gives_has_nothing_concluded_of_it(mirror, server, state):
    images(mirror, server)
    delete(state, 8)()
    server.spoil = lambda path, body: (
        body.replace(b'"total": 169', b'"total": 171') if path == "/api/image/" else body
    )
    images(mirror, server)
    assert tombstones(mirror, "images") == {}


def test_a_server_that_ignores_the_filter_is_found_out(mirror, server):
    server.spoil = lambda path, body: (
        body.replace(b'"id": 21,', b'"id": 1,') if path == "/api/dataset/1/data" else body
    )
    report = run(mirror, server, "datasets", "images")["images"]
    assert report.outcome == "failed"
    assert "filter ignored" in report.error


def test_a_bare_nan_in_an_image_spoils_nothing(mirror, server, state):
    state.edit("images", 50, metadata={"score": float("nan")})
    state.edit("datasets", 1, default_annotation_metadata={"score": float("nan")})
    state.edit("categories", 1, metadata={"score": float("inf")})
    work.post_annotation(state, 50, 1, metadata={"score": float("nan")})
    for _ in range(2):
        well(run(mirror, server))
    assert sorted(ids(mirror, "images")) == list(range(1, 171))
    assert ids(mirror, "annotations") == [1]


def test_what_only_looking_at_an_image_changes_is_not_written(mirror, server, state):
    images(mirror, server)
    work.open_image(state, 5)
    catalogue.draw_thumbnail(state, 6)
    assert written({"images": images(mirror, server)}) == 0


def test_an_older_server_that_tells_no_dates_has_tombstones_of_today(mirror, server, state):
    images(mirror, server)
    delete(state, 4)()
    for said in (b"[{}]", b'{"message": "no"}', b'[{"id": 4, "date": "soon"}]', b"oops"):
        server.spoil = lambda path, body, said=said: said if path == "/api/undo/list/" else body
        images(mirror, server)
    assert tombstones(mirror, "images").keys() == {4}
