"""Nothing is imported twice: answers that are lost, servers that break off, programs that die."""

import json
import subprocess
import sys
import time

import httpx
import pytest

from etl import client
from etl.imports.reconcile import Reconciler
from etl.standins.faults import Fault

IMPORT = "/api/projects/1/import"
NUMBERS = list(range(1, 8))


def goes_wrong(server, **fault):
    server.faults.append(Fault(method="POST", path=IMPORT, **fault))


@pytest.fixture
def file(site, images):
    return site.file(images(7))


def once(site):
    """Tell whether every line is one task, and the books and the mirror know which."""
    assert site.numbers == NUMBERS
    assert site.items("position", "outcome") == [(n, "created") for n in NUMBERS]
    keys = dict(site.items("position", "task_id"))
    assert {n: site.there[keys[n]]["n"] for n in NUMBERS} == {n: n for n in NUMBERS}
    assert site.mirrored() == site.there
    assert site.rows("SELECT count(*) FROM label_studio_imports WHERE status <> 'completed'") == [
        (0,)
    ]


# Answers that do not come


TAKEN = [{"cut_after": 0}, {"cut_after": 5}, {"body": b"<html>"}, {"body": b'{"ok": true}'}]


@pytest.mark.parametrize("fault", TAKEN, ids=str)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_batch_that_was_accepted_before_the_cut_is_not_sent_again(
    site, server, file, fault, which
):
    goes_wrong(server, skip=which, **fault)
    assert site.imported(file, "--batch-size", "3") == {"created": 7}
    assert len(site.posts()) == 3
    once(site)


def test_who_waits_is_told_what_for(site, server, file):
    goes_wrong(server, status=502)
    done = site.run("import", "labels", "--project", "1", file)
    assert done.exit_code == 0
    said = "tasks.jsonl: batch 1 got no answer (POST /api/projects/1/import: HTTP 502: (empty))"
    assert f"{said}; looking for it" in done.stderr


NOT_TAKEN = [{"close": True}, {"status": 502}, {"status": 503}, {"status": 504}, {"status": 500}]


@pytest.mark.parametrize("fault", NOT_TAKEN, ids=str)
def test_a_batch_that_never_arrived_is_sent_again_when_that_is_sure(site, server, file, fault):
    goes_wrong(server, skip=1, **fault)
    assert site.imported(file, "--batch-size", "3") == {"created": 7}
    assert len(site.posts()) == 4
    once(site)


def test_a_batch_that_was_turned_away_is_sent_again_at_once(site, server, file):
    goes_wrong(server, status=429, headers=(("Retry-After", "0"),), times=2)
    assert site.imported(file) == {"created": 7}
    assert (len(site.posts()), site.posts(tasks=False)) == (3, [])
    once(site)


def test_a_server_that_never_takes_anything_is_given_up(site, server, file):
    goes_wrong(server, status=502, times=None)
    code, said = site.put(file)
    assert (code, said["unfinished"], "HTTP 502" in said["error"]) == (1, 1, True)
    server.faults.clear()
    assert site.imported("--resume") == {"created": 7}
    once(site)


def test_a_server_that_is_gone_is_waited_for_by_the_next_run(site, server, file):
    goes_wrong(server, cut_after=0)
    server.faults.append(Fault(path="/api/tasks/", times=20, status=503))
    assert site.put(file)[0] == 1
    server.faults.clear()
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 1
    once(site)


def test_what_a_server_does_late_is_waited_for(site, server, file, at_once):
    """The answer is lost while the server is still at work, as behind a proxy that cuts."""
    state, looks = server.state, []
    usual = type(state).import_tasks

    def late(project, rows):
        made = usual(state, project, rows, commit=False)
        looks.append(len(made))
        return made

    state.import_tasks = late
    goes_wrong(server, cut_after=0)
    release = Fault(method="GET", path="/api/tasks/", skip=3, times=0)
    server.faults.append(release)
    answer = server.server.app.answer

    def answered(request):
        if request.path == "/api/tasks/" and len(site.posts()) == 1:
            looks.append("look")
            if looks.count("look") == 3:
                state.release()
        return answer(request)

    server.server.app.answer = answered
    assert site.imported(file) == {"created": 7}
    once(site)


