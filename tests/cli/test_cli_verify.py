"""annomirror verify, as somebody calls it."""

import json
import sqlite3
from contextlib import closing

import pytest

from etl.address import SQLITE, Address
from etl.database import connected
from etl.lock import locked

BOX = {
    "id": "a",
    "type": "rectanglelabels",
    "value": {"x": 1.5, "y": 2, "width": 30, "height": 40, "rectanglelabels": ["Car", "Bus"]},
}
DOCTORED = (
    "DELETE FROM label_studio_tasks WHERE id = 2",
    (
        "UPDATE label_studio_tasks SET data = '{}', updated_at = '2020-01-01 00:00:00.000000' "
        "WHERE id = 3"
    ),
    "INSERT INTO label_studio_tasks (source, id, project_id) VALUES ('labels', 999, 1)",
    "UPDATE label_studio_results SET x = 77 WHERE owner_id = 5 AND owner = 'annotation'",
    (
        "UPDATE label_studio_result_labels SET label = 'Dog' WHERE owner_id = 6 AND rank = 1 "
        "AND owner = 'annotation'"
    ),
)
WRONG = [
    ("different", "label_studio_result_labels", ["annotation", 6, 0, 1]),
    ("different", "label_studio_results", ["annotation", 5, 0]),
    ("extra", "label_studio_tasks", [999]),
    ("missing", "label_studio_tasks", [2]),
    ("stale", "label_studio_tasks", [3]),
]


@pytest.fixture
def doctored(site, boxes, server):
    """Twelve annotated tasks, mirrored, and then five rows made wrong."""
    for task in range(1, 13):
        server.state.add_annotation(task, [BOX])
    site.mirrored()
    site.before = site.dump(times=False)
    with closing(sqlite3.connect(site.mirror)) as connection, connection:
        for sql in DOCTORED:
            connection.execute(sql)
    return site


def said(done):
    streams = json.loads(done.stdout)["streams"]
    return sorted(
        (one["kind"], one["table"], list(one["key"].values()))
        for stream in streams
        for one in stream["differences"]
    )


def test_five_wrong_rows_are_named_exactly(doctored):
    done = doctored.run("verify", "--deep", "--json")
    assert (done.exit_code, said(done)) == (1, WRONG)
    tasks = json.loads(done.stdout)["streams"][2]
    assert {kind: tasks[kind] for kind in ("missing", "extra", "stale", "different")} == {
        "missing": 1,
        "extra": 1,
        "stale": 1,
        "different": 2,
    }
    fields = {one["table"]: one["fields"] for one in tasks["differences"]}
    assert fields["label_studio_results"] == {"x": {"mirror": 77.0, "source": 1.5}}
    assert fields["label_studio_result_labels"] == {"label": {"mirror": "Dog", "source": "Bus"}}


def test_repair_mends_exactly_those_and_is_a_run_of_its_own(doctored):
    done = doctored.run("verify", "--deep", "--repair", "--json")
    assert (done.exit_code, said(done)) == (0, WRONG)
    tasks = json.loads(done.stdout)["streams"][2]
    assert (tasks["repaired"], tasks["rows_inserted"], tasks["rows_updated"]) == (5, 1, 3)
    assert doctored.rows("SELECT id FROM label_studio_tasks WHERE deleted_at IS NOT NULL") == [
        (999,)
    ]
    with closing(sqlite3.connect(doctored.mirror)) as connection, connection:
        connection.execute("DELETE FROM label_studio_tasks WHERE id = 999")
    assert doctored.dump(times=False) == doctored.before
    assert doctored.rows("SELECT outcome FROM sync_runs WHERE id = 2") == [("ok",)]


def test_after_a_repair_nothing_differs_and_nothing_is_left_to_sync(doctored):
    doctored.run("verify", "--deep", "--repair")
    done = doctored.run("verify", "--deep")
    assert (done.exit_code, done.stdout.count("equal")) == (0, 4)
    streams = doctored.mirrored()["streams"]
    assert [s["inserted"] + s["updated"] + s["deleted"] for s in streams] == [0, 0, 0, 0]


def test_what_differs_is_told_in_words(doctored):
    done = doctored.run("verify", "--deep")
    assert "labels/tasks: DIFFERENT, 1 missing, 1 extra, 1 stale, 2 different" in done.stdout
    assert "missing    label_studio_tasks  id 2" in done.stdout
    assert "x 77.0 here, 1.5 there" in done.stdout
    assert "annomirror verify --repair" in done.stderr


def test_a_server_that_is_not_there_is_no_difference(doctored, server):
    doctored.configure(url="http://127.0.0.1:9")
    done = doctored.run("verify", "--json")
    assert (done.exit_code, json.loads(done.stdout)["outcome"], said(done)) == (1, "failed", [])


def test_a_stream_can_be_compared_alone(doctored):
    done = doctored.run("verify", "--stream", "users", "--json")
    assert [stream["stream"] for stream in json.loads(done.stdout)["streams"]] == ["users"]
    assert done.exit_code == 0


def test_a_repair_waits_for_nobody(doctored):
    address = Address(SQLITE, str(doctored.mirror))
    with connected(address) as session, locked(session, address):
        done = doctored.run("verify", "--repair", "--json")
    assert (done.exit_code, json.loads(done.stdout)["outcome"]) == (4, "busy")


def test_without_a_mirror_there_is_nothing_to_compare(site, boxes):
    done = site.run("verify")
    assert (done.exit_code, "run: annomirror sync" in done.stderr) == (1, True)
    assert not site.mirror.exists()
