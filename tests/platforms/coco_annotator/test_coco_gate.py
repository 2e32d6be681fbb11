"""Above a size, annotations are read image by image, and whole once a day."""

import pytest

from annotators import assert_mirrored, ids, living, run, table, tombstones, well, written
from etl.platforms.coco_annotator import annotating
from etl.standins.coco_annotator import catalogue, seed, work
from mirror import dump, rows

WHOLE = "/api/annotation/"


@pytest.fixture
def server(server, monkeypatch):
    """The installation, too big to be read whole at every run, and read once."""
    monkeypatch.setattr(annotating, "WHOLE_ARRAY", 10)
    return server


@pytest.fixture
def read(server):
    """Run, and give the report of the annotations and the paths asked for them."""

    def again(session, *, outcome=well):
        server.paths()
        report = outcome(run(session, server))["annotations"]
        asked = server.paths()
        begins = asked.index("/api/category/data")
        return report, asked[begins : asked.index("/api/admin/users")]

    return again


def saved(state, key):
    """Let somebody redraw an annotation and save its image; give the image."""
    image = state.annotations.get(key)["image_id"]
    drawn = [{"id": key, "segmentation": [[0, 0, 9, 0, 9, 9]], "milliseconds": 5}]
    work.save_image(state, image, "ada", drawn, metadata={"saved": key})
    return image


def some(state, number=0):
    return living(state, "annotations")[number]["id"]


def test_the_first_run_reads_the_whole_array(session, server, state, read):
    assert WHOLE in read(session)[1]
    assert_mirrored(session, state)


def test_an_idle_run_asks_for_the_size_and_no_more(session, server, read):
    read(session)
    before = dump(session)[table("annotations")]
    report, asked = read(session)
    assert (asked, written({"annotations": report})) == (["/api/category/data"], 0)
    assert dump(session)[table("annotations")] == before


def test_an_idle_run_after_a_change_asks_for_no_more_either(session, server, state, read):
    read(session)
    saved(state, some(state))
    read(session)
    assert read(session)[1] == ["/api/category/data"]


def test_a_saved_image_has_its_annotations_refreshed_one_by_one(session, server, state, read):
    read(session)
    key = some(state)
    image = saved(state, key)
    report, asked = read(session)
    shown = {row["id"] for row in state.truth("annotations") if row["image_id"] == image}
    assert asked[:2] == ["/api/category/data", f"/api/annotator/data/{image}"]
    assert set(asked[2:]) <= {f"/api/annotation/{one}" for one in shown}
    assert report.counts.updated == 1
    assert_mirrored(session, state)


def test_new_annotations_of_new_and_old_images_come(mirror, server, state, read):
    read(mirror)
    new = catalogue.add_image(state, 1, "new.jpg")["id"]
    shape = {"segmentation": [[0, 0, 9, 0, 9, 9]], "milliseconds": 5}
    for image in (new, 2):
        work.annotate(state, image, "bo", [(1, shape), (2, shape)])
    report, asked = read(mirror)
    assert WHOLE not in asked
    assert report.counts.inserted == 2 * 2 * 2  # with an event each
    assert_mirrored(mirror, state)


def test_a_soft_deletion_in_a_saved_image_is_found_with_its_date(mirror, server, state, read):
    read(mirror)
    kept, gone = some(state), some(state, 1)
    assert state.annotations.get(kept)["image_id"] == state.annotations.get(gone)["image_id"]
    before = tombstones(mirror, "annotations")
    work.delete_annotation(state, gone)
    saved(state, kept)
    server.clock.advance(minutes=5)
    read(mirror)
    noon = "2026-11-21 12:00:00.000000"
    assert tombstones(mirror, "annotations") == before | {gone: noon}
    assert_mirrored(mirror, state)


