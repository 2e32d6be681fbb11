"""A server that fails while it is asked what became of a batch: for a while, or at that batch."""

import time

import pytest

from etl import client
from etl.standins.exchange import json_answer
from etl.standins.faults import Fault

TRIES = 3  # of the client, at an answer of 500
NEXT = "annomirror import --resume"
CLOSE = f"{NEXT} --give-up"
JOB = "/api/projects/1/imports/1/"


def outage(server, path="/api/tasks/", *, times=None, status=500, skip=0):
    server.faults.append(Fault(path=path, times=times, status=status, body=b"{}", skip=skip))


# For a while


@pytest.mark.parametrize("status", [500, 503])
def test_a_short_outage_while_a_batch_is_looked_for_is_borne(site, server, file, status):
    site.goes_wrong(cut_after=0)
    outage(server, times=2 * (TRIES if status == 500 else 5), status=status)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_short_outage_while_a_job_is_followed_is_borne(site, server, file, by_jobs, status):
    server.state.job_seconds = 0.2
    outage(server, JOB, times=2 * (TRIES if status == 500 else 5), status=status, skip=1)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_what_is_refused_is_asked_once(site, server, file):
    """A short outage is borne by asking again, which is no use here."""
    outage(server, status=403)
    code, said = site.put(file)
    asked = [r for r in server.requests if r.path == "/api/tasks/"]
    assert (code, len(asked), said["unfinished"]) == (1, 1, 1)


def told(done):
    return f"{done.stdout}{done.stderr}".count(NEXT)


@pytest.mark.parametrize("status", [500, 503])
def test_a_long_outage_says_where_it_came_and_how_to_go_on(site, server, file, status):
    server.state.job_seconds = 0
    outage(server, skip=1, status=status)
    outage(server, "/api/projects/1/imports/*", status=status)
    done = site.run("import", "labels", "--project", "1", file, "--batch-size", "4")
    last = done.stderr.splitlines()[-1]
    assert (done.exit_code, "tasks.jsonl: batch " in last, told(done)) == (1, True, 1)
    assert f"HTTP {status}" in last
    assert last.endswith(f"nothing is lost; go on with: {NEXT}")
    server.faults.clear()
    assert site.run("import", "--resume").exit_code == 0
    site.once()


def test_a_refusal_that_leaves_an_import_open_says_how_to_go_on(site, server, file):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    done = site.run("import", "labels", "--project", "1", file, "--batch-size", "4")
    assert (done.exit_code, told(done)) == (1, 1)
    assert done.stderr.splitlines()[-1].endswith(f"; go on with: {NEXT}")


def test_going_on_with_a_server_that_is_down_says_how_to_go_on(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    outage(server, None)
    done = site.run("import", "--resume")
    assert (done.exit_code, told(done)) == (1, 1)


def test_an_error_that_leaves_nothing_open_does_not_say_how_to_go_on(site, file):
    done = site.run("import", "labels", "--project", "9", file)
    assert (done.exit_code, told(done)) == (1, 0)


def test_an_error_of_another_project_says_nothing_of_what_is_open(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    code, said = site.put("--watch", "77")
    assert (code, said["unfinished"], NEXT in said["error"]) == (1, 1, False)


# At one batch


def test_a_job_that_is_never_shown_is_given_up_and_no_other(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "3", "--no-wait")
    outage(server, JOB)
    for number in (2, 3):
        server.state.jobs[number].due = server.clock.now()
    server.clock.advance(seconds=1)
    done = site.run("import", "--resume")
    assert (done.exit_code, done.stderr.count(CLOSE)) == (1, 1)
    assert "tasks.jsonl: batch 1: the server fails at this alone: " in done.stderr
    assert [o for (o,) in site.items("outcome")] == [None] * 3 + ["created"] * 4
    assert site.imported("--resume", "--give-up") == {}
    assert [o for (o,) in site.items("outcome")] == ["abandoned"] * 3 + ["created"] * 4
    server.faults.clear()
    server.clock.advance(hours=1)
    assert site.imported(file) == {"created": 3}
    assert len(site.posts()) == 3
    site.once()


def test_what_has_come_of_a_job_that_is_never_shown_is_kept(site, server, file, by_jobs):
    usual = type(server.state).import_tasks
    server.state.import_tasks = lambda project, rows: usual(server.state, project, rows[:5])
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.clock.advance(hours=1)
    outage(server, JOB)
    assert site.imported("--resume", "--give-up") == {"created": 5}
    assert [o for (o,) in site.items("outcome")] == ["created"] * 5 + ["abandoned"] * 2
    assert site.mirrored() == site.there


def test_a_job_that_is_never_shown_has_ended_when_all_of_it_is_there(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.clock.advance(hours=1)
    outage(server, JOB)
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_a_batch_whose_marks_are_never_told_is_given_up_and_no_other(site, server, file):
    site.goes_wrong(cut_after=0)
    mark = []

    def fail(request, _said):
        asked = str(request.param("query"))
        if request.path != "/api/tasks/" or "contains" not in asked:
            return None
        mark[:] = mark or [asked]
        return json_answer({"detail": "oops"}, 500) if asked == mark[0] else None

    site.asked(fail)
    code, said = site.put(file, "--batch-size", "3")
    assert (code, said["unfinished"], NEXT in said["error"]) == (1, 2, True)
    assert site.imported("--resume", "--give-up") == {"created": 4}
    assert [o for (o,) in site.items("outcome")] == ["abandoned"] * 3 + ["created"] * 4


def test_a_batch_of_which_too_much_cannot_be_read_is_given_up(
    site, server, images, by_jobs, spoilt
):
    name = site.file(images(30))
    spoilt += [b"s3://b/"]
    code, said = site.put(name)
    assert (code, said["unfinished"], site.batches("status")) == (1, 1, [("taken",)])
    code, said = site.put("--resume")
    assert (code, CLOSE in said["error"]) == (1, True)
    assert site.imported("--resume", "--give-up") == {}
    spoilt.clear()
    assert site.imported(name) == {"created": 30}
    assert len(site.posts()) == 1


@pytest.mark.parametrize("more", ["/api/tasks/", "/api/projects/1/"])
def test_nothing_is_given_up_while_a_server_fails_at_everything(site, server, file, by_jobs, more):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    for path in (JOB, more):
        outage(server, path)
    code, said = site.put("--resume", "--give-up")
    assert (code, said["unfinished"], "not at this alone" in said["error"]) == (
        *(1, 1),
        True,
    )
    server.faults.clear()
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


# A server that has too much to do


def test_a_batch_that_is_turned_away_every_time_is_sent_by_the_next_run(site, server, file):
    site.goes_wrong(status=429, times=None, body=b"{}")
    code, said = site.put(file)
    assert (code, said["unfinished"], site.batches("status")) == (1, 1, [("prepared",)])
    assert said["error"].endswith(f"; go on with: {NEXT}")
    assert site.posts(tasks=False) == []  # nothing is looked for: it did not arrive
    server.faults.clear()
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_a_job_is_asked_after_as_late_as_the_server_asks_for(
    site, server, file, by_jobs, monkeypatch
):
    monkeypatch.setattr(client, "LONGEST_PAUSE", 60.0)
    later = (("Retry-After", "1"),)
    server.faults.append(Fault(path=JOB, status=429, headers=later, body=b"{}"))
    began = time.monotonic()
    assert site.imported(file) == {"created": 7}
    assert time.monotonic() - began > 1.0
