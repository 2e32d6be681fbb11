"""What can never be gone on with is closed, when that is said, and tells why."""

import time

import httpx
import pytest

from etl.standins.faults import Fault

NUMBERS = list(range(1, 8))
WAY = "to close it as it is: annomirror import --resume --give-up"


@pytest.fixture
def watched(site, server, images):
    """Begin a job elsewhere and watch it."""
    server.state.edition, server.state.job_seconds = "Enterprise", 3600
    url = f"{server.url}{site.posting}?return_task_ids=true"
    headers = {"Authorization": f"Token {server.token}"}
    job = httpx.post(url, json=images(2), headers=headers, trust_env=False).json()["import"]
    site.put("--watch", str(job), "--no-wait")
    return str(job)


def test_a_watched_job_that_the_server_forgot_is_closed(site, server, by_jobs, watched):
    jobs, server.state.jobs = server.state.jobs, {}
    code, said = site.put("--resume")
    assert (code, said["unfinished"], "No ProjectImport matches" in said["error"]) == (1, 0, True)
    ((status, why),) = site.batches("status", "error")
    assert (status, "No ProjectImport matches" in why) == ("failed", True)
    assert site.imported("--resume") == {}
    server.state.jobs = jobs
    server.clock.advance(hours=1)
    assert site.imported("--watch", watched) == {"created": 2}
    assert site.mirrored() == site.there


@pytest.mark.parametrize("forgotten", [False, True], ids=["job stuck", "job gone"])
def test_what_was_begun_in_a_project_that_is_gone_may_be_given_up(
    site, server, file, by_jobs, forgotten
):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.state.delete_project(site.project.id)
    if forgotten:
        server.state.jobs.clear()
    code, said = site.put("--resume", "--timeout", "0.3")
    assert (code, said["unfinished"], WAY in said["error"]) == (1, 1, True)
    assert site.imported("--resume", "--give-up", "--timeout", "0.3") == {}
    assert site.items("outcome") == [("abandoned",)] * 7
    ((status, why),) = site.batches("status", "error")
    assert (status, why.startswith("given up: ")) == ("failed", True)
    assert site.imported("--resume") == {}


@pytest.mark.usefixtures("one_of_two_gone")
def test_what_can_be_gone_on_with_is_not_given_up(site):
    code, said = site.put("--resume", "--give-up")
    assert (code, said["created"], said["unfinished"], site.numbers) == (0, 2, 0, [8, 9])
    assert [s for (s,) in site.batches("status")] == ["failed", "completed"]


SILENT = [
    Fault(method=None, path=path, times=None, **fault)
    for path in (None, "/api/projects/1/imports/*")
    for fault in ({"status": 503}, {"status": 500}, {"cut_after": 5}, {"close": True})
    if path is None or fault != {"status": 500}  # which is that job's own
]


@pytest.mark.parametrize("fault", SILENT, ids=str)
def test_nothing_is_given_up_because_a_server_does_not_answer(site, server, file, by_jobs, fault):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.faults.append(fault)
    code, said = site.put("--resume", "--give-up")
    assert (code, said["unfinished"]) == (1, 1)
    server.faults.clear()
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


@pytest.fixture
def stuck(site, server, file, by_jobs):
    """Send three batches, of which the first has a job that does not end."""
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "3", "--no-wait")
    for number in (2, 3):
        server.state.jobs[number].due = server.clock.now()
    server.clock.advance(seconds=1)


def test_several_stuck_jobs_are_not_waited_for_one_after_the_other(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "1", "--no-wait")
    began = time.monotonic()
    assert site.put("--resume", "--timeout", "0.5")[0] == 1
    assert 0.5 < time.monotonic() - began < 1.5


def test_a_job_behind_one_that_ended_is_waited_for_as_long(site, server, file, by_jobs):
    """As where one worker does them one after the other."""
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "3", "--no-wait")
    began = time.monotonic()

    def work(request, _said):
        done = int((time.monotonic() - began) / 0.3)
        for number in range(1, min(done, 3) + 1):
            server.state.jobs[number].due = server.clock.now()

    site.asked(work)
    server.clock.advance(seconds=1)
    assert site.imported("--resume", "--timeout", "0.6") == {"created": 7}


def test_a_stuck_job_does_not_keep_those_behind_it_out_of_the_books(site, server, stuck):
    code, said = site.put("--resume", "--timeout", "0.3")
    assert (code, said["created"], said["unfinished"], WAY in said["error"]) == (1, 4, 1, True)
    assert site.mirrored() == site.there
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 3}
    site.once()


def test_only_the_job_that_is_stuck_is_given_up(site, stuck):
    assert site.imported("--resume", "--give-up", "--timeout", "0.3") == {"created": 4}
    assert [o for (o,) in site.items("outcome")] == ["abandoned"] * 3 + ["created"] * 4
    assert (site.numbers, site.mirrored()) == ([4, 5, 6, 7], site.there)