def test_hard_deletions_in_a_saved_image_are_found(mirror, server, state, read):
    read(mirror)
    kept = some(state)
    image = state.annotations.get(kept)["image_id"]
    rest = [r["id"] for r in living(state, "annotations") if r["image_id"] == image][1:]
    for key in rest:
        catalogue.erase(state, "annotations", key)
    saved(state, kept)
    read(mirror)
    assert set(rest) <= tombstones(mirror, "annotations").keys()
    assert_mirrored(mirror, state)


def test_a_known_annotation_that_lost_its_category_is_refreshed_too(mirror, server, state, read):
    read(mirror)
    kept, bare = some(state), some(state, 1)
    work.put_annotation(state, bare)
    saved(state, kept)
    read(mirror)
    (row,) = rows(mirror, table("annotations"), id=bare)
    assert row["category_id"] is None
    assert_mirrored(mirror, state)


def test_an_image_that_is_gone_meanwhile_takes_its_annotations_along(mirror, server, state, read):
    read(mirror)
    image = saved(state, some(state))
    mine = [r["id"] for r in living(state, "annotations") if r["image_id"] == image]
    server.meanwhile.append(
        (
            lambda r: r.path == f"/api/annotator/data/{image}",
            lambda: catalogue.erase(state, "images", image),
        )
    )
    read(mirror)
    assert set(mine) <= tombstones(mirror, "annotations").keys()


def test_an_annotation_erased_between_two_requests_spoils_nothing(mirror, server, state, read):
    read(mirror)
    key = some(state)
    image = saved(state, key)
    server.meanwhile.append(
        (
            lambda r: r.path == f"/api/annotation/{key}",
            lambda: catalogue.erase(state, "annotations", key),
        )
    )
    read(mirror)
    assert key in tombstones(mirror, "annotations")
    assert_mirrored(mirror, state, "annotations")
    assert image


def test_a_day_of_work_is_caught_but_for_what_leaves_no_trace(mirror, server, state, read):
    read(mirror)
    silent = some(state, 30)
    work.put_annotation(state, silent)
    seed.work_a_while(state)
    read(mirror)
    server.clock.advance(hours=23)
    assert WHOLE not in read(mirror)[1]
    server.clock.advance(hours=2)
    assert WHOLE in read(mirror)[1]
    assert_mirrored(mirror, state)


def test_the_day_is_the_servers_and_begins_with_each_whole_reading(mirror, server, read):
    taken = []
    for _ in range(6):
        taken.append(WHOLE in read(mirror)[1])
        server.clock.advance(hours=9)
    assert taken == [True, False, False, True, False, False]


def test_many_changed_images_are_cheaper_whole(mirror, server, state, read, monkeypatch):
    monkeypatch.setattr(annotating, "FEW_IMAGES", 2)
    read(mirror)
    for number in (0, 20, 40):
        saved(state, some(state, number))
    assert WHOLE in read(mirror)[1]
    assert read(mirror)[1] == ["/api/category/data"]
    assert_mirrored(mirror, state)


def test_a_run_that_breaks_off_is_made_up_for_by_the_next(mirror, server, state, read):
    read(mirror)
    keys = [some(state, number) for number in (0, 20, 40)]
    images = [saved(state, key) for key in keys]
    server.spoil = lambda path, body: b"{" if path == f"/api/annotator/data/{images[1]}" else body
    report, _ = read(mirror, outcome=dict)
    assert (report.outcome, report.counts.updated) == ("failed", 1)
    server.spoil = lambda _path, body: body
    read(mirror)
    assert_mirrored(mirror, state)


@pytest.mark.parametrize("of", ["/api/annotator/data/{image}", "/api/annotation/{key}"])
@pytest.mark.parametrize("body", [b"{", b"{}", b"5", b'{"categories": 5}', b'{"id": "x"}'])
def test_no_odd_answer_deletes_anything(mirror, server, of, body):
    run(mirror, server)
    key, before = some(server.state), ids(mirror, "annotations")
    odd = of.format(image=saved(server.state, key), key=key)
    server.spoil = lambda path, usual: body if path == odd else usual
    run(mirror, server)
    assert ids(mirror, "annotations") == before


