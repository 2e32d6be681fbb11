"""What is gone at a Label Studio is a tombstone after the next run, and nothing else is."""

import math
from datetime import timedelta

import pytest

from etl.errors import Forbidden, Missing
from etl.platforms.label_studio import predicting
from labelling import (
    BOX,
    Server,
    asked_by,
    assert_mirrored,
    gone,
    ids,
    run,
    truth,
    well,
    written,
)
from mirror import live, rows

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
IDLE = {"users": 2, "projects": 1, "tasks": 1, "predictions": 1}


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def check(session, sqlite_session, server):
    """Run once more: all goes well, and the mirror is what a new one would be."""

    def checked(**settings):
        reports = well(run(session, server, **settings))
        assert_mirrored(session, sqlite_session, server)
        return reports

    return checked


def idle(session, server):
    """Run again: nothing is written, and each stream asks once, users twice.

    Tasks ask once more while a few of them may still be followed by late ones.
    """
    reports = well(run(session, server))
    asked = asked_by(reports)
    assert (written(reports), asked | {"tasks": 1}) == (0, IDLE)
    assert asked["tasks"] in (1, 2)


# One by one


def test_a_deleted_task_is_found_with_all_its_parts(session, server, check):
    _, tasks = server.project(12, annotations=[{"result": [BOX]}], predictions=[{"result": [BOX]}])
    well(run(session, server))
    server.state.delete_task(tasks[5])
    check()
    assert (gone(session, "tasks"), gone(session, "annotations")) == ([6], [6])
    assert (gone(session, "predictions"), len(gone_results(session))) == ([6], 2)
    idle(session, server)


def gone_results(session):
    found = rows(session, "label_studio_results", without=())
    return [row for row in found if row["deleted_at"]]


def test_a_tombstone_keeps_what_the_record_said(session, server):
    _, tasks = server.project(3)
    server.state.spoil(tasks[1], novel=b'"a field of a newer server"')
    well(run(session, server))
    before = rows(session, "label_studio_tasks")
    server.state.delete_task(tasks[1])
    well(run(session, server))
    assert (rows(session, "label_studio_tasks"), gone(session, "tasks")) == (before, [2])
    assert before[1]["extra"] == {"novel": "a field of a newer server"}


def test_a_deleted_annotation_is_found(session, server, check):
    server.project(6, annotations=[{"result": [BOX]}])
    well(run(session, server))
    server.state.delete_annotation(3)
    check()
    assert (gone(session, "annotations"), gone(session, "tasks")) == ([3], [])
    idle(session, server)


def test_the_newest_and_the_last_task_are_found_too(session, server, check):
    _, tasks = server.project(4)
    server.state.patch_task(tasks[0], data={"n": "newest"})
    server.wait()
    well(run(session, server))
    for task in (tasks[0], tasks[3]):
        server.state.delete_task(task)
        check()
    assert gone(session, "tasks") == [tasks[0], tasks[3]]


def test_a_project_emptied_of_its_tasks_is_empty_here(session, server, check):
    _, tasks = server.project(5)
    well(run(session, server))
    for task in tasks:
        server.state.delete_task(task)
    check()
    assert gone(session, "tasks") == tasks


def test_a_deleted_project_takes_its_parts_along_and_brings_them_back(
    session, sqlite_session, server
):
    parts = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
    kept, gone_with = server.project(3, **parts)[0], server.project(4, title="Moods", **parts)[0]
    well(run(session, server))
    server.state.projects[gone_with].organization = 2  # moved to where we see nothing
    server.asked.clear()
    well(run(session, server))
    assert gone(session, "projects") == [gone_with]
    assert {row["project_id"] for row in live(session, "label_studio_results")} == {kept}
    assert (len(gone(session, "tasks")), len(gone(session, "predictions"))) == (4, 4)
    idle(session, server)
    server.state.projects[gone_with].organization = 1
    well(run(session, server))
    assert gone(session, "projects") == gone(session, "tasks") == gone(session, "predictions") == []
    assert_mirrored(session, sqlite_session, server)


