"""The parts of each task are as many in the mirror as the task says, or it is read again."""

import json

import pytest

from etl.platforms.label_studio import proof
from etl.statements import Spelling
from labelling import BOX, Server, asked_by, assert_mirrored, ids, run, well, written
from mirror import rows

PARTS = {"annotations": [{"result": [BOX]}]}


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def project(session, server):
    """A mirrored project of three hundred tasks with an annotation each."""
    project, tasks = server.project(300, **PARTS)
    well(run(session, server))
    return project, tasks


def lose(session, *annotations):
    """Let annotations be missing from the mirror, behind its back."""
    mark = Spelling(session.dialect).mark
    with session.transaction():
        for key in annotations:
            session.run(f"DELETE FROM label_studio_annotations WHERE id = {mark}", (key,))


def touch(server, tasks):
    """Let something happen, without which nobody looks."""
    server.state.patch_task(tasks[-1], data={"n": "touched"})
    server.wait()


def lists(server):
    """Tell how many requests named tasks by their ids since the last look."""
    asked, server.asked = server.asked, []
    return sum("in_list" in str(request.params.get("query")) for request in asked)


def named(server):
    """Give the ids by which tasks were asked for."""
    queries = [json.loads(r.params["query"]) for r in server.asked if "query" in r.params]
    items = [item for query in queries for item in query["filters"]["items"]]
    return [key for item in items if item["operator"] == "in_list" for key in item["value"]]


def test_annotations_that_are_missing_are_read_again_by_the_run_that_looks(
    session, sqlite_session, server, project
):
    lose(session, 7, 250)
    touch(server, project[1])
    lists(server)
    reports = well(run(session, server))
    assert lists(server) == 1
    assert reports["tasks"].counts.inserted == 2
    assert_mirrored(session, sqlite_session, server)


def test_a_missing_and_a_skipped_annotation_are_told_apart(session, sqlite_session, server):
    _, tasks = server.project(
        120, annotations=[{"result": [BOX]}, {"result": [], "was_cancelled": True}]
    )
    well(run(session, server))
    touch(server, tasks)
    lists(server)
    well(run(session, server))
    assert lists(server) == 0
    assert_mirrored(session, sqlite_session, server)


def test_a_task_whose_own_number_is_wrong_upstream_is_read_again_once(session, server, project):
    _, tasks = project
    server.state.spoil(tasks[4], total_annotations=b"3")
    server.state.patch_task(tasks[4], data={"n": "written"})
    server.wait()
    well(run(session, server))
    for _ in range(3):
        touch(server, tasks)
        lists(server)
        well(run(session, server))
        assert lists(server) == 0


@pytest.mark.parametrize("noted", [0, 1_000])
def test_another_task_whose_number_is_wrong_is_read_again_alone(
    session, server, project, monkeypatch, noted
):
    monkeypatch.setattr(proof, "NOTED", noted)
    _, tasks = project
    for task in tasks[:40]:
        server.state.spoil(task, total_annotations=b"3")
        server.state.patch_task(task, data={"n": "written"})
    server.wait()
    well(run(session, server))
    server.state.spoil(tasks[200], total_annotations=b"3")
    server.state.patch_task(tasks[200], data={"n": "written"})
    server.wait()
    server.asked.clear()
    well(run(session, server))
    assert named(server) == ([tasks[200]] if noted else [*tasks[:40], tasks[200]])
    touch(server, tasks)
    server.asked.clear()
    well(run(session, server))
    assert named(server) == []


def test_numbers_that_are_wrong_upstream_are_no_mass_deletion(session, server, project):
    _, tasks = project
    for task in tasks[:60]:
        server.state.spoil(task, total_annotations=b"3")
        server.state.patch_task(task, data={"n": "written"})
    server.wait()
    for _ in range(2):
        well(run(session, server))
        touch(server, tasks)
    assert len(ids(session, "annotations")) == 300


def test_an_idle_run_does_not_look(session, server, project):
    lose(session, 7)
    reports = well(run(session, server))
    assert written(reports) == 0
    assert asked_by(reports)["tasks"] == 1
    assert 7 not in ids(session, "annotations")


def test_most_of_a_project_is_read_page_by_page(session, sqlite_session, server, project):
    lose(session, *range(1, 200))
    touch(server, project[1])
    lists(server)
    well(run(session, server))
    assert lists(server) == 0
    assert_mirrored(session, sqlite_session, server)


def test_what_is_set_aside_counts_for_nothing(session, server, project):
    _, tasks = project
    server.state.spoil(tasks[3], overlap=b'"many"')
    server.state.add_annotation(tasks[3], [], 1)
    server.wait()
    well(run(session, server))
    touch(server, tasks)
    lists(server)
    well(run(session, server))
    assert len(rows(session, "sync_rejects")) == 1
    assert lists(server) == 0