def test_what_is_gone_from_many_images_is_refused_as_a_whole(mirror, server, state, read):
    shape = {"segmentation": [[0, 0, 9, 0, 9, 9]], "milliseconds": 5}
    images = [catalogue.add_image(state, 1, f"more{n}.jpg")["id"] for n in range(5)]
    for image in images:
        work.annotate(state, image, "bo", [(1, shape)] * 30)
    run(mirror, server)
    before = ids(mirror, "annotations")
    for image in images:
        mine = [r["id"] for r in living(state, "annotations") if r["image_id"] == image]
        saved(state, mine[0])
        for key in mine[1:]:
            catalogue.erase(state, "annotations", key)
    for _ in range(2):
        report = run(mirror, server, trusting=False)["annotations"]
        assert (report.outcome, report.counts.deleted) == ("refused", 0)
        assert "145 of" in report.error
        assert ids(mirror, "annotations") == before
    read(mirror)
    assert_mirrored(mirror, state)


def test_what_lies_in_an_image_that_is_hidden_meanwhile_is_not_gone(mirror, server, state):
    state.add_user("guest", "secret")
    for dataset in state.datasets.rows.values():
        dataset["users"] = ["guest"]
    server.username = "guest"
    well(run(mirror, server))
    key = some(state)
    image, before = saved(state, key), tombstones(mirror, "annotations")
    hidden = state.images.get(image)["dataset_id"]
    server.meanwhile.append(
        (
            lambda r: r.path == f"/api/annotator/data/{image}",
            lambda: state.datasets.get(hidden).update(users=[]),
        )
    )
    well(run(mirror, server))
    assert server.meanwhile == []
    assert tombstones(mirror, "annotations") == before


def test_records_set_aside_stay_so_until_they_are_read_again(mirror, server, state, read):
    first, other = some(state), some(state, 20)
    state.edit("annotations", first, area="big")
    run(mirror, server)
    saved(state, other)
    well(run(mirror, server))
    assert [row["record_key"] for row in rows(mirror, "sync_rejects")] == [str(first)]
    state.edit("annotations", first, area=1)
    server.clock.advance(days=2)
    read(mirror)
    assert rows(mirror, "sync_rejects") == []
    assert_mirrored(mirror, state)


def test_a_full_run_reads_the_whole_array(mirror, server):
    run(mirror, server)
    server.paths()
    run(mirror, server, full=True)
    assert WHOLE in server.paths()


def test_below_the_size_nothing_is_remembered(mirror, server, read, monkeypatch):
    monkeypatch.setattr(annotating, "WHOLE_ARRAY", 10_000)
    read(mirror)
    assert WHOLE in read(mirror)[1]
    of = [row["stream"] for row in rows(mirror, "sync_watermarks")]
    assert "annotations" not in of
    assert ids(mirror, "annotations")


def test_what_is_gone_from_a_part_of_the_server_is_judged_by_that_part(session, server, state):
    """However many annotations other datasets have."""
    category = catalogue.add_category(state, "car")["id"]
    drawn = (category, {"segmentation": [[0, 0, 9, 0, 9, 9]], "milliseconds": 5})
    images = {}
    for name, many in (("small", 60), ("big", 400)):
        dataset = catalogue.add_dataset(state, name, categories=[category])["id"]
        images[name] = catalogue.add_image(state, dataset, "a.jpg")["id"]
        work.annotate(state, images[name], "admin", [drawn] * many)
    how = {"parts": ("small",), "trusting": False}
    well(run(session, server, **how))
    for row in living(state, "annotations"):
        if row["image_id"] == images["small"]:
            catalogue.erase(state, "annotations", row["id"])
    state.edit("images", images["small"], metadata={"x": 1})
    for _ in range(2):
        report = run(session, server, **how)["annotations"]
        assert (report.outcome, len(ids(session, "annotations"))) == ("refused", 60)
        assert "60 of 60 rows would be deleted" in report.error
