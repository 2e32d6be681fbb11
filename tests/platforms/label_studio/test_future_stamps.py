"""A stamp beyond the server's own clock hides nothing, neither while it lasts nor afterwards."""

import json

import pytest

from etl.statements import Spelling
from etl.times import text
from labelling import BOX, Server, asked_by, assert_mirrored, run, well, written
from mirror import live, rows

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def project(session, server):
    """A mirrored project of tasks; then one of them was written by a clock that was wrong."""
    _, tasks = server.project(150, **PARTS)
    well(run(session, server))
    with server.clock.elsewhere(days=400):
        server.state.patch_task(tasks[5], data={"n": "future"})
    server.wait()
    return tasks


def edit(server, task, word):
    server.state.patch_task(task, data={"n": word})
    server.wait()


def marks(session, stream):
    found = rows(session, "sync_watermarks", without=(), stream=stream)
    return [row["watermark"] for row in found]


def words(session):
    return {row["id"]: row["data"]["n"] for row in live(session, "label_studio_tasks")}


def test_what_is_written_later_is_found_by_the_next_run(session, sqlite_session, server, project):
    well(run(session, server))
    for task in project[10:13]:
        edit(server, task, "later")
        assert written(well(run(session, server))) == 1
        assert words(session)[task] == "later"
    assert words(session)[project[5]] == "future"
    assert_mirrored(session, sqlite_session, server)


def test_the_watermark_never_lies_beyond_the_clock_of_the_server(session, server, project):
    for task in project[:2]:
        well(run(session, server))
        now = text(server.clock.now())
        assert all(mark <= now for mark in marks(session, "tasks") + marks(session, "predictions"))
        edit(server, task, "later")


def test_a_project_that_rests_costs_one_more_request_a_stream_and_writes_nothing(
    session, server, project
):
    well(run(session, server))
    well(run(session, server))
    before = rows(session, "sync_watermarks", without=())
    for _ in range(2):
        server.wait()
        reports = well(run(session, server))
        assert written(reports) == 0
        assert asked_by(reports) == {"users": 2, "projects": 1, "tasks": 2, "predictions": 2}
    assert rows(session, "sync_watermarks", without=()) == before


def test_whoever_watches_is_told_of_source_stream_project_and_stamp(
    session, server, project, caplog
):
    well(run(session, server))
    (said,) = [r.getMessage() for r in caplog.records if "stamped" in r.getMessage()]
    stamp = rows(session, "label_studio_tasks", id=project[5])[0]["updated_at"]
    assert said.startswith(f"labels/tasks: Boxes: a task is stamped {stamp}")


def test_an_edited_prediction_is_found_too(session, sqlite_session, server, project):
    well(run(session, server))
    (prediction,) = server.state.task(project[20]).predictions
    server.state.patch_prediction(prediction.id, score=0.25)
    server.wait()
    well(run(session, server))
    (row,) = live(session, "label_studio_predictions", id=prediction.id)
    assert row["score"] == 0.25
    assert_mirrored(session, sqlite_session, server)


def test_a_mirror_whose_watermark_lies_in_the_future_is_healed_by_one_whole_reading(
    session, sqlite_session, server, project
):
    well(run(session, server))
    server.state.set_data_silently(project[7], n="missed")
    far = text(server.clock.now()).replace("2026", "2028")
    mark = Spelling(session.dialect).mark
    with session.transaction():
        session.run(
            f"UPDATE sync_watermarks SET watermark = {mark} WHERE stream IN ('tasks', "
            "'predictions')",
            (far,),
        )
    well(run(session, server))
    assert words(session)[project[7]] == "missed"
    assert_mirrored(session, sqlite_session, server)
    server.asked.clear()
    server.wait()
    assert written(well(run(session, server))) == 0
    assert len(server.asked) == 7


def test_clocks_of_hosts_that_differ_by_seconds_are_no_matter(session, server, caplog):
    _, tasks = server.project(150)
    with server.clock.elsewhere(seconds=30):
        server.state.patch_task(tasks[5], data={"n": "ahead"})
    well(run(session, server))
    edit(server, tasks[6], "later")
    assert written(well(run(session, server))) == 1
    assert "stamped" not in caplog.text


def test_when_its_moment_has_come_it_is_a_stamp_like_any_other(session, server, project):
    well(run(session, server))
    server.clock.advance(days=401)
    well(run(session, server))
    edit(server, project[9], "at last")
    assert written(well(run(session, server))) == 1
    server.asked.clear()
    server.wait()
    well(run(session, server))
    well(run(session, server))
    server.asked.clear()
    assert written(well(run(session, server))) == 0
    assert len(server.asked) == 5


def test_the_stamps_in_the_answers_are_asked_for_up_to_the_clock(session, server, project):
    well(run(session, server))
    queries = [json.loads(r.params["query"]) for r in server.asked if "query" in r.params]
    items = [item for query in queries for item in query["filters"]["items"]]
    until = [item for item in items if item["operator"] == "less_or_equal"]
    assert {item["value"] for item in until} == {"2026-11-21T14:00:00.000000Z"}
