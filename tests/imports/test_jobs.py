"""Jobs of the server: followed to their end, or left to a later run; also those begun elsewhere."""

import json
import sqlite3
from contextlib import closing

import pytest

from etl.imports.context import Context
from etl.standins.exchange import json_answer
from etl.standins.faults import Fault


def test_jobs_are_not_followed_where_that_is_not_wished(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    code, said = site.put(file, "--batch-size", "3", "--no-wait")
    assert (code, said["created"], said["unfinished"]) == (0, 0, 3)
    assert site.batches("job_id", "status") == [(1, "created"), (2, "created"), (3, "created")]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_going_on_without_waiting_looks_once(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    code, said = site.put("--resume", "--no-wait")
    assert (code, said["unfinished"], site.batches("status")) == (0, 1, [("in_progress",)])
    server.clock.advance(hours=1)
    assert site.imported("--resume", "--no-wait") == {"created": 7}
    site.once()


def test_a_job_that_does_not_end_is_left_to_the_next_run(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    code, said = site.put(file, "--timeout", "0.2")
    assert (code, said["unfinished"], site.batches("status")) == (1, 1, [("in_progress",)])
    assert "job 1 of project 1 has not ended within 0.2 s" in said["error"]
    assert "annomirror import --resume" in said["error"]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_pauses_between_two_looks_grow():
    pauses, last = [], 0.0
    others = dict.fromkeys(
        ("source", "intake", "stream", "sender", "session", "journal", "run_id", "options")
    )
    context = Context(**others, opens=None, expect=None, sleep=pauses.append)
    for _ in range(15):
        last = context.pause(last)
    assert pauses[:3] == [0.2, pytest.approx(0.3), pytest.approx(0.45)]
    assert max(pauses) == pauses[-1] == 15.0


def test_a_job_the_server_forgot_is_looked_for_by_its_tasks(site, server, file, by_jobs):
    site.put(file, "--no-wait")
    server.clock.advance(60)
    site.run("check")  # any request: the job is done by now
    server.state.jobs.clear()
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_what_was_sent_and_is_not_waited_for_is_told(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    command = ("import", "labels", "--project", "1", file, "--batch-size", "4", "--no-wait")
    lines = site.run(*command).stdout.splitlines()
    assert lines[1].startswith("  labels: 7 lines sent in 2 batches (jobs 1, 2) (")
    assert lines[2] == "  2 not finished; go on with: annomirror import --resume"
    site.file([{"image": "x", "n": 8}], "other.jsonl")
    code, said = site.put("other.jsonl", "--no-wait")
    assert (code, said["sent"]) == (0, {"batches": 1, "lines": 1, "jobs": [3]})
    waiting = site.run("import", "--resume", "--no-wait").stdout.splitlines()
    assert waiting[1].startswith("  all sources: nothing ended yet (")


def test_marks_do_not_mix_imports_up(site, server, images):
    site.imported(site.file(images(3)))
    site.imported(site.file(images(4), "b.jsonl"))
    marks = [json.loads(task.meta)["annomirror"] for task in server.state.project(1).tasks]
    assert len({mark.rpartition(".")[0] for mark in marks}) == 2


# What the server says is done


def short(server, by):
    """Let the server make fewer tasks than it was sent, the first time."""
    state, usual = server.state, type(server.state).import_tasks
    made = []

    def import_tasks(project, rows):
        made.append(rows)
        return usual(state, project, rows[:-by] if len(made) == 1 else rows)

    state.import_tasks = import_tasks


def test_no_line_is_created_without_its_task(site, server, file):
    short(server, 2)
    code, said = site.put(file)
    assert (code, said["created"], said["unfinished"]) == (2, 5, 1)
    assert "lines 6, 7: the server says that it is done, and made no task of it" in said["error"]
    nothing = [(n, None, None) for n in (6, 7)]
    assert site.items("position", "outcome", "task_id", where="task_id IS NULL") == nothing
    assert site.imported("--resume") == {"created": 2}
    assert site.numbers == list(range(1, 8))


def test_what_the_server_made_no_task_of_is_set_aside(site, server, file):
    short(server, 2)
    assert site.imported(file, "--skip-bad") == {"created": 5, "rejected": 2}
    assert [o for (o,) in site.items("outcome")] == ["created"] * 5 + ["rejected"] * 2


@pytest.mark.parametrize("status", ["queued", "reading", "completed later"])
def test_a_status_nobody_knows_is_waited_for(site, server, file, by_jobs, status):
    server.state.job_seconds = 3600
    told = json.dumps({"id": 1, "project": 1, "status": status}).encode()
    server.faults.append(Fault(path="/api/projects/1/imports/1/", status=200, body=told))
    site.put(file, "--no-wait")
    site.put("--resume", "--no-wait")
    assert site.batches("status") == [("in_progress",)]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_words_of_a_server_in_the_books_are_those_of_a_job_under_way(site, server, file, by_jobs):
    """As an earlier version wrote them."""
    site.put(file, "--no-wait")
    with closing(sqlite3.connect(site.folder / "mirror.db")) as connection:
        connection.execute("UPDATE label_studio_imports SET status = 'queued'")
        connection.commit()
    assert site.imported("--resume") == {"created": 7}
    site.once()


def names(site, ids):
    """Let the server name other tasks than those it made, where it names any."""

    def other(request, said):
        if request.method == "POST" and request.path == site.posting and said.status == 201:
            told = json.loads(said.body)
            return json_answer({**told, "task_ids": ids}, 201) if "task_ids" in told else None
        if "/imports/" in request.path and said.status == 200:
            return json_answer({**json.loads(said.body), "task_ids": ids})
        return None

    site.asked(other)


def test_ids_that_no_task_has_are_no_tasks(site, server, file):
    server.state.import_tasks = lambda _project, _rows: []
    names(site, list(range(901, 908)))
    code, said = site.put(file)
    assert (code, said["created"]) == (2, 0)
    assert (
        "lines 1, 2, 3, 4, 5, 6, 7: the server says that it is done, and made no task of it"
        in said["error"]
    )
    assert site.items("outcome", "task_id") == [(None, None)] * 7


def test_ids_that_no_task_has_do_not_hide_the_tasks_that_were_made(site, file):
    names(site, [1, 2, *range(901, 906)])
    assert site.imported(file) == {"created": 7}
    site.once()


@pytest.mark.parametrize(
    "ids", [[None] * 7, ["1"] * 7, [True] * 7, [1] * 7, "1234567", {"1": 1}], ids=str
)
def test_what_is_no_list_of_ids_is_overlooked(site, file, ids):
    """The tasks are found by their marks."""
    names(site, ids)
    assert site.imported(file) == {"created": 7}
    site.once()


def test_each_line_has_its_own_task_though_the_server_names_them_in_another_order(site, file):
    names(site, list(range(7, 0, -1)))
    site.imported(file)
    site.once()
