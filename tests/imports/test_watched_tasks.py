"""What a job that somebody else began has made: the tasks that are there, and no others."""

import httpx
import pytest

from etl.imports import watching
from importer import Died


@pytest.fixture
def job(site, server, by_jobs, images):
    """Begin a job of seven tasks elsewhere, which ends."""

    def begin(*, named=True):
        url = f"{server.url}{site.posting}{'?return_task_ids=true' if named else ''}"
        headers = {"Authorization": f"Token {server.token}"}
        server.state.job_seconds = 0
        said = httpx.post(url, json=images(7), headers=headers, trust_env=False).json()
        site.run("check")  # any request: the job is done by now
        return str(said["import"])

    return begin


def delete(server, *ids):
    for key in ids:
        server.state.delete_task(key)


def test_tasks_of_a_watched_job_that_are_gone_are_no_lines(site, server, job):
    number = job()
    delete(server, 2, 6)
    code, said = site.put("--watch", number)
    assert (code, said["outcome"], said["created"], said["gone"]) == (3, "partial", 5, [2, 6])
    assert said["error"] == "tasks that the job made are not there any more: 2, 6"
    assert site.items("position", "task_id") == [(n, n) for n in (1, 3, 4, 5, 7)]
    ((status, error),) = site.batches("status", "error")
    assert (status, error) == (
        "completed",
        "2 of the tasks that were made are not there any more",
    )
    assert site.mirrored() == site.there


def test_a_job_that_is_watched_again_says_the_same_of_what_is_gone(site, server, job):
    number = job()
    delete(server, 2)
    first = site.put("--watch", number)
    delete(server, 3)  # which was there when it was adopted
    code, said = site.put("--watch", number)
    assert (code, said["error"], said["gone"]) == (3, first[1]["error"], [2])


def test_a_job_that_is_watched_again_says_the_same_of_what_it_does_not_name(site, job):
    number = job(named=False)
    first, second = (site.put("--watch", number) for _ in range(2))
    assert [(code, said["unnamed"], said["error"]) for code, said in (first, second)] == [
        (3, 7, first[1]["error"])
    ] * 2


def test_a_job_that_is_watched_again_and_is_all_there_is_no_news(site, job):
    number = job()
    assert site.imported("--watch", number) == {"created": 7}
    assert site.imported("--watch", number) == {}


def test_the_tasks_of_a_watched_job_are_read_some_at_a_time(site, server, job, monkeypatch):
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    assert site.imported("--watch", job()) == {"created": 7}
    reads = [r for r in server.requests if r.path == "/api/tasks/" and r.param("include") is None]
    assert len(reads) == 3
    assert site.mirrored() == site.there


def test_a_run_that_dies_while_it_reads_a_watched_job_is_gone_on_with(site, job, monkeypatch):
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    reads = []
    usual = watching.Reconciler.mirror

    def mirror(*arguments):
        reads.append(arguments)
        if len(reads) == 2:
            raise Died
        return usual(*arguments)

    number = job()
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr(watching.Reconciler, "mirror", mirror)
        site.put("--watch", number)
    assert (len(site.mirrored()), site.items("position")) == (3, [])
    assert site.imported("--resume") == {"created": 7}
    assert site.items("position", "task_id") == [(n, n) for n in range(1, 8)]
    assert site.mirrored() == site.there
