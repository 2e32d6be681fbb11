"""Runs that are cut off, and answers that are: nothing is concluded, and the next run makes up."""

import pytest

from annotators import Annotator, assert_mirrored, ids, run, table, tombstones, well
from etl.errors import Interrupted
from etl.platforms.coco_annotator import annotating
from etl.standins.coco_annotator import catalogue, chores, seed, volume, work
from mirror import content, rows

ARRAY = "/api/annotation/"


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(annotating, "SLICE", 25)


def kill_before(server, number):
    """Interrupt the run before its request of this number."""

    def interrupt():
        raise Interrupted(15)

    server.asked.clear()
    server.meanwhile.append((lambda _request: len(server.asked) == number, interrupt))


def cut(body, share):
    return body[: int(len(body) * share)]


def spoiled(server, path, change):
    server.spoil = lambda asked, body: change(body) if asked == path else body


def unspoiled(server):
    server.spoil = lambda _path, body: body


@pytest.mark.parametrize("number", range(2, 28, 3))
def test_a_run_killed_anywhere_and_begun_again_equals_an_undisturbed_one(mirror, server, number):
    kill_before(server, number)
    with pytest.raises(Interrupted):
        run(mirror, server)
    well(run(mirror, server))
    assert_mirrored(mirror, server.state)


def test_changes_between_a_killed_run_and_the_next_are_no_trouble(session, server, state):
    run(session, server)
    seed.work_a_while(state)
    kill_before(server, 12)
    with pytest.raises(Interrupted):
        run(session, server)
    seed.work_a_while(state, seed=5)
    well(run(session, server))
    assert_mirrored(session, state)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_an_array_cut_short_concludes_nothing_and_keeps_what_came(session, server, state, share):
    run(session, server)
    before = ids(session, "annotations")
    work.put_annotation(state, before[0])
    catalogue.erase(state, "annotations", before[5])
    spoiled(server, ARRAY, lambda body: cut(body, share))
    report = run(session, server)["annotations"]
    assert (report.outcome, ids(session, "annotations")) == ("failed", before)
    assert "cut short" in report.error or "cannot be read" in report.error
    assert report.counts.updated == (1 if share > 0.2 else 0)
    unspoiled(server)
    well(run(session, server))
    assert_mirrored(session, state)


@pytest.mark.parametrize(
    "body", [b"{}", b"null", b'{"message": "Internal Server Error"}', b"", b"[{}, {}] <html>"]
)
def test_an_answer_that_is_no_array_concludes_nothing(mirror, server, body):
    run(mirror, server)
    before = content(mirror)
    spoiled(server, ARRAY, lambda _body: body)
    run(mirror, server)
    assert content(mirror) == before


@pytest.mark.parametrize(
    "path",
    [
        *("/api/dataset/", "/api/category/", "/api/image/", "/api/tasks/", "/api/admin/users"),
        *("/api/dataset/1/data", "/api/dataset/1/exports", "/api/category/data", "/api/user/"),
    ],
)
@pytest.mark.parametrize("body", [b"{}", b"[", b'{"images": []}', b"[5]", b'[{"no": "id"}]'])
def test_no_odd_answer_deletes_anything(mirror, server, path, body):
    run(mirror, server)
    before = content(mirror)
    spoiled(server, path, lambda _body: body)
    run(mirror, server)
    assert content(mirror) == before


def test_an_empty_array_where_the_mirror_has_many_is_not_believed(session):
    server = Annotator()
    volume.many(server.state, 300)
    run(session, server)
    spoiled(server, ARRAY, lambda _body: b"[]")
    report = run(session, server, trusting=False)["annotations"]
    assert (report.outcome, len(ids(session, "annotations"))) == ("refused", 300)
    assert "--allow-mass-delete" in report.error
    unspoiled(server)
    well(run(session, server, trusting=False))
    assert_mirrored(session, server.state)


def test_a_record_that_cannot_be_read_is_set_aside_and_its_neighbours_land(mirror, server, state):
    state.edit("annotations", 3, area="large")
    state.edit("images", 4, width=[])
    reports = run(mirror, server)
    found = {name: report.counts.rejected for name, report in reports.items()}
    assert (found["annotations"], found["images"]) == (1, 1)
    keys = {(row["stream"], row["record_key"]) for row in rows(mirror, "sync_rejects")}
    assert keys == {("annotations", "3"), ("images", "4")}
    state.edit("annotations", 3, area=5)
    state.edit("images", 4, width=640)
    well(run(mirror, server))
    assert rows(mirror, "sync_rejects") == []
    assert_mirrored(mirror, state)


def test_a_known_record_that_cannot_be_read_any_more_is_not_gone(mirror, server, state):
    run(mirror, server)
    before = tombstones(mirror, "annotations")
    state.edit("annotations", 9, area="large")
    state.edit("annotations", 10, dataset_id=[1])
    for _ in range(2):
        run(mirror, server)
    assert tombstones(mirror, "annotations") == before


def test_a_record_without_an_id_might_be_any_so_nothing_is_gone(mirror, server):
    run(mirror, server)
    before = ids(mirror, "annotations")
    spoiled(server, ARRAY, lambda _body: b'[{"image_id": 1}]')
    run(mirror, server)
    assert ids(mirror, "annotations") == before


def test_an_export_set_aside_stays_set_aside_though_it_is_not_asked_for_again(
    mirror, server, state
):
    run(mirror, server)
    odd = chores.export(state, 1)["id"]
    state.edit("exports", odd, path=5)
    run(mirror, server)
    well(run(mirror, server))
    assert [row["record_key"] for row in rows(mirror, "sync_rejects")] == [str(odd)]
    state.edit("exports", odd, path="/x")
    well(run(mirror, server, full=True))
    assert rows(mirror, "sync_rejects") == []
    assert odd in ids(mirror, "exports")


def test_a_dataset_erased_between_two_requests_fails_nothing(mirror, server, state):
    run(mirror, server)
    for path in ("/api/dataset/2/exports", "/api/dataset/3/data"):
        wanted = int(path.split("/")[3])
        server.meanwhile.append(
            (
                lambda r, path=path: r.path == path,
                lambda wanted=wanted: catalogue.erase(state, "datasets", wanted),
            )
        )
    well(run(mirror, server))
    assert rows(mirror, table("images"), dataset_id=3)


def test_a_member_list_asked_for_a_moment_too_late_is_left_out(mirror, server, state):
    state.login_disabled, server.username = True, None
    server.meanwhile.append(
        (
            lambda r: r.path == "/api/dataset/1/users",
            lambda: catalogue.erase(state, "datasets", 1),
        )
    )
    well(run(mirror, server))
    assert ids(mirror, "users")