def test_a_deleted_user_keeps_the_name(session, server, check):
    user = server.state.add_user("ann@example.com", "Ann")
    server.project(2)
    well(run(session, server))
    server.state.delete_user(user.id)
    well(run(session, server))
    assert gone(session, "users") == [user.id]
    (row,) = [r for r in rows(session, "label_studio_users") if r["id"] == user.id]
    assert (row["first_name"], row["email"]) == ("Ann", "ann@example.com")


# Written without a stamp


def test_a_hundred_predictions_made_in_bulk_are_found_with_their_counts(session, server, check):
    _, tasks = server.project(300)
    well(run(session, server))
    made = [{"task": task, "result": [BOX], "model_version": "m"} for task in tasks[50:150]]
    server.state.import_predictions(made)
    check()
    assert sum(row["total_predictions"] for row in live(session, "label_studio_tasks")) == 100
    idle(session, server)


def test_predictions_deleted_in_bulk_are_found_with_their_counts(session, server, check):
    project, tasks = server.project(5, predictions=[{"result": [], "model_version": None}])
    well(run(session, server))
    server.action("delete_tasks_predictions", project, included=tasks[1:3])
    check()
    assert gone(session, "predictions") == [2, 3]


def test_a_propagated_annotation_is_found(session, server, check):
    project, tasks = server.project(300, annotations=[{"result": [BOX]}])
    well(run(session, server))
    server.action("propagate_annotations", project, included=[tasks[250]], source_annotation_id=1)
    check()
    found = [row["task_id"] for row in live(session, "label_studio_annotations")]
    assert found.count(tasks[250]) == 2
    idle(session, server)


@pytest.mark.parametrize("keeper", [0, 3], ids=["first", "last"])
def test_removed_duplicates_leave_their_annotations_with_the_task_that_stays(
    session, server, check, keeper
):
    project, tasks = server.project(4)
    for task in tasks:
        server.state.patch_task(task, data={"n": "same"})
    one = server.state.add_annotation(tasks[keeper], [BOX], 1)
    other = server.state.add_annotation(tasks[1], [BOX], 1)
    server.wait()
    well(run(session, server))
    server.action("remove_duplicates", project, included=tasks)
    check(page_size=2)
    stays = server.state.annotation(one.id).task
    found = {row["id"]: row["task_id"] for row in live(session, "label_studio_annotations")}
    assert found == {one.id: stays, other.id: stays}
    assert gone(session, "tasks") == [task for task in tasks if task != stays]


def test_a_write_that_appears_late_with_an_old_stamp_is_found_once_the_lookback_is_past(
    session, server, check
):
    _, tasks = server.project(250)
    server.state.patch_task(tasks[0], data={"n": "early"})
    late = server.state.task(tasks[0]).updated_at
    server.clock.advance(60)
    server.state.patch_task(tasks[200], data={"n": "newest"})
    well(run(session, server))
    server.state.patch_task(tasks[0], data={"n": "late"})
    server.state.task(tasks[0]).updated_at = late
    server.wait()
    check()
    idle(session, server)


# All at once


def test_as_many_new_tasks_as_deleted_ones_hide_nothing(session, server, check):
    project, tasks = server.project(20)
    well(run(session, server))
    for task in tasks[2:5]:
        server.state.delete_task(task)
    server.state.import_tasks(project, [{"data": {"new": n}} for n in range(3)])
    check()
    assert gone(session, "tasks") == tasks[2:5]


def test_counts_that_agree_by_accident_hide_a_deletion_until_something_changes(session, server):
    """A task committed more than a lookback late, and one deleted: counts and stamp agree."""
    project, tasks = server.project(5)
    server.state.import_tasks(project, [{"data": {"late": 1}}], commit=False)
    server.wait()
    server.state.patch_task(tasks[4], data={"n": "newest"})
    server.wait()
    well(run(session, server))
    server.state.release()
    server.state.delete_task(tasks[0])
    idle(session, server)
    assert ids(session, "tasks") == tasks
    server.state.patch_task(tasks[3], data={"n": "changed"})
    well(run(session, server))
    assert ids(session, "tasks") == tasks  # still as many here as there
    server.state.delete_task(tasks[1])
    well(run(session, server))
    assert ids(session, "tasks") == truth(server)["tasks"]


