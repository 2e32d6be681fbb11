"""Accounts that do not see all, and mirrors restricted to a part: nothing else is concluded."""

import pytest

from annotators import (
    assert_mirrored,
    expected,
    ids,
    living,
    run,
    table,
    tombstones,
    well,
)
from etl.standins.coco_annotator import catalogue, chores, work
from mirror import live

STREET, HARBOUR, FIELDS = 1, 2, 3


def of(state, kind, *datasets):
    return [row["id"] for row in living(state, kind) if row["dataset_id"] in datasets]


@pytest.fixture
def member(server, state):
    """An account that is shown two of the three datasets."""
    state.add_user("mo", "secret")
    for key in (STREET, HARBOUR):
        catalogue.change_dataset(state, key, users=["mo"])
    server.username = "mo"
    return server


# Accounts


def test_a_member_mirrors_what_is_shared(session, member, state):
    reports = well(run(session, member))
    assert ids(session, "datasets") == [STREET, HARBOUR]
    for kind in ("images", "annotations"):
        assert ids(session, kind) == of(state, kind, STREET, HARBOUR)
    assert reports["exports"].requests == 2  # refused: only owners may
    assert ids(session, "exports") == []
    assert_mirrored(session, state, "tasks")


def test_a_member_is_told_of_other_members_without_their_ids(mirror, member, state):
    run(mirror, member)
    members = {"mo"} | {state.datasets.get(key)["owner"] for key in (STREET, HARBOUR)}
    wanted = [
        expected("users", row) | {"oid": None}
        for row in state.truth("users")
        if row["username"] in members
    ]
    found = live(mirror, table("users"))
    for row in found:
        del row["online"], row["last_seen"]
    assert found == sorted(wanted, key=lambda row: row["id"])


def test_a_member_runs_idle_too(mirror, member):
    run(mirror, member)
    reports = run(mirror, member)
    assert (
        sum(r.counts.inserted + r.counts.updated + r.counts.deleted for r in reports.values()) == 0
    )


def test_a_member_notices_deletions_in_what_is_shared(mirror, member, state):
    run(mirror, member)
    image, annotation = of(state, "images", STREET)[0], of(state, "annotations", HARBOUR)[0]
    catalogue.delete_image(state, image)
    catalogue.erase(state, "annotations", annotation)
    well(run(mirror, member))
    assert tombstones(mirror, "images").keys() == {image}
    assert annotation in tombstones(mirror, "annotations")


def test_what_is_shared_no_longer_is_not_gone(session, member, state):
    run(session, member)
    before = {kind: ids(session, kind) for kind in ("datasets", "images", "annotations")}
    catalogue.change_dataset(state, HARBOUR, users=[])
    for _ in range(2):
        well(run(session, member))
        assert {kind: ids(session, kind) for kind in before} == before


@pytest.mark.parametrize("path", ["/api/image/", "/api/annotation/", "/api/dataset/2/data"])
def test_what_ceases_to_be_shared_during_the_run_is_not_gone(mirror, member, state, path):
    run(mirror, member)
    before = {kind: ids(mirror, kind) for kind in ("datasets", "images", "annotations")}
    member.meanwhile.append(
        (lambda r: r.path == path, lambda: catalogue.change_dataset(state, HARBOUR, users=[]))
    )
    run(mirror, member)
    assert {kind: ids(mirror, kind) for kind in before} == before


def test_one_who_is_shown_nothing_any_more_concludes_nothing(mirror, member, state):
    run(mirror, member)
    before = {kind: ids(mirror, kind) for kind in ("datasets", "categories", "images", "users")}
    for key in (STREET, HARBOUR):
        catalogue.change_dataset(state, key, users=[])
    well(run(mirror, member))
    assert {kind: ids(mirror, kind) for kind in before} == before


def test_a_shared_dataset_that_was_deleted_is_a_tombstone_by_its_date(mirror, member, state):
    run(mirror, member)
    catalogue.delete_dataset(state, HARBOUR)
    well(run(mirror, member))
    assert tombstones(mirror, "datasets") == {HARBOUR: "2026-11-21 12:00:00.000000"}


def test_a_member_who_becomes_owner_is_told_of_exports(mirror, member, state):
    catalogue.change_dataset(state, STREET, owner="mo")
    chores.export(state, STREET)
    well(run(mirror, member))
    wanted = [row["id"] for row in state.truth("exports") if row["dataset_id"] == STREET]
    assert ids(mirror, "exports") == wanted