def test_a_job_that_cannot_be_asked_after_is_the_only_one_that_is_given_up(site, server, stuck):
    """The server breaks down over one job, and does not answer for another."""
    faults = ({"status": 400, "body": b"{}"}, {"status": 503})
    for number, fault in enumerate(faults, 1):
        path = f"/api/projects/1/imports/{number}/"
        server.faults.append(Fault(path=path, times=None, **fault))
    code, said = site.put("--resume", "--give-up", "--timeout", "0.3")
    assert (code, said["created"], said["unfinished"]) == (1, 1, 1)
    server.faults.clear()
    assert site.imported("--resume", "--give-up") == {"created": 3}
    assert [o for (o,) in site.items("outcome")] == ["abandoned"] * 3 + ["created"] * 4


def test_what_is_under_way_is_not_given_up_where_it_is_not_waited_for(site, server, stuck, file):
    (site.folder / file).unlink()
    code, said = site.put("--resume", "--give-up", "--no-wait")
    assert (code, said["created"], said["unfinished"]) == (0, 4, 1)
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 3}
    site.once()


def test_jobs_that_failed_meanwhile_are_sent_anew(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "2", "--no-wait")
    for number in (1, 2, 3):
        server.state.jobs[number].status = "failed"
        server.state.jobs[number].error = "worker died"
    server.clock.advance(hours=1)
    server.state.job_seconds = 0.05
    done = site.run("import", "--resume")
    told = "tasks.jsonl: lines 1 to 2: job 1 failed: worker died; they are sent again"
    assert (done.exit_code, told in done.stderr) == (0, True)
    assert (site.numbers, site.imported("--resume")) == (NUMBERS, {})


def test_what_was_given_up_does_not_stand_for_its_file(site, server, file, images):
    site.goes_wrong(times=None, status=403, body=b"{}")
    assert site.put(file)[0] == 1
    (site.folder / file).unlink()
    assert site.imported("--resume", "--give-up") == {}
    server.faults.clear()
    assert site.imported(site.file(images(7), "copy.jsonl")) == {"created": 7}


def test_giving_up_is_said_together_with_going_on(site, file):
    done = site.run("import", "labels", "--project", "1", file, "--give-up")
    assert (done.exit_code, site.posts()) == (2, [])
    assert "--give-up closes what --resume cannot go on with; say both" in done.stderr


def test_a_file_that_is_gone_is_closed_as_the_message_says(site, server, file):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    server.faults.clear()
    (site.folder / file).unlink()
    for _ in range(2):
        code, said = site.put("--resume")
        assert (code, "tasks.jsonl: No such file" in said["error"]) == (2, True)
        assert WAY in said["error"]
    assert site.imported("--resume", "--give-up") == {}
    assert site.imported("--resume") == {}
    assert site.numbers == [1, 2, 3]


def test_standard_input_that_was_cut_is_closed_as_the_message_says(
    site, server, images, jsonl, by_jobs
):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put("-", "--batch-size", "3", stdin=jsonl(images(7)))[0] == 1
    server.faults.clear()
    code, said = site.put("-", stdin=jsonl(images(7, 2)))
    assert (code, "bring the old file back" in said["error"]) == (5, False)
    assert "standard input: line 1 is another one than when its import" in said["error"]
    assert "pipe the same again, or begin anew with --again" in said["error"]
    code, said = site.put("--resume")
    assert (code, WAY in said["error"]) == (2, True)
    assert site.imported("--resume", "--give-up") == {}
    assert site.imported("-", stdin=jsonl(images(2, 8))) == {"created": 2}


# To begin anew


def test_a_job_that_failed_does_not_stop_its_file_from_being_begun_anew(
    site, server, file, by_jobs
):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "4", "--no-wait")
    job = server.state.jobs[1]
    job.status, job.error = "failed", "worker died"
    server.clock.advance(hours=1)
    server.state.job_seconds = 0
    done = site.run("import", "labels", "--project", "1", file, "--again")
    assert (done.exit_code, site.numbers) == (0, sorted([*NUMBERS, 5, 6, 7]))
    assert "worker died" in done.stderr
    assert [o for (o,) in site.items("outcome", where="import_id < 3")] == [
        *["abandoned"] * 4,
        *["created"] * 3,
    ]
    assert site.imported("--resume") == {}


def test_a_server_that_does_not_answer_stops_what_is_begun_anew(site, server, file, by_jobs):
    """What became of the first batches would never be known."""
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.faults.append(Fault(path="/api/projects/1/imports/*", times=None, status=503))
    assert site.put(file, "--again")[0] == 1
    assert [s for (s,) in site.batches("status")] == ["created"]