def test_a_long_job_of_which_a_part_is_in_has_the_rest_sent_once(site, server, file, by_jobs):
    """As the server's streaming import does that dies in the middle."""
    answer = server.server.app.answer

    def half(request):
        done = answer(request)
        if request.path == IMPORT and request.method == "POST" and len(site.posts()) == 1:
            job = server.state.jobs[1]
            server.state.import_tasks(1, job.tasks[:4])
            job.status, job.error = "failed", "worker died"
        return done

    server.server.app.answer = half
    code, said = site.put(file)
    assert (code, said["created"], "worker died" in said["error"]) == (2, 4, True)
    server.server.app.answer = answer
    assert site.imported("--resume") == {"created": 3}
    assert [len(sent) for sent in site.posts()] == [7, 3]
    assert site.numbers == NUMBERS


def test_a_job_whose_number_was_lost_is_found_and_waited_for(site, server, file, by_jobs):
    server.state.job_seconds = 0.4
    goes_wrong(server, cut_after=0)
    assert site.imported(file) == {"created": 7}
    assert (len(site.posts()), len(site.posts(tasks=False))) == (1, 1)
    assert site.batches("job_id") == [(1,)]
    once(site)


def test_a_failed_job_whose_number_was_lost_says_why(site, server, by_jobs):
    server.state.job_seconds = 0.0
    name = site.file([{"data": {"image": "a", "n": 1}}, {"data": {"n": 2}}])
    code, said = site.put(name)
    assert (code, site.there) == (2, {})
    assert 'line 2: "image" key is expected' in said["error"]


def test_jobs_of_others_that_are_hidden_from_us_are_passed_over(site, server, file, by_jobs):
    goes_wrong(server, cut_after=0)
    server.state.job_seconds = 0.3
    for _ in range(3):
        server.state.keys.take("job")
    assert site.imported(file) == {"created": 7}
    assert site.batches("job_id") == [(4,)]
    once(site)


def test_jobs_that_do_not_show_what_they_were_sent_prove_nothing(site, server, file, by_jobs):
    goes_wrong(server, cut_after=0)
    server.state.job_seconds = 0.4
    told = b'{"id": 1, "status": "created", "tasks": null}'
    server.faults.append(Fault(path="/api/projects/1/imports/1/", status=200, body=told))
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    once(site)


def test_what_a_queue_may_still_come_to_is_not_sent_again(site, server, file, by_jobs):
    goes_wrong(server, cut_after=0)
    server.state.job_seconds = 3600
    told = b'{"id": 1, "status": "created", "tasks": null}'
    server.faults.append(Fault(path="/api/projects/1/imports/1/", status=200, body=told))
    code, said = site.put(file, "--timeout", "0.3")
    assert (code, len(site.posts())) == (1, 1)
    assert "a server that works by jobs may still come to it" in said["error"]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    once(site)


def test_the_retries_of_other_requests_do_not_touch_what_is_sent_once(site, server, file):
    server.faults.append(Fault(status=503, times=3))
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1


# Programs that die


class Died(BaseException):
    """What no handler of the program expects, as of a kill."""


@pytest.fixture
def dies(monkeypatch):
    """Let the program die at its n-th request: before it is sent, or after it was answered."""
    usual = client.Client.send
    counted = []

    def at(number, *, answered):
        counted.clear()

        def send(self, request):
            counted.append(request)
            if len(counted) == number and not answered:
                raise Died
            answer = usual(self, request)
            if len(counted) == number:
                raise Died
            return answer

        monkeypatch.setattr(client.Client, "send", send)
        return counted

    yield at
    monkeypatch.setattr(client.Client, "send", usual)


def killed(site, *arguments):
    """Run the command until it dies; tell whether it did."""
    try:
        site.put(*arguments)
    except Died:
        return True
    return False


@pytest.mark.parametrize("answered", [False, True])
def test_an_import_that_died_at_any_request_is_gone_on_with(
    site, dies, file, answered, monkeypatch
):
    number = 0
    while True:
        number += 1
        site.server.state.delete_project(site.project.id)
        site.project = site.server.state.add_project("Boxes", site.project.label_config)
        (site.folder / "mirror.db").unlink(missing_ok=True)
        site.server.requests.clear()
        dies(number, answered=answered)
        died = killed(site, file, "--batch-size", "3")
        dies(10**6, answered=answered)
        if died:
            code, said = site.put("--resume")
            assert (code, said["unfinished"]) == (0, 0), (number, said)
            if not site.there:  # it died before the import was begun
                site.imported(file, "--batch-size", "3")
        assert site.numbers == NUMBERS, number
        assert site.items("position", "outcome") == [(n, "created") for n in NUMBERS]
        assert site.mirrored() == site.there
        if not died:
            break
    assert number > 8