def test_a_task_deleted_while_the_tasks_are_read_is_found(session, server, check):
    _, tasks = server.project(12)
    well(run(session, server, page_size=4))
    for n, task in enumerate(tasks):
        server.state.patch_task(task, data={"n": n + 100})
    server.meanwhile.append((reads_tasks_after(4), lambda: server.state.delete_task(tasks[1])))
    server.meanwhile.append((reads_tasks_after(8), lambda: server.state.delete_task(tasks[10])))
    well(run(session, server, page_size=4))
    assert server.meanwhile == []
    assert gone(session, "tasks") == [tasks[1], tasks[10]]
    check()


def asks_for_tasks(request):
    return request.path == "/api/tasks/"


def reads_tasks(request):
    return asks_for_tasks(request) and "omit" in request.params


def reads_tasks_after(key):
    wanted = f'"operator":"greater","type":"Number","value":{key}}}'
    return lambda request: wanted in str(request.params.get("query"))


def test_of_two_edits_while_the_tasks_are_read_the_one_that_was_passed_is_not_lost(
    session, server, check
):
    _, tasks = server.project(12)

    def edit():
        server.state.patch_task(tasks[0], data={"n": "passed"})
        server.clock.advance(1)
        server.state.patch_task(tasks[11], data={"n": "to come"})

    server.meanwhile.append((reads_tasks_after(4), edit))
    well(run(session, server, page_size=4))
    check()


def test_a_task_deleted_while_the_proof_reads_is_found_by_the_next_run(session, server, check):
    _, tasks = server.project(400)
    well(run(session, server))
    server.state.delete_task(tasks[10])
    halving = lambda request: "less_or_equal" in str(request.params.get("query"))  # noqa: E731
    server.meanwhile.append((halving, lambda: server.state.delete_task(tasks[390])))
    well(run(session, server))
    assert server.meanwhile == []
    check()
    assert gone(session, "tasks") == [tasks[10], tasks[390]]


def test_a_deletion_is_found_beside_a_task_that_is_set_aside(session, server):
    _, tasks = server.project(12)
    server.state.spoil(tasks[3], overlap=b'"many"')
    well(run(session, server))
    idle(session, server)
    server.state.delete_task(tasks[4])
    well(run(session, server))
    assert gone(session, "tasks") == [tasks[4]]
    idle(session, server)


def test_the_newest_task_set_aside_is_not_read_at_every_run(session, server):
    _, tasks = server.project(12)
    server.state.spoil(tasks[3], overlap=b'"many"')
    server.state.patch_task(tasks[3], data={"n": "newest"})
    server.wait()
    well(run(session, server))
    server.wait()
    well(run(session, server))
    server.asked.clear()
    assert asked_by(well(run(session, server)))["tasks"] == 1


def test_a_task_set_aside_that_is_deleted_is_not_kept_aside(session, server):
    _, tasks = server.project(12)
    server.state.spoil(tasks[3], overlap=b'"many"')
    well(run(session, server))
    server.state.task(tasks[3]).spoiled = None
    server.state.delete_task(tasks[3])
    well(run(session, server))
    assert rows(session, "sync_rejects") == []
    idle(session, server)


def test_a_task_set_aside_keeps_its_old_row_and_costs_nothing_more(session, server):
    _, tasks = server.project(12)
    well(run(session, server))
    server.state.spoil(tasks[3], overlap=b'"many"')
    server.state.add_annotation(tasks[3], [], 1)
    well(run(session, server))
    server.wait()
    well(run(session, server))
    assert ids(session, "tasks") == tasks
    idle(session, server)


# Refused


@pytest.fixture
def halved(session, server):
    """Of 120 tasks 60 are gone."""
    project, tasks = server.project(120)
    well(run(session, server))
    for task in tasks[:60]:
        server.state.delete_task(task)
    return project


