"""What is said of what does not end within --timeout: no more than is known."""

import httpx
import pytest

from etl.imports import follow
from etl.standins.exchange import json_answer
from etl.standins.faults import Fault

ON = "wait longer by --timeout, or see after it with: annomirror import --resume"
LATER = "wait longer by --timeout, or later: annomirror import --resume"


JOB = "/api/projects/1/imports/1/"
SAID = {
    "in_progress": "ended within 0.1 s, it is in_progress; it goes on there without us",
    "created": f"begun within 0.1 s: {follow.IDLE}; it waits there",
}


@pytest.fixture(params=SAID)
def stands(request, server, by_jobs):
    """Let a job stand at a status; give what is to be told of it."""
    server.state.job_seconds = 3600
    said = json_answer({"id": 1, "project": 1, "status": request.param}).body
    server.faults.append(Fault(path=JOB, status=200, times=None, body=said))
    return f"job 1 of project 1 has not {SAID[request.param]}: {ON}"


def test_a_job_of_ours_that_does_not_end_is_told_as_it_stands(site, file, stands):
    code, said = site.put(file, "--timeout", "0.1")
    assert (code, said["error"]) == (1, stands)


def test_a_job_of_others_that_does_not_end_is_told_as_it_stands(site, server, images, stands):
    headers = {"Authorization": f"Token {server.token}"}
    httpx.post(f"{server.url}{site.posting}", json=images(2), headers=headers, trust_env=False)
    code, said = site.put("--watch", "1", "--timeout", "0.1")
    assert (code, said["error"]) == (1, stands)


def test_a_job_that_is_not_waited_for_is_no_failure(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    assert site.put(file, "--no-wait", "--timeout", "0.01")[0] == 0
    assert site.put("--resume", "--no-wait", "--timeout", "0.01")[0] == 0


def test_a_batch_in_a_queue_is_told_so(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)
    gone = json_answer({"detail": "No ProjectImport matches"}, 404).body
    server.faults.append(Fault(path="/api/projects/1/imports/*", status=404, body=gone, times=None))
    done = site.run("import", "labels", "--project", "1", file, "--timeout", "1")
    last = done.stderr.splitlines()[-1]
    assert (done.exit_code, "not answered, and a server that works by jobs" in last) == (1, True)
    assert last.endswith(f" may still come to it: {LATER}")
    assert "waiting up to 1 s until its --timeout" in done.stderr
    assert "until it is sent again" not in done.stderr


def test_a_batch_that_a_server_without_jobs_did_not_answer_is_in_no_queue(site, file, at_once):
    site.goes_wrong(cut_after=0, status=502)
    code, said = site.put(file, "--timeout", "0.01")
    assert (code, "jobs" in said["error"]) == (1, False)
    assert said["error"].endswith(
        f"was sent and not answered, and the server may still come to it: {LATER}"
    )


def test_a_batch_that_was_answered_by_an_error_is_not_called_unanswered(
    site, server, file, by_jobs
):
    server.state.job_seconds = 3600
    gone = json_answer({"detail": "No ProjectImport matches"}, 404).body
    site.goes_wrong(status=500, body=b"{}")
    server.faults.append(Fault(path="/api/projects/1/imports/*", status=404, body=gone, times=None))
    code, said = site.put(file, "--timeout", "0.1")
    assert (code, "answered by an error, and a server that works by jobs" in said["error"]) == (
        1,
        True,
    )