def test_an_import_may_die_again_and_again(site, dies, file):
    for number in range(1, 90, 3):
        dies(number, answered=number % 2 == 0)
        if not killed(site, file, "--batch-size", "2"):
            break
    once(site)


def test_an_import_that_is_told_to_stop_says_so_and_is_gone_on_with(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    command = [sys.executable, "-m", "etl", "import", "labels", "--project", "1", file, "--json"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=site.folder, **pipes) as process:
        while not any(request.path.endswith("/imports/1/") for request in server.requests):
            assert process.poll() is None
            time.sleep(0.01)
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert (process.returncode, json.loads(out)["outcome"]) == (143, "interrupted")
    assert err.startswith("annomirror: interrupted")
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    once(site)


# Going on


def cut(site, server, file, *options):
    """Import until the second batch is refused a connection for good."""
    goes_wrong(server, skip=1, times=None, status=403, body=b'{"detail": "closed"}')
    code, _ = site.put(file, "--batch-size", "3", *options)
    assert code == 1
    server.faults.clear()


def test_the_same_command_goes_on_where_it_was_cut(site, server, file):
    cut(site, server, file)
    assert site.numbers == [1, 2, 3]
    assert site.imported(file) == {"created": 4}
    once(site)


def test_nothing_is_left_to_go_on_with_after_all_is_done(site, file):
    site.imported(file)
    sent = len(site.posts())
    assert (site.imported("--resume"), len(site.posts())) == ({}, sent)


def test_a_file_that_is_in_is_refused_until_told_otherwise(site, file):
    site.imported(file)
    code, said = site.put(file)
    assert (code, said["outcome"], site.numbers) == (5, "refused", NUMBERS)
    assert "--again" in said["error"]
    assert site.imported(file, "--again") == {"created": 7}
    assert site.numbers == sorted(NUMBERS * 2)


def test_a_file_that_changed_since_is_not_gone_on_with(site, server, file, images):
    cut(site, server, file)
    site.file(images(7, 2))
    code, said = site.put("--resume")
    assert (code, site.numbers) == (5, [1, 2, 3])
    assert "line 1 is another one than when" in said["error"]


def test_a_file_that_is_shorter_now_is_not_gone_on_with(site, server, file, images):
    cut(site, server, file)
    site.file(images(2))
    code, said = site.put("--resume")
    assert (code, site.numbers) == (2, [1, 2, 3])
    assert "ends after 2 records" in said["error"]


def test_a_file_that_is_gone_is_asked_for(site, server, file):
    cut(site, server, file)
    (site.folder / file).unlink()
    code, said = site.put("--resume")
    assert (code, "tasks.jsonl: No such file" in said["error"]) == (2, True)


def test_to_begin_anew_gives_up_what_was_begun(site, server, file, images):
    cut(site, server, file)
    assert site.imported(file, "--again") == {"created": 7}
    assert site.numbers == sorted([1, 2, 3, *NUMBERS])
    assert site.imported("--resume") == {}


def test_standard_input_is_piped_again_to_go_on(site, server, images, jsonl):
    content = jsonl(images(7))
    goes_wrong(server, skip=1, times=None, status=403, body=b"{}")
    assert site.put("-", "--batch-size", "3", stdin=content)[0] == 1
    server.faults.clear()
    code, said = site.put("--resume")
    assert (code, site.numbers) == (2, [1, 2, 3])
    assert "pipe the same into: annomirror import labels --project 1 -" in said["error"]
    assert site.imported("-", stdin=content) == {"created": 4}
    once(site)


def test_one_file_that_is_gone_does_not_stop_the_others(site, server, file, images):
    other = site.file(images(2, 8), "other.jsonl")
    goes_wrong(server, times=None, status=403, body=b"{}")
    assert [site.put(name)[0] for name in (file, other)] == [1, 1]
    server.faults.clear()
    (site.folder / file).unlink()
    code, said = site.put("--resume")
    assert (code, said["created"], said["unfinished"], site.numbers) == (2, 2, 1, [8, 9])
    assert "tasks.jsonl: No such file" in said["error"]


def test_a_source_that_fails_does_not_stop_the_next(site, server, file):
    cut(site, server, file)
    lines = ("[sources.another]", 'platform = "label_studio"', 'url = "http://127.0.0.1:9"')
    site.configure(*lines, 'token = "t"')
    code, said = site.put("--resume")
    assert (code, said["created"], site.numbers) == (1, 4, NUMBERS)
    assert "127.0.0.1:9 does not answer" in said["error"]


def test_an_import_with_keys_goes_on_with_them(site, server, file):
    cut(site, server, file, "--key", "n")
    assert site.imported("--resume") == {"created": 4}
    assert site.items("external_key") == [(str(n),) for n in NUMBERS]
    once(site)


def test_the_books_go_on_on_both_databases(on_both, site, server, file):
    cut(site, server, file)
    assert site.imported("--resume") == {"created": 4}
    rows = on_both.all(
        "SELECT position, outcome, task_id FROM label_studio_import_items ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [(n, "created", n) for n in NUMBERS]
    assert site.numbers == NUMBERS


# Jobs


def test_jobs_are_not_followed_where_that_is_not_wished(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    code, said = site.put(file, "--batch-size", "3", "--no-wait")
    assert (code, said["created"], said["unfinished"]) == (0, 0, 3)
    assert site.batches("job_id", "status") == [(1, "created"), (2, "created"), (3, "created")]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    once(site)


def test_going_on_without_waiting_looks_once(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    code, said = site.put("--resume", "--no-wait")
    assert (code, said["unfinished"], site.batches("status")) == (0, 1, [("in_progress",)])
    server.clock.advance(hours=1)
    assert site.imported("--resume", "--no-wait") == {"created": 7}
    once(site)


def test_a_job_that_does_not_end_is_left_to_the_next_run(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    code, said = site.put(file, "--timeout", "0.2")
    assert (code, said["unfinished"], site.batches("status")) == (1, 1, [("in_progress",)])
    assert "job 1 of project 1 has not ended within 0.2 s" in said["error"]
    assert "annomirror import --resume" in said["error"]
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 7}
    once(site)


def test_pauses_between_two_looks_grow():
    pauses, last = [], 0.0
    others = dict.fromkeys(
        ("source", "intake", "stream", "sender", "session", "journal", "run_id", "options")
    )
    there = Reconciler(**others, sleep=pauses.append)
    for _ in range(15):
        last = there.pause(last)
    assert pauses[:3] == [0.2, pytest.approx(0.3), pytest.approx(0.45)]
    assert max(pauses) == pauses[-1] == 15.0


def test_a_job_that_was_begun_elsewhere_is_followed(site, server, images, by_jobs):
    sent = [*images(2), {"data": {"image": "x", "n": 3}}]
    url = f"{server.url}{IMPORT}?return_task_ids=true"
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
    url = f"{server.url}{IMPORT}?return_task_ids=true"
    headers = {"Authorization": f"Token {server.token}"}
    job = httpx.post(url, json=images(2), headers=headers, trust_env=False).json()["import"]
    assert site.put("--watch", str(job), "--timeout", "0.1")[0] == 1
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 2}


def test_a_watched_job_that_failed_says_why(site, server, by_jobs):
    headers = {"Authorization": f"Token {server.token}"}
    httpx.post(f"{server.url}{IMPORT}", json=[{"n": 1}], headers=headers, trust_env=False)
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


def test_a_job_the_server_forgot_is_looked_for_by_its_tasks(site, server, file, by_jobs):
    site.put(file, "--no-wait")
    server.clock.advance(60)
    site.run("check")  # any request: the job is done by now
    server.state.jobs.clear()
    assert site.imported("--resume") == {"created": 7}
    once(site)


def test_marks_do_not_mix_imports_up(site, server, images):
    site.imported(site.file(images(3)))
    site.imported(site.file(images(4), "b.jsonl"))
    marks = [json.loads(task.meta)["annomirror"] for task in server.state.project(1).tasks]
    assert len({mark.rpartition(".")[0] for mark in marks}) == 2
