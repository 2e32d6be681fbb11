"""What verify makes of rows that lie in another record, or in none, than at the source."""

import pytest

from etl import compare
from labelling import BOX, Server, gone, ids, run, well
from mirror import content
from test_verify import PARTS, SMALL, change, look, named


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def tasks(session, server):
    """Twelve annotated tasks on three pages."""
    _, found = server.project(12, **PARTS)
    well(run(session, server, page_size=5))
    return found


@pytest.mark.parametrize(("there", "here"), [(0, 11), (11, 0)])
def test_an_annotation_that_lies_in_another_task_is_named_once_and_moved(
    session, server, tasks, there, here
):
    before = content(session)
    key = ids(session, "annotations")[there]
    change(
        session, "UPDATE label_studio_annotations SET task_id = ? WHERE id = ?", tasks[here], key
    )
    found = look(session, server, source=SMALL, deep=True)
    assert named(found) == [("different", "annotations", key)]
    (one,) = found["tasks"].differences
    assert one.fields == (("record", tasks[here], tasks[there]),)
    mended = look(session, server, source=SMALL, deep=True, run_id=2)["tasks"]
    assert (mended.outcome, mended.found.keys() <= mended.mended) == ("ok", True)
    assert (content(session), gone(session, "annotations")) == (before, [])


@pytest.mark.parametrize(("there", "here"), [(0, 1), (1, 0)])
def test_a_task_that_lies_in_another_project_is_named_once_and_moved(session, server, there, here):
    projects = [server.project(4, title=title, **PARTS) for title in ("Boxes", "Moods")]
    well(run(session, server))
    before, task = content(session), projects[there][1][2]
    sql = "UPDATE label_studio_tasks SET project_id = ? WHERE id = ?"
    change(session, sql, projects[here][0], task)
    assert named(look(session, server, deep=True)) == [("different", "tasks", task)]
    mended = look(session, server, deep=True, run_id=2)["tasks"]
    assert (mended.outcome, len(mended.mended)) == ("ok", 1)
    assert (content(session), gone(session, "tasks")) == (before, [])


def test_two_annotations_that_changed_places_are_put_back(session, server, tasks):
    before = content(session)
    one, other = ids(session, "annotations")[0], ids(session, "annotations")[11]
    for key, task in ((one, tasks[11]), (other, tasks[0])):
        sql = "UPDATE label_studio_annotations SET task_id = ? WHERE id = ?"
        change(session, sql, task, key)
    look(session, server, source=SMALL, deep=True, run_id=2)
    assert (content(session), named(look(session, server, deep=True))) == (before, [])


@pytest.mark.parametrize("deep", [False, True])
def test_what_says_of_nothing_that_it_lies_in_it_is_put_back(session, server, tasks, deep):
    before = content(session)
    change(session, "UPDATE label_studio_tasks SET project_id = NULL WHERE id = ?", tasks[3])
    change(session, "UPDATE label_studio_annotations SET task_id = NULL WHERE id = ?", 5)
    found = look(session, server, deep=deep)
    assert {(one.table, one.key[-1][1]) for one in found["tasks"].differences} == {
        ("label_studio_tasks", tasks[3]),
        ("label_studio_annotations", 5),
    }
    look(session, server, deep=True, run_id=2)
    assert (content(session), named(look(session, server, deep=True))) == (before, [])


def test_what_lies_in_nothing_and_is_not_at_the_source_is_buried(session, server, tasks):
    before = content(session)
    for table in ("tasks", "annotations"):
        sql = f"INSERT INTO label_studio_{table} (source, id) VALUES ('labels', 777)"
        change(session, sql)
    mended = look(session, server, deep=True, run_id=2)["tasks"]
    assert (mended.outcome, len(mended.mended)) == ("ok", 2)
    assert (content(session), gone(session, "annotations")) == (before, [777])


def test_a_task_that_is_stamped_in_the_future_is_compared_all_the_same(session, server):
    _, tasks = server.project(120, annotations=[{"result": [BOX]}])
    server.clock.advance(days=30)
    server.state.patch_task(tasks[5], data={"n": "future"})
    server.clock.advance(days=-30)
    server.wait()
    well(run(session, server, page_size=50))
    before = content(session)
    change(session, "UPDATE label_studio_tasks SET data = '{}' WHERE id = ?", tasks[5])
    assert named(look(session, server, deep=True)) == [("different", "tasks", tasks[5])]
    look(session, server, deep=True, run_id=2)
    assert content(session) == before


def test_a_task_that_comes_meanwhile_hides_no_extra_one(session, server):
    project, _ = server.project(12)
    well(run(session, server))
    change(
        session, "INSERT INTO label_studio_tasks (source, id, project_id) VALUES ('labels', 777, 1)"
    )

    def come():
        server.clock.advance(1)
        server.state.import_tasks(project, [{"data": {"n": "new"}}])

    begins = [lambda request: request.path == "/api/tasks/"] * 2
    server.meanwhile += [(begin, come) for begin in begins]
    found = look(session, server, "tasks", deep=True)
    assert ("extra", "tasks", 777) in named(found)


def test_after_a_repair_of_a_deletion_the_next_run_finds_nothing_to_do(session, server, tasks):
    server.wait()
    well(run(session, server))
    well(run(session, server))
    server.state.delete_task(tasks[3])
    look(session, server, deep=True, run_id=2)
    reports = well(run(session, server))
    assert (reports["tasks"].requests, reports["tasks"].counts.deleted) == (1, 0)


@pytest.mark.parametrize("number", ["1e1000000", "1" * 60 + ".5", "1e99999999999999999999"])
def test_numbers_that_no_machine_holds_are_compared_by_their_digits(number):
    assert compare.same(f"[{number}]", f"[ {number} ]", "document")
    assert not compare.same(f"[{number}]", f"[{number}1]", "document")
