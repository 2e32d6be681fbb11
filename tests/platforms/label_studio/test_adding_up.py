"""The parts of each task are as many in the mirror as the task says, or it is read again."""

import pytest

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