def test_too_many_deletions_are_refused_every_time_until_they_are_allowed(session, server, halved):
    for _ in range(2):
        report = run(session, server)["tasks"]
        assert report.outcome == "refused"
        assert report.error.startswith("Boxes: labels/tasks: 60 of 120 rows would be deleted")
        assert (len(ids(session, "tasks")), gone(session, "tasks")) == (120, [])
    well(run(session, server, trusting=True))
    assert len(ids(session, "tasks")) == 60
    idle(session, server)


def test_deletions_in_several_places_are_refused_before_the_first_is_buried(session, server):
    """Each of them small enough for a range of its own, and not too much by itself."""
    _, tasks = server.project(2000)
    well(run(session, server))
    for begin in range(100, 2000, 400):
        for task in tasks[begin : begin + 14]:
            server.state.delete_task(task)
    report = run(session, server, "tasks", max_delete_share=0.02)["tasks"]
    assert (report.outcome, report.counts.deleted) == ("refused", 0)
    assert "70 of 2000 rows would be deleted" in report.error
    assert gone(session, "tasks") == []


def test_deletions_in_two_places_are_judged_as_one(session, server):
    _, tasks = server.project(400)
    well(run(session, server))
    for task in (*tasks[:45], *tasks[-45:]):
        server.state.delete_task(task)
    report = run(session, server)["tasks"]
    assert (report.outcome, report.counts.deleted) == ("refused", 0)
    assert "90 of 400 rows would be deleted" in report.error


def test_a_refusal_of_one_project_stops_no_other(session, server, halved):
    _, tasks = server.project(3, title="Moods")
    assert run(session, server)["tasks"].outcome == "refused"
    server.state.delete_task(tasks[0])
    assert run(session, server)["tasks"].outcome == "refused"
    assert gone(session, "tasks") == [tasks[0]]


def test_a_run_that_was_refused_reads_what_is_new_all_the_same(session, server, halved):
    (task,) = server.state.import_tasks(halved, [{"data": {"n": "new"}}])
    assert run(session, server)["tasks"].outcome == "refused"
    assert task.id in ids(session, "tasks")


@pytest.mark.parametrize("made_again", [False, True])
def test_predictions_gone_from_many_small_pages_are_refused_as_a_whole(
    session, server, monkeypatch, made_again
):
    monkeypatch.setattr(predicting, "WHOLE_LISTING", 0)
    _, tasks = server.project(200, predictions=[{"result": [BOX], "model_version": "m"}])
    well(run(session, server, page_size=40))
    for task in tasks[::2]:
        (prediction,) = server.state.task(task).predictions
        server.state.delete_prediction(prediction.id)
    made = [{"task": task, "result": [BOX], "model_version": "m"} for task in tasks[::2]]
    server.state.import_predictions(made if made_again else [])
    server.wait()
    for _ in range(2):
        report = run(session, server, page_size=40)["predictions"]
        assert (report.outcome, report.counts.deleted) == ("refused", 0)
        assert "Boxes: labels/predictions: 100 of" in report.error
    well(run(session, server, page_size=40, trusting=True))
    assert len(gone(session, "predictions")) == 100
    assert ids(session, "predictions") == truth(server)["predictions"]


