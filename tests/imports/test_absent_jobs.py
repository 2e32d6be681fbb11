"""That a batch is with no job of the server is believed when its jobs prove it, and not before."""

import time
from datetime import timedelta

import pytest

from etl.imports import absence
from etl.platforms.label_studio.importing import BACK
from etl.standins.exchange import json_answer
from etl.standins.faults import Fault
from etl.standins.label_studio.records import Job

HIDDEN = b'{"id": 1, "status": "created", "tasks": null}'


def test_jobs_of_others_that_are_hidden_from_us_are_passed_over(site, server, file, by_jobs):
    """The first of the numbers that are not ours does not end the search."""
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)

    def others(request, _said):
        if request.path == site.posting and not site.posts(tasks=False):
            for _ in range(3):
                server.state.keys.take("job")

    site.asked(others)
    code, said = site.put(file, "--no-wait")
    assert (code, said["unfinished"], site.batches("job_id")) == (0, 1, [(1,)])
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


@pytest.fixture
def many_others(site, server):
    """Let others begin more jobs than are looked at, as soon as ours has been begun."""

    def others(request, _said):
        if request.path == site.posting and not site.posts(tasks=False):
            now = server.clock.now()
            for _ in range(BACK + 10):
                number = server.state.keys.take("job")
                server.state.jobs[number] = Job(
                    id=number,
                    project=site.project.id,
                    tasks=[{"data": {"image": "of others"}}],
                    commit=False,
                    return_ids=False,
                    created_at=now,
                    due=now,
                )

    site.asked(others)


def test_a_search_that_does_not_reach_back_to_the_batch_proves_nothing(
    site, server, file, by_jobs, many_others
):
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)
    code, said = site.put(file, "--timeout", "0.5")
    assert (code, "may still come to it" in said["error"]) == (1, True)
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_a_search_that_reaches_an_older_job_proves_that_nothing_comes(site, server, file, by_jobs):
    for _ in range(BACK + 10):
        server.state.keys.take("job")
    site.imported(site.file([{"data": {"image": "a", "n": 0}}], "before.jsonl"))
    server.clock.advance(minutes=5)
    site.goes_wrong(close=True)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 3


def test_a_number_that_cannot_be_seen_may_be_that_of_our_job(site, server, file, by_jobs):
    """The number is taken before others can see the job."""
    site.imported(site.file([{"data": {"image": "a", "n": 0}}], "before.jsonl"))
    server.clock.advance(minutes=5)
    server.state.keys.take("job")
    site.goes_wrong(close=True)
    code, said = site.put(file, "--timeout", "0.5")
    assert (code, "may still come to it" in said["error"], len(site.posts())) == (1, True, 2)


@pytest.mark.parametrize("seconds", [0, 3600], ids=["done at once", "in a queue"])
def test_a_batch_that_a_proxy_holds_back_is_waited_for(site, server, file, by_jobs, seconds):
    """As long as the proxy itself waited, before it said that nobody answers."""
    server.state.job_seconds = seconds
    app, held, waited = server.server.app, [], 1.0
    answer = app.answer

    def answered(request):
        own = request.method == "POST" and request.param("commit_to_project") != "false"
        if own and request.path == site.posting and not held:
            time.sleep(waited)
            held.extend([request, time.monotonic()])
            return json_answer({"detail": "gateway time-out"}, 504)
        if len(held) == 2 and time.monotonic() - held[1] > waited / 2:
            answer(held[0])
            held.append("let through")
        return answer(request)

    app.answer = answered
    how = ("--no-wait",) if seconds else ()
    code, _said = site.put(file, *how)
    assert (code, len(site.posts())) == (0, 1)
    server.clock.advance(hours=1)
    site.imported("--resume")
    site.once()


