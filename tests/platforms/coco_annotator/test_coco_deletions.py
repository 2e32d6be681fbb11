"""What is deleted at COCO Annotator, softly or for good, and what is brought back."""

import pytest

from annotators import Annotator, assert_mirrored, ids, living, run, table, tombstones, well
from etl.standins.coco_annotator import catalogue, work
from mirror import rows

SOON = "2026-11-21 12:01:00.000000"


def test_soft_deletions_are_tombstones_of_the_platforms_own_date(session, server, state):
    run(session, server)
    before = tombstones(session, "annotations")
    server.clock.advance(minutes=1)
    work.delete_annotation(state, 1 + max(before))
    catalogue.delete_category(state, 1)
    catalogue.delete_image(state, 3)
    catalogue.delete_dataset(state, 2)
    server.clock.advance(minutes=1)
    well(run(session, server))
    assert tombstones(session, "annotations") == before | {1 + max(before): SOON}
    assert tombstones(session, "categories").pop(1) == SOON
    assert tombstones(session, "images") == {3: SOON}
    assert tombstones(session, "datasets") == {2: SOON}
    assert_mirrored(session, state)


def test_a_hard_deletion_is_a_tombstone_of_the_day_it_was_noticed(mirror, server, state):
    run(mirror, server)
    (annotation, *_), image = ids(mirror, "annotations"), 5
    mine = {row["id"] for row in living(state, "annotations") if row["image_id"] == image}
    catalogue.erase(state, "annotations", annotation)
    catalogue.erase(state, "images", image)
    catalogue.erase(state, "categories", 1)
    catalogue.erase(state, "datasets", 3)
    well(run(mirror, server))
    assert mine | {annotation} <= tombstones(mirror, "annotations").keys()
    assert tombstones(mirror, "images").keys() == {image}
    assert tombstones(mirror, "datasets").keys() == {3}
    assert 1 in tombstones(mirror, "categories")
    assert_mirrored(mirror, state)


def test_what_was_deleted_with_an_event_buries_its_events(mirror, server, state):
    run(mirror, server)
    row = next(r for r in living(state, "annotations") if r["events"])
    catalogue.erase(state, "annotations", row["id"])
    run(mirror, server)
    events = rows(mirror, table("annotation_events"), without=(), annotation_id=row["id"])
    assert events
    assert all(event["deleted_at"] for event in events)


@pytest.mark.parametrize("kind", ["annotations", "images", "categories", "datasets"])
def test_an_undo_brings_the_row_back_though_its_date_stays(session, server, state, kind):
    run(session, server)
    key = living(state, kind)[0]["id"]
    if kind == "annotations":
        work.delete_annotation(state, key)
    else:
        {
            "images": catalogue.delete_image,
            "categories": catalogue.delete_category,
            "datasets": catalogue.delete_dataset,
        }[kind](state, key)
    run(session, server)
    assert key in tombstones(session, kind)
    catalogue.undo(state, kind, key)
    well(run(session, server))
    assert key not in tombstones(session, kind)
    (row,) = rows(session, table(kind), id=key)
    assert row["deleted_date"] == "2026-11-21 12:00:00.000000"
    assert_mirrored(session, state)


def test_orphans_stay_alive(mirror, server, state):
    run(mirror, server)
    catalogue.delete_image(state, 1)
    catalogue.erase(state, "categories", 2)
    state.edit("annotations", 9, image_id=999_999)
    well(run(mirror, server))
    assert_mirrored(mirror, state, "annotations", "images", "categories")


def test_images_and_annotations_outlive_their_deleted_dataset(mirror, server, state):
    run(mirror, server)
    catalogue.delete_dataset(state, 1)
    for _ in range(2):
        well(run(mirror, server))
        assert_mirrored(mirror, state)


def test_images_of_a_moved_or_lost_folder_are_still_there(mirror, server, state):
    catalogue.move_directory(state, 1, "/elsewhere/")
    catalogue.lose_directory(state, 2)
    for _ in range(2):
        well(run(mirror, server))
        assert_mirrored(mirror, state)


def test_a_deleted_user_and_task_are_noticed(mirror, server, state):
    run(mirror, server)
    state.delete_user("bo")
    state.collection("tasks").remove(2)
    well(run(mirror, server))
    assert tombstones(mirror, "users").keys() == {"bo"}
    assert tombstones(mirror, "tasks").keys() == {2}
    assert_mirrored(mirror, state)


def test_users_come_in_pages_though_the_server_counts_one_too_many(mirror):
    server = Annotator()
    for number in range(39):  # with the administrator, two full pages
        server.state.add_user(f"user {number}")
    for _ in range(2):
        assert well(run(mirror, server, "users"))["users"].counts.read == 40
    assert_mirrored(mirror, server.state, "users")
