"""Numbers first: a good mirror is proven by few requests, a wrong one read where it is wrong."""

from math import log2

import pytest

from annotators import KINDS, PLATFORM, asks, ids, run, source, table, well
from etl import verify
from etl.cli.build import choose
from etl.job import Job
from etl.platforms.coco_annotator import checking
from etl.standins.coco_annotator import catalogue, work


def look(session, server, *streams, **settings):
    ours = source(**settings)
    job = Job(ours, PLATFORM, server, choose(PLATFORM, ours, streams))
    found = {v.stream: v for v in verify.run([job], session, run_id=None)}
    assert {name: v.error for name, v in found.items()} == dict.fromkeys(found)
    return found


def named(verdicts):
    return sorted((d.kind.value, d.root) for v in verdicts.values() for d in v.differences)


@pytest.fixture
def large(server):
    """Three thousand more images, in a dataset of their own, and then some in the first one."""
    many = catalogue.add_dataset(server.state, "many")["id"]
    for number in range(3_000):
        catalogue.add_image(server.state, many, f"{number:05}.jpg")
    catalogue.add_image(server.state, 1, "last.jpg")
    return server


def change(session, sql, *values):
    with session.transaction():
        session.run(sql, values)


def test_a_good_mirror_costs_a_request_a_dataset_and_one_for_annotations(
    mirror, large, monkeypatch
):
    monkeypatch.setattr(checking, "FEW", 0)
    well(run(mirror, large, page_size=1000))
    found = look(mirror, large, "images", "annotations", page_size=1000)
    assert named(found) == []
    # Who we are, the datasets, how many images there are, and a count for each of the four.
    assert (found["images"].requests, found["annotations"].requests) == (3 + 4, 1)
    assert (found["images"].counts.read, found["annotations"].counts.read) == (0, 0)


@pytest.mark.parametrize("place", [0, 700, 1500, 2999])
def test_one_image_that_is_missing_is_found_by_halving(mirror, large, place):
    well(run(mirror, large, page_size=50))
    key = ids(mirror, "images")[60 + place]
    change(mirror, f"DELETE FROM {table('images')} WHERE id = ?", key)
    found = look(mirror, large, "images", page_size=50)
    assert named(found) == [("missing", key)]
    asked = found["images"].requests
    assert asked <= 2 * (2 * log2(3000 / 50) + 10 + log2(3000 / 50)) + 6  # all of it twice
    assert found["images"].counts.read <= 50


def test_images_deleted_and_added_at_the_source_are_found_by_halving(mirror, large):
    well(run(mirror, large, page_size=50))
    catalogue.delete_image(large.state, 1000)
    new = catalogue.add_image(large.state, 1, "new.jpg")["id"]
    found = look(mirror, large, "images", page_size=50)
    assert named(found) == [("extra", 1000), ("missing", new)]
    assert found["images"].counts.read <= 150


def test_where_much_is_wrong_everything_is_read(mirror, large):
    well(run(mirror, large, page_size=50))
    change(mirror, f"DELETE FROM {table('images')} WHERE id % 7 = 0")
    found = look(mirror, large, "images", page_size=50)["images"]
    assert len(found.differences) > 400
    most = 2 * (3_000 // 50 + checking.SPARE + 10) + 2 * (2 * 3_000 // 50 + 20)
    assert found.requests <= most  # looked for twice, and read twice


def test_what_outweighs_itself_in_a_dataset_is_left_to_content(mirror, large):
    well(run(mirror, large, page_size=50))
    catalogue.delete_image(large.state, 1000)
    catalogue.add_image(large.state, 4, "new.jpg")
    # Both in dataset 4: its number is what it was.
    assert named(look(mirror, large, "images", page_size=50)) == []


def test_images_of_a_deleted_dataset_are_compared_by_their_sum(mirror, large):
    catalogue.delete_dataset(large.state, 2)
    well(run(mirror, large, page_size=50))
    found = look(mirror, large, "images", page_size=50)
    assert (named(found), found["images"].counts.read) == ([], 0)
    (key, *_) = [r["id"] for r in large.state.truth("images") if r["dataset_id"] == 2]
    change(mirror, f"DELETE FROM {table('images')} WHERE id = ?", key)
    found = look(mirror, large, "images", page_size=50)
    assert named(found) == [("missing", key)]


def test_exports_that_are_known_are_not_asked_for(mirror, server):
    well(run(mirror, server))
    found = look(mirror, server, "exports")
    assert (named(found), found["exports"].counts.read) == ([], 0)
    (gone, *_) = ids(mirror, "exports")
    change(mirror, f"DELETE FROM {table('exports')} WHERE id = ?", gone)
    server.paths()
    assert named(look(mirror, server, "exports")) == [("missing", gone)]
    assert set(server.paths()) >= {f"/api/export/{gone}"}


def test_images_whose_folder_was_moved_are_not_gone(mirror, server):
    well(run(mirror, server))
    catalogue.move_directory(server.state, 2, "/elsewhere/")
    assert named(look(mirror, server, "images")) == []


def test_a_dataset_whose_folder_is_lost_is_read_whole(mirror, server):
    well(run(mirror, server))
    catalogue.lose_directory(server.state, 2)
    found = look(mirror, server, "images")
    assert (named(found), found["images"].counts.read > 0) == ([], True)


def test_annotations_that_are_missing_have_all_of_them_read(mirror, server):
    well(run(mirror, server))
    change(mirror, f"DELETE FROM {table('annotations')} WHERE id = ?", 7)
    found = look(mirror, server, "annotations")
    assert named(found) == [("missing", 7)]


def test_an_annotation_moved_to_another_category_shows_in_the_numbers(mirror, server):
    well(run(mirror, server))
    row = server.state.annotations.get(7)
    other = 1 if row["category_id"] != 1 else 2
    work.put_annotation(server.state, 7, other)
    assert named(look(mirror, server, "annotations")) == [("stale", 7)]


def test_annotations_of_no_category_which_nobody_counts_have_all_of_them_read(
    mirror, server, monkeypatch
):
    monkeypatch.setattr(checking, "FEW", 0)
    work.put_annotation(server.state, 7, None)
    server.state.edit("annotations", 7, category_id=None)
    well(run(mirror, server))
    change(mirror, f"UPDATE {table('annotations')} SET area = 4711 WHERE id = ?", 7)
    assert named(look(mirror, server, "annotations")) == [("different", 7)]


def test_a_restricted_mirror_is_read_whole(mirror, server):
    settings = {"parts": ("street",)}
    well(run(mirror, server, **settings))
    found = look(mirror, server, **settings)
    assert (named(found), {v.outcome for v in found.values()}) == ([], {"ok"})
    assert found["images"].counts.read > 0


def test_one_who_is_no_administrator_is_not_told_that_the_rest_is_extra(mirror, server):
    well(run(mirror, server))
    server.state.users["admin"]["is_admin"] = False
    for dataset in server.state.datasets.rows.values():
        dataset["owner"] = "somebody"
    found = look(mirror, server, "images", "annotations")
    assert [d for v in found.values() for d in v.differences if d.kind == "extra"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_an_image_that_comes_while_it_is_looked_for_does_no_harm(mirror, server, kind):
    well(run(mirror, server))
    server.meanwhile.append(
        (asks("/api/dataset/1/data"), lambda: catalogue.add_image(server.state, 1, "new.jpg"))
    )
    found = look(mirror, server, kind)
    assert {d.kind for v in found.values() for d in v.differences} <= {"missing", "stale"}