def test_a_server_that_hides_our_own_jobs_proves_nothing(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)
    body = b'{"detail": "No ProjectImport matches the given query."}'
    server.faults.append(Fault(path="/api/projects/1/imports/*", status=404, body=body, times=None))
    code, said = site.put(file, "--timeout", "0.5")
    assert (code, "may still come to it" in said["error"]) == (1, True)
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 1


def test_jobs_that_do_not_show_what_they_were_sent_prove_nothing(site, server, file, by_jobs):
    site.goes_wrong(cut_after=0)
    server.state.job_seconds = 0.4
    server.faults.append(Fault(path="/api/projects/1/imports/1/", status=200, body=HIDDEN))
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


@pytest.mark.parametrize("said_by", ["nobody", "the server"])
def test_what_a_queue_may_still_come_to_is_not_sent_again(site, server, file, by_jobs, said_by):
    """Not even if the server answered 500 once its job was begun."""
    server.state.job_seconds = 3600
    if said_by == "nobody":
        site.goes_wrong(cut_after=0)
    else:

        def broken(request, _said):
            first = request.path == site.posting and len(site.posts()) == 1
            own = request.method == "POST" and request.param("commit_to_project") != "false"
            return json_answer({"detail": "oops"}, 500) if first and own else None

        site.asked(broken)
    server.faults.append(
        Fault(path="/api/projects/1/imports/1/", status=200, body=HIDDEN, times=None)
    )
    code, said = site.put(file, "--timeout", "0.3")
    assert (code, len(site.posts())) == (1, 1)
    assert "a server that works by jobs may still come to it" in said["error"]
    server.faults.clear()
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_jobs_of_other_projects_that_are_shown_prove_nothing_is_late(site, server, file, by_jobs):
    """They have the numbers before ours; none of them is hidden."""
    other = server.state.add_project("Other", site.project.label_config)
    site.imported(site.file([{"image": "a", "n": 0}], "other.jsonl"), project=other.id)
    site.goes_wrong(close=True)
    assert site.imported(file, "--timeout", "5") == {"created": 7}
    assert site.numbers == list(range(1, 8))


def test_a_queue_is_asked_once_more_before_it_is_believed_to_come_to_nothing(
    site, server, file, by_jobs, monkeypatch
):
    """Our job can be seen only an hour after, when the search is long over."""
    monkeypatch.setattr(absence, "QUEUED", timedelta(seconds=0.6))
    server.state.job_seconds = 3600
    site.goes_wrong(cut_after=0)
    looks = []

    def hidden(request, _said):
        looks.append(request.path.endswith("/imports/1/"))
        if looks[-1] and looks.count(True) == 1:
            return json_answer({"detail": "No ProjectImport matches"}, 404)
        return None

    site.asked(hidden)
    code, said = site.put(file, "--no-wait")
    assert (code, said["unfinished"], len(site.posts())) == (0, 1, 1)


@pytest.fixture
def shown(site):
    """Note the numbers of the jobs that are shown when an answer was lost."""
    numbers = set()

    def note(request, _said):
        if "/imports/" in request.path and site.posts(tasks=False):
            numbers.add(int(request.path.rsplit("/", 2)[1]))

    site.asked(note)
    return numbers


def test_jobs_of_before_the_batch_was_sent_are_not_looked_at(site, server, images, by_jobs, shown):
    """Each is shown with all its tasks."""
    server.state.job_seconds = 3600
    name = site.file(images(12))
    site.goes_wrong(skip=5, cut_after=0)
    assert site.put(name, "--batch-size", "2", "--no-wait")[0] == 0
    assert shown == {6, 7}  # ours, and what tells of it
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 12}
    site.once(range(1, 13))


def test_a_batch_that_never_came_is_certain_without_the_jobs_before_it(
    site, images, by_jobs, shown
):
    name = site.file(images(12))
    site.goes_wrong(skip=5, close=True)
    assert site.imported(name, "--batch-size", "2", "--timeout", "5") == {"created": 12}
    assert min(shown) == 6
    site.once(range(1, 13))
