"""Jobs that somebody else began, or one of our own, followed by their number."""

import httpx
import pytest

from etl.standins.faults import Fault


@pytest.mark.parametrize("job", [1, 2, 3])
def test_one_of_our_own_jobs_that_is_watched_is_gone_on_with(site, server, file, by_jobs, job):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "3", "--no-wait")
    server.clock.advance(hours=1)
    assert site.imported("--watch", str(job)) == {"created": 1 if job == 3 else 3}
    statuses = [s for (s,) in site.batches("status")]
    assert [n for n, status in enumerate(statuses, 1) if status == "completed"] == [job]
    assert site.imported("--watch", str(job)) == {}
    assert site.imported("--resume") == {"created": 6 if job == 3 else 4}
    site.once()


def test_one_of_our_own_jobs_that_failed_is_no_job_of_others(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.state.jobs[1].status, server.state.jobs[1].error = "failed", "worker died"
    done = site.run("import", "labels", "--project", "1", "--watch", "1")
    assert (done.exit_code, "job 1 failed: worker died" in done.stderr) == (1, True)
    server.state.job_seconds = 0.05
    assert site.imported("--resume") == {"created": 7}
    assert site.items("position", "outcome") == [(n, "created") for n in range(1, 8)]


def test_one_of_our_own_jobs_that_made_nothing_is_no_success(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    server.state.jobs[1].status, server.state.jobs[1].error = "failed", "worker died"
    code, said = site.put("--watch", "1", "--skip-bad")
    assert (code, said["unfinished"]) == (1, 1)
    assert "7 lines of it are not there; they are sent by: annomirror import" in said["error"]
    server.state.job_seconds = 0.05
    assert site.imported("--resume") == {"created": 7}


def test_a_job_that_was_begun_elsewhere_is_followed(site, server, images, by_jobs):
    sent = [*images(2), {"data": {"image": "x", "n": 3}}]
    url = f"{server.url}{site.posting}?return_task_ids=true"
    headers = {"Authorization": f"Token {server.token}"}
    job = httpx.post(url, json=sent, headers=headers, trust_env=False).json()["import"]
    code, said = site.put("--watch", str(job))
    assert (code, said["created"]) == (0, 3)
    assert site.batches("job_id", "status", "session", "task_count") == [
        (job, "completed", None, 3)
    ]
    assert site.items("position", "task_id") == [(1, 1), (2, 2), (3, 3)]
    assert site.mirrored() == site.there
    assert site.put("--watch", str(job))[1]["created"] == 0


def test_a_watched_job_that_takes_long_is_gone_on_with(site, server, images, by_jobs):
    server.state.job_seconds = 3600
    url = f"{server.url}{site.posting}?return_task_ids=true"
    headers = {"Authorization": f"Token {server.token}"}
    job = httpx.post(url, json=images(2), headers=headers, trust_env=False).json()["import"]
    assert site.put("--watch", str(job), "--timeout", "0.1")[0] == 1
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 2}


def test_a_watched_job_that_failed_says_why(site, server, by_jobs):
    headers = {"Authorization": f"Token {server.token}"}
    httpx.post(f"{server.url}{site.posting}", json=[{"n": 1}], headers=headers, trust_env=False)
    code, said = site.put("--watch", "1")
    assert (code, '"image" key is expected' in said["error"]) == (1, True)
    assert site.batches("status") == [("failed",)]
    assert site.imported("--resume") == {}


def test_a_job_that_is_not_there_is_said_to_be_missing(site):
    code, said = site.put("--watch", "77")
    assert (code, "No ProjectImport matches" in said["error"]) == (1, True)
    assert "the Community edition" in said["error"]
    assert site.batches("id") == []


def test_a_job_of_another_project_is_not_followed(site, server, file, by_jobs):
    site.imported(file)
    other = server.state.add_project("Spans")
    code, said = site.put("--watch", "1", project=other.id)
    assert (code, "job 1 is one of project 1, not of 2" in said["error"]) == (1, True)


def begun_elsewhere(site, server, records):
    url = f"{server.url}{site.posting}?return_task_ids=true"
    headers = {"Authorization": f"Token {server.token}"}
    return httpx.post(url, json=records, headers=headers, trust_env=False)


def test_a_watched_job_that_hides_what_it_was_sent_keeps_its_ids(site, server, images, by_jobs):
    server.state.job_seconds = 0
    begun_elsewhere(site, server, images(2))
    told = b'{"id":1,"project":1,"status":"completed","task_count":2,"task_ids":[1,2],"tasks":null}'
    server.faults.append(
        Fault(path="/api/projects/1/imports/1/", status=200, times=None, body=told)
    )
    assert site.imported("--watch", "1") == {"created": 2}
    assert site.items("position", "task_id", "content_hash") == [(1, 1, None), (2, 2, None)]
    assert site.mirrored() == site.there


def test_a_watched_job_that_failed_fails_every_time(site, server, by_jobs):
    server.state.job_seconds = 0
    begun_elsewhere(site, server, [{"n": 1}])
    assert [site.put("--watch", "1")[0] for _ in range(2)] == [1, 1]


def test_a_job_nested_too_deeply_is_told(site, server, file, by_jobs):
    told = b'{"id":1,"project":1,"status":"completed","tasks":[' + b"[" * 2000 + b"]" * 2000 + b"]}"
    server.faults.append(
        Fault(path="/api/projects/1/imports/1/", status=200, times=None, body=told)
    )
    code, said = site.put("--watch", "1")
    assert (code, "a job is nested too deeply: " in said["error"]) == (1, True)


def test_a_watched_job_that_names_no_tasks_is_partial(site, server, images, by_jobs):
    server.state.job_seconds = 0
    headers = {"Authorization": f"Token {server.token}"}
    httpx.post(f"{server.url}{site.posting}", json=images(3), headers=headers, trust_env=False)
    code, said = site.put("--watch", "1")
    assert (code, said["outcome"], said["created"], said["unnamed"]) == (3, "partial", 0, 3)
    assert "3 tasks were made, and the server does not name them" in said["error"]
    assert "run: annomirror sync" in said["error"]
    ((status, error),) = site.batches("status", "error")
    assert (status, error.startswith("3 more tasks were made")) == ("completed", True)
    assert site.run("sync").exit_code == 0
    assert site.mirrored() == site.there


@pytest.mark.parametrize("odd", ['"\\ud800"', "NaN", '"\\ud800", "m": NaN'])
def test_a_watched_job_may_show_what_is_json_only_to_python(site, server, images, by_jobs, odd):
    server.state.job_seconds = 0
    begun_elsewhere(site, server, images(1))
    told = (
        '{"id":1,"project":1,"status":"completed","task_count":1,"task_ids":[1],"tasks":[{"n":%s}]}'
    )
    server.faults.append(
        Fault(path="/api/projects/1/imports/1/", status=200, times=None, body=(told % odd).encode())
    )
    assert site.imported("--watch", "1") == {"created": 1}
    assert site.mirrored() == site.there
