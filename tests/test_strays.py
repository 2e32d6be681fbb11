"""What verify says of rows that lie in nothing, and how much a repair may bury."""

import pytest

from etl.errors import Forbidden
from labelling import BOX, Server, gone, ids, run, well
from mirror import content, dump
from test_verify import PARTS, change, look, named, when


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def tasks(session, server):
    """A project of more tasks than come on a page, the last one edited, mirrored."""
    _, found = server.project(150, **PARTS)
    server.state.patch_task(found[149], data={"n": "newest"})
    server.wait()
    well(run(session, server))
    return found


def annotate_nothing(session, key, task, project=1):
    """Give the mirror an annotation of a task that it does not hold."""
    change(
        session,
        "INSERT INTO label_studio_annotations (source, id, task_id, project_id) "
        "VALUES ('labels', ?, ?, ?)",
        key,
        task,
        project,
    )


def bury(session, table, *keys):
    for key in keys:
        sql = f"UPDATE label_studio_{table} SET deleted_at = synced_at WHERE id = ?"
        change(session, sql, key)


def test_what_lies_in_a_record_that_the_source_has_is_no_stray(session, server, tasks):
    """The numbers agree, one task being missing and another invented; its annotation is fine."""
    change(session, "UPDATE label_studio_tasks SET id = 777 WHERE id = ?", tasks[3])
    found = look(session, server, run_id=2)
    assert sorted(named(found)) == [("extra", "tasks", 777), ("missing", "tasks", tasks[3])]
    assert (gone(session, "annotations"), gone(session, "predictions")) == ([], [])
    assert (ids(session, "tasks"), gone(session, "tasks")) == (tasks, [777])


def test_what_lies_in_a_tombstone_is_no_stray_if_the_source_has_both(session, server, tasks):
    before = content(session)
    bury(session, "tasks", tasks[3])
    change(
        session,
        "INSERT INTO label_studio_tasks (source, id, project_id, total_annotations, "
        "total_predictions) VALUES ('labels', 777, 1, 1, 1)",
    )
    found = look(session, server, run_id=2)
    assert sorted(named(found)) == [("extra", "tasks", 777), ("missing", "tasks", tasks[3])]
    change(session, "DELETE FROM label_studio_tasks WHERE id = 777")
    assert content(session) == before


def test_what_lies_in_nothing_here_or_there_is_named_by_numbers_too(session, server, tasks):
    annotate_nothing(session, 555, 777)
    found = look(session, server)
    assert named(found) == [("extra", "annotations", 555)]
    assert found["tasks"].counts.read >= 150  # it was looked for before it was accused


def test_a_project_without_strays_is_not_read_for_those_of_another(session, server, tasks):
    server.project(300, title="Many")
    well(run(session, server))
    annotate_nothing(session, 555, 777)
    found = look(session, server)["tasks"]
    assert (len(found.differences), found.counts.read < 300) == (1, True)


def test_a_stray_of_a_part_that_cannot_be_read_is_not_accused(session, server, tasks):
    def refuse():
        raise Forbidden("GET /api/tasks/: HTTP 403: no", 403)

    annotate_nothing(session, 555, 777)
    server.meanwhile += [(when("/api/tasks/"), refuse)] * 2
    found = look(session, server, "tasks", deep=True, run_id=2)["tasks"]
    assert (found.outcome, found.differences, gone(session, "annotations")) == ("failed", [], [])


def test_a_prediction_in_no_task_and_no_project_is_named_once(session, server, tasks):
    change(
        session,
        "INSERT INTO label_studio_predictions (source, id, task_id, project_id) "
        "VALUES ('labels', 555, 777, 99)",
    )
    assert named(look(session, server, deep=True)) == [("extra", "predictions", 555)]


def test_what_lies_in_a_project_that_is_missing_is_no_stray(session, server, tasks):
    change(session, "DELETE FROM label_studio_projects WHERE id = 1")
    change(session, "DELETE FROM label_studio_tasks WHERE id = ?", tasks[3])
    assert named(look(session, server, deep=True)) == [("missing", "projects", 1)]


def test_a_repair_that_would_bury_most_of_a_project_is_refused(session, server):
    server.project(400, title="Large")
    _, small = server.project(80, title="Small")
    well(run(session, server))
    for task in small[:60]:
        server.state.delete_task(task)
    before = dump(session)["label_studio_tasks"]
    found = look(session, server, deep=True, run_id=2)["tasks"]
    assert (found.outcome, len(found.mended), len(found.differences)) == ("refused", 0, 60)
    assert "60 of 80 rows would be deleted" in found.error
    assert "annomirror verify --repair --allow-mass-delete" in found.error
    assert dump(session)["label_studio_tasks"] == before


def test_a_repair_that_is_allowed_to_buries_most_of_a_project(session, server):
    _, small = server.project(80)
    well(run(session, server))
    for task in small[:60]:
        server.state.delete_task(task)
    found = look(session, server, deep=True, run_id=2, trusting=True)["tasks"]
    assert (found.outcome, len(found.mended), gone(session, "tasks")) == ("ok", 60, small[:60])


def test_a_repair_that_would_bury_most_strays_is_refused(session, server):
    server.project(20, annotations=[{"result": [BOX]}])
    well(run(session, server))
    for key in range(1_000, 1_060):
        annotate_nothing(session, key, 777)
    found = look(session, server, deep=True, run_id=2)["tasks"]
    assert (found.outcome, len(found.mended), gone(session, "annotations")) == ("refused", 0, [])
    assert "60 of 80 rows would be deleted" in found.error