def test_anonymous_sees_all_but_the_people(mirror, server, state):
    state.login_disabled, server.username = True, None
    well(run(mirror, server))
    kinds = ("datasets", "categories", "images", "annotations", "exports", "tasks")
    assert_mirrored(mirror, state, *kinds)
    owners = {row["owner"] for row in state.truth("datasets")}
    assert owners <= set(ids(mirror, "users"))


# Restrictions


@pytest.mark.parametrize("named", ["street", 1, "1"])
def test_a_mirror_of_one_dataset_knows_nothing_of_the_others(session, server, state, named):
    well(run(session, server, parts=(named,)))
    assert ids(session, "datasets") == [STREET]
    for kind in ("images", "annotations"):
        assert ids(session, kind) == of(state, kind, STREET)


def test_an_only_dataset_by_name_takes_nothing_from_deleted_ones(mirror, server, state):
    catalogue.delete_dataset(state, HARBOUR)
    catalogue.delete_dataset(state, FIELDS)
    well(run(mirror, server, parts=("street",)))
    assert ids(mirror, "images") == of(state, "images", STREET)
    assert ids(mirror, "annotations") == of(state, "annotations", STREET)


def test_a_restriction_made_later_deletes_nothing(mirror, server, state):
    run(mirror, server)
    before = {kind: ids(mirror, kind) for kind in ("datasets", "images", "annotations")}
    well(run(mirror, server, parts=("street",)))
    assert {kind: ids(mirror, kind) for kind in before} == before


def test_a_restricted_mirror_notices_deletions_in_its_part(mirror, server, state):
    run(mirror, server, parts=("street",))
    image, annotation = of(state, "images", STREET)[0], of(state, "annotations", STREET)[-1]
    catalogue.delete_image(state, image)
    catalogue.erase(state, "annotations", annotation)
    well(run(mirror, server, parts=("street",)))
    assert tombstones(mirror, "images").keys() == {image}
    assert annotation in tombstones(mirror, "annotations")


def matching(state, wanted):
    images = {row["id"] for row in living(state, "images") if wanted(row)}
    rows = living(state, "annotations")
    return sorted(images), [row["id"] for row in rows if row["image_id"] in images]


FILTERS = {
    "annotated": ({"annotated": True}, lambda row: row["annotated"]),
    "not annotated": ({"annotated": False}, lambda row: not row["annotated"]),
    "folder": ({"folder": "train"}, lambda row: "/train/" in row["path"]),
    "categories": ({"categories": ("car", 4)}, lambda row: {1, 4} & {*row["category_ids"]}),
}


@pytest.mark.parametrize(("options", "wanted"), FILTERS.values(), ids=FILTERS)
def test_filters_on_images_hold_for_their_annotations(mirror, server, state, options, wanted):
    work.save_image(state, 3, category_ids=[1])
    well(run(mirror, server, options=options))
    assert (ids(mirror, "images"), ids(mirror, "annotations")) == matching(state, wanted)
    assert 0 < len(ids(mirror, "images")) < len(living(state, "images"))


def test_an_image_that_is_filtered_out_is_not_gone(mirror, server, state):
    run(mirror, server, options={"annotated": True})
    images, annotations = ids(mirror, "images"), ids(mirror, "annotations")
    state.edit("images", images[0], annotated=False)
    well(run(mirror, server, options={"annotated": True}))
    assert (ids(mirror, "images"), ids(mirror, "annotations")) == (images, annotations)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"parts": ("street", "steet")},
            "boxes: datasets steet: not on the server, or not shown to this account; there are: f",
        ),
        ({"options": {"categories": ("care",)}}, "boxes: categories care: not on the server"),
        (
            {"options": {"categories": ("car",), "annotated": False}},
            "boxes: annotated = false leaves out every image that categories asks for",
        ),
    ],
)
def test_a_name_nobody_knows_is_a_mistake_in_the_configuration(mirror, server, settings, said):
    found = list(run(mirror, server, **settings).values())
    told = next(report.error for report in found if report.error)
    assert told.startswith(said)
    assert {report.exit_code for report in found} <= {0, 2}


def test_a_dataset_named_in_the_settings_that_is_deleted_becomes_a_tombstone(mirror, server):
    named = {"parts": ("street", "harbour")}
    well(run(mirror, server, **named))
    catalogue.delete_dataset(server.state, 2)
    found = run(mirror, server, **named)
    assert (found["datasets"].exit_code, found["users"].outcome) == (2, "ok")
    assert "datasets harbour: not on the server" in found["datasets"].error
    assert list(tombstones(mirror, "datasets")) == [2]