@pytest.mark.parametrize("page_size", [10, 500])
def test_too_many_annotations_that_are_gone_are_refused_until_they_are_allowed(
    session, server, check, page_size
):
    server.project(80, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for key in list(server.state.annotations):
        server.state.delete_annotation(key)
    server.wait()
    for _ in range(2):
        report = run(session, server, page_size=page_size)["tasks"]
        assert (report.outcome, report.counts.deleted) == ("refused", 0)
        assert "Boxes: labels/tasks: 80 of 80 annotations would be deleted" in report.error
        assert "annomirror sync --allow-mass-delete" in report.error
        assert (len(ids(session, "annotations")), gone(session, "annotations")) == (80, [])
    check(trusting=True)
    assert (len(gone(session, "annotations")), gone(session, "tasks")) == (80, [])
    idle(session, server)


def test_annotations_gone_without_a_stamp_are_refused_as_well(session, server):
    _, tasks = server.project(300, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for task in map(server.state.task, tasks[:80]):
        stamp = task.updated_at
        server.state.delete_annotation(task.annotations[0].id)
        task.updated_at = stamp
    report = run(session, server)["tasks"]
    assert (report.outcome, gone(session, "annotations")) == ("refused", [])
    assert "80 of 300 annotations would be deleted" in report.error


def test_too_many_tasks_that_became_others_under_their_ids_are_refused(session, server, check):
    _, tasks = server.project(80, annotations=[{"result": [BOX]}])
    well(run(session, server))
    before = live(session, "label_studio_tasks")
    for task in tasks:
        server.state.task(task).created_at += timedelta(days=1)
        server.state.patch_task(task, data={"n": "another"})
    server.wait()
    for _ in range(2):
        report = run(session, server)["tasks"]
        assert (report.outcome, report.counts.deleted) == ("refused", 0)
        assert "80 of 80 rows of label_studio_tasks would be deleted" in report.error
        assert live(session, "label_studio_tasks") == before
    check(trusting=True)


def test_what_many_small_pages_replace_is_judged_as_one(session, server, check):
    """Numbers do not tell it, so that it shows only when as many are gone as one may lose."""
    _, tasks = server.project(200, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for task in tasks:
        (annotation,) = server.state.task(task).annotations
        server.state.delete_annotation(annotation.id)
        server.state.add_annotation(task, [BOX], 1)
    server.wait()
    report = run(session, server, page_size=10)["tasks"]
    assert (report.outcome, len(gone(session, "annotations"))) == ("refused", 50)
    assert "60 of 260 rows of label_studio_annotations would be deleted" in report.error
    check(page_size=10, trusting=True)


def test_few_annotations_may_go_whatever_their_share(session, server, check):
    server.project(50, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for key in list(server.state.annotations):
        server.state.delete_annotation(key)
    check()
    assert len(gone(session, "annotations")) == 50


# Who we are


def test_an_account_removed_while_the_tasks_are_read_is_told_too(session, server):
    _, tasks = server.project(3)
    well(run(session, server))
    server.state.patch_task(tasks[0], data={"n": "edit"})
    server.meanwhile.append((reads_tasks, lambda: server.state.remove_member(1)))
    assert "HTTP 403" in run(session, server, "tasks")["tasks"].error  # of tasks, no empty list
    assert (ids(session, "tasks"), gone(session, "tasks")) == (tasks, [])


def test_an_account_removed_from_its_organisation_is_told_and_nothing_is_buried(session, server):
    server.project(3)
    well(run(session, server))
    server.state.remove_member(1)
    reports = run(session, server)
    assert {report.outcome for report in reports.values()} == {"failed"}
    assert "is in no organisation" in reports["users"].error
    assert (gone(session, "projects"), len(ids(session, "tasks"))) == ([], 3)


def test_an_account_removed_while_the_projects_are_read_is_told_too(session, server):
    server.project(3)
    well(run(session, server))
    lists = lambda request: request.path == "/api/projects/"  # noqa: E731
    server.meanwhile.append((lists, lambda: server.state.remove_member(1)))
    assert "is in no organisation" in run(session, server)["projects"].error
    server.state.restore_member(1)
    well(run(session, server))
    assert (gone(session, "projects"), gone(session, "tasks")) == ([], [])


def test_the_last_project_may_be_deleted(session, server, check):
    project, tasks = server.project(3)
    well(run(session, server))
    server.state.delete_project(project)
    check()
    assert (gone(session, "projects"), gone(session, "tasks")) == ([project], tasks)


def test_another_organisation_is_refused_until_it_is_allowed(session, server):
    server.project(3)
    well(run(session, server))
    server.state.users[1].organization = 77
    for _ in range(2):
        reports = run(session, server)
        assert {report.outcome for report in reports.values()} == {"refused"}
        assert "now reads organisation 77" in reports["users"].error
    assert len(ids(session, "tasks")) == 3
    well(run(session, server, trusting=True))
    assert ids(session, "tasks") == []


def test_a_restricted_mirror_concludes_nothing_about_other_projects(session, server):
    (_, mine), (_, others) = server.project(3), server.project(3, title="Moods")
    well(run(session, server))
    for task in (mine[0], others[0]):
        server.state.delete_task(task)
    well(run(session, server, parts=("Boxes",)))
    assert (gone(session, "tasks"), gone(session, "projects")) == ([mine[0]], [])


# An id that is used again


def test_another_task_under_the_same_id_is_a_deletion_and_an_insertion(session, server, check):
    project, tasks = server.project(3, annotations=[{"result": [BOX, BOX]}])
    well(run(session, server))
    (before,) = [r for r in rows(session, "label_studio_tasks", without=()) if r["id"] == tasks[2]]
    server.state.delete_task(tasks[2])
    server.wait()
    row = {"data": {"n": "another"}, "annotations": [{"result": [BOX]}]}
    assert [task.id for task in server.state.import_tasks(project, [row])] == [tasks[2]]
    counts = check()["tasks"].counts
    (after,) = [r for r in rows(session, "label_studio_tasks", without=()) if r["id"] == tasks[2]]
    assert (counts.inserted, counts.deleted) == (2, 2 + 2)  # task and annotation; their old items
    assert after["first_synced_at"] > before["first_synced_at"]
    (again,) = live(session, "label_studio_annotations", task_id=tasks[2])
    assert len(live(session, "label_studio_results", owner_id=again["id"])) == 1


def test_a_tombstone_whose_id_is_used_again_begins_anew(session, server, check):
    _, tasks = server.project(3)
    well(run(session, server))
    server.state.delete_task(tasks[2])
    well(run(session, server))
    (before,) = [r for r in rows(session, "label_studio_tasks", without=()) if r["deleted_at"]]
    server.project(1, title="Moods")
    check()
    (after,) = [r for r in rows(session, "label_studio_tasks", without=()) if r["id"] == tasks[2]]
    assert after["first_synced_at"] > before["first_synced_at"]
    assert (after["deleted_at"], gone(session, "tasks")) == (None, [])


# What it costs


def test_one_deletion_among_twenty_thousand_costs_a_few_requests(session, server):
    _, tasks = server.project(20_000)
    well(run(session, server, page_size=5000))
    idle(session, server)
    server.state.delete_task(tasks[7777])
    reports = well(run(session, server))
    assert gone(session, "tasks") == [tasks[7777]]
    assert reports["tasks"].requests <= 2 * math.log2(20_000) + 10
    assert reports["tasks"].counts.read <= 100


def test_an_idle_run_asks_once_for_each_project(session, server):
    for number in range(5):
        server.project(3, title=f"P{number}")
    well(run(session, server))
    reports = well(run(session, server))
    assert asked_by(reports) == {"users": 2, "projects": 1, "tasks": 5, "predictions": 5}


# What must not be taken for a deletion, and what must not be believed


def test_one_who_was_removed_keeps_the_name_that_is_known(session, server):
    user = server.state.add_user("ann@example.com", "Ann", "Lee")
    server.project(2)
    well(run(session, server))
    server.state.remove_member(user.id)
    well(run(session, server))
    (row,) = [r for r in rows(session, "label_studio_users") if r["id"] == user.id]
    assert (row["first_name"], row["email"]) == ("Ann", "ann@example.com")
    assert gone(session, "users") == [user.id]
    idle(session, server)
    server.state.restore_member(user.id)
    well(run(session, server))
    assert gone(session, "users") == []


@pytest.fixture
def emptied(session, server):
    """Four projects of forty tasks, of which three are deleted."""
    projects = [server.project(40, title=f"P{n}", **PARTS)[0] for n in range(4)]
    well(run(session, server))
    for project in projects[:3]:
        server.state.delete_project(project)
    return projects[3]


def test_many_tasks_that_would_go_with_their_projects_are_refused(session, server, emptied):
    server.state.patch_task(121, data={"n": "goes on"})
    found = run(session, server)
    assert {name: r.outcome for name, r in found.items()} == {
        "users": "ok",
        "projects": "ok",
        "tasks": "refused",
        "predictions": "refused",
    }
    assert "120 of 160 rows of label_studio_tasks would be deleted" in found["tasks"].error
    assert (gone(session, "tasks"), gone(session, "predictions")) == ([], [])
    row = next(r for r in live(session, "label_studio_tasks") if r["id"] == 121)
    assert row["data"] == {"n": "goes on"}


def test_many_annotations_that_would_go_with_few_tasks_are_refused(session, server):
    server.project(120)
    project, _ = server.project(20, title="Moods", annotations=[{"result": []}] * 4)
    well(run(session, server))
    server.state.delete_project(project)
    found = run(session, server)["tasks"]
    assert found.outcome == "refused"
    assert "80 of 80 rows of label_studio_annotations would be deleted" in found.error
    assert (gone(session, "tasks"), gone(session, "annotations")) == ([], [])


def test_they_are_buried_when_that_is_said_to_be_right(session, server, emptied, check):
    run(session, server)
    check(trusting=True)
    assert {row["project_id"] for row in live(session, "label_studio_tasks")} == {emptied}
    idle(session, server)


def test_a_project_named_in_the_settings_that_is_deleted_takes_its_tasks_along(session, server):
    for title in ("Boxes", "Moods"):
        server.project(3, title=title, **PARTS)
    named = {"parts": ("Boxes", "Moods")}
    well(run(session, server, **named))
    server.state.delete_project(1)
    server.state.patch_task(4, data={"n": "goes on"})
    found = run(session, server, **named)
    assert {name: (r.outcome, r.exit_code) for name, r in found.items()} == {
        "users": ("ok", 0),
        "projects": ("failed", 2),
        "tasks": ("ok", 0),
        "predictions": ("ok", 0),
    }
    assert "no project Boxes; there are: 'Moods' (2)" in found["projects"].error
    assert (gone(session, "projects"), gone(session, "tasks")) == ([1], [1, 2, 3])
    row = next(r for r in live(session, "label_studio_tasks") if r["id"] == 4)
    assert row["data"] == {"n": "goes on"}


@pytest.mark.parametrize("refusal", [Forbidden, Missing])
@pytest.mark.parametrize("full", [False, True])
def test_what_lies_in_a_project_that_answers_no_is_left_alone(session, server, refusal, full):
    """Until the list of projects itself shows it gone."""
    for title in ("Boxes", "Moods"):
        server.project(3, title=title, **PARTS)
    well(run(session, server))
    before = live(session, "label_studio_tasks")

    def refuse():
        raise refusal("GET /api/tasks/: no", 404)

    server.meanwhile.append((lambda asked: asked.params.get("project") == "1", refuse))
    found = run(session, server, full=full)
    assert (found["tasks"].outcome, found["tasks"].error) == (
        "partial",
        "Boxes: GET /api/tasks/: no",
    )
    assert live(session, "label_studio_tasks") == before


@pytest.mark.parametrize("edited", [False, True])
def test_what_comes_while_the_proof_reads_and_goes_again_is_gone(session, server, check, edited):
    """Numbers that were right once are no sign that they are when they come back."""
    project, tasks = server.project(12)
    well(run(session, server))
    server.state.patch_task(tasks[0], data={"n": "edit"})
    server.wait()
    new = []

    def add():
        server.clock.advance(1)
        new.extend(server.state.import_tasks(project, [{"data": {"n": "new"}}]))
        if edited:
            server.state.patch_task(tasks[1], data={"n": "meanwhile"})

    server.meanwhile.append((reads_tasks, lambda: server.meanwhile.append((asks_for_tasks, add))))
    well(run(session, server))
    assert new[0].id in ids(session, "tasks")
    server.state.delete_task(new[0].id)
    server.wait()
    check()
    assert gone(session, "tasks") == [new[0].id]
