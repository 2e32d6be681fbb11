"""Nothing is imported twice: answers that are lost, servers that break off, programs that die."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl import client
from etl.platforms.label_studio.importing import BACK
from etl.standins.faults import Fault
from importer import Died

NUMBERS = list(range(1, 8))
FULL = Path("/dev/full")

# Answers that do not come


TAKEN = [{"cut_after": 0}, {"cut_after": 5}, {"body": b"<html>"}, {"body": b'{"ok": true}'}]


@pytest.mark.parametrize("fault", TAKEN, ids=str)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_batch_that_was_accepted_before_the_cut_is_not_sent_again(
    site, server, file, fault, which
):
    site.goes_wrong(skip=which, **fault)
    assert site.imported(file, "--batch-size", "3") == {"created": 7}
    assert len(site.posts()) == 3
    site.once()


def test_who_waits_is_told_what_for(site, server, file):
    site.goes_wrong(status=502)
    done = site.run("import", "labels", "--project", "1", file)
    assert done.exit_code == 0
    said = "tasks.jsonl: batch 1 got no answer (POST /api/projects/1/import: HTTP 502: (empty))"
    assert f"{said}; looking for it" in done.stderr


NOT_TAKEN = [{"close": True}, {"status": 502}, {"status": 503}, {"status": 504}, {"status": 500}]


@pytest.mark.parametrize("fault", NOT_TAKEN, ids=str)
def test_a_batch_that_never_arrived_is_sent_again_when_that_is_sure(site, server, file, fault):
    site.goes_wrong(skip=1, **fault)
    assert site.imported(file, "--batch-size", "3") == {"created": 7}
    assert len(site.posts()) == 4
    site.once()


def test_a_batch_that_was_turned_away_is_sent_again_at_once(site, server, file):
    site.goes_wrong(status=429, headers=(("Retry-After", "0"),), times=2)
    assert site.imported(file) == {"created": 7}
    assert (len(site.posts()), site.posts(tasks=False)) == (3, [])
    site.once()


def test_a_server_that_never_takes_anything_is_given_up(site, server, file):
    site.goes_wrong(status=502, times=None)
    code, said = site.put(file)
    assert (code, said["unfinished"], "HTTP 502" in said["error"]) == (1, 1, True)
    server.faults.clear()
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_a_server_that_is_gone_is_waited_for_by_the_next_run(site, server, file):
    site.goes_wrong(cut_after=0)
    server.faults.append(Fault(path="/api/tasks/", times=20, status=503))
    assert site.put(file)[0] == 1
    server.faults.clear()
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_what_a_server_does_late_is_waited_for(site, server, file, at_once):
    """The answer is lost while the server is still at work, as behind a proxy that cuts."""
    state, looks = server.state, []
    usual = type(state).import_tasks

    def late(project, rows):
        made = usual(state, project, rows, commit=False)
        looks.append(len(made))
        return made

    state.import_tasks = late
    site.goes_wrong(cut_after=0)
    answer = server.server.app.answer

    def answered(request):
        if request.path == "/api/tasks/" and len(site.posts()) == 1:
            looks.append("look")
            if looks.count("look") == 3:
                state.release()
        return answer(request)

    server.server.app.answer = answered
    assert site.imported(file) == {"created": 7}
    site.once()


def test_a_long_job_of_which_a_part_is_in_has_the_rest_sent_once(site, server, file, by_jobs):
    """As the server's streaming import does that dies in the middle."""
    answer = server.server.app.answer

    def half(request):
        done = answer(request)
        if request.path == site.posting and request.method == "POST" and len(site.posts()) == 1:
            job = server.state.jobs[1]
            server.state.import_tasks(1, job.tasks[:4])
            job.status, job.error = "failed", "worker died"
        return done

    server.server.app.answer = half
    assert site.imported(file) == {"created": 7}
    assert [len(sent) for sent in site.posts()] == [7, 3]
    assert site.numbers == NUMBERS


def test_a_job_whose_number_was_lost_is_found_and_waited_for(site, server, file, by_jobs):
    server.state.job_seconds = 0.4
    site.goes_wrong(cut_after=0)
    assert site.imported(file) == {"created": 7}
    assert (len(site.posts()), len(site.posts(tasks=False))) == (1, 1)
    assert site.batches("job_id") == [(1,)]
    site.once()


def test_a_failed_job_whose_number_was_lost_says_why(site, server, by_jobs):
    server.state.job_seconds = 0.0
    name = site.file([{"data": {"image": "a", "n": 1}}, {"data": {"n": 2}}])
    code, said = site.put(name)
    assert (code, site.there) == (2, {})
    assert 'line 2: "image" key is expected' in said["error"]


def test_the_retries_of_other_requests_do_not_touch_what_is_sent_once(site, server, file):
    server.faults.append(Fault(status=503, times=3))
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1


# Programs that die


@pytest.fixture
def dies(monkeypatch):
    """Let the program die at its n-th request: before it is sent, or after it was answered."""
    usual = client.Client.send
    counted = []

    def at(number, *, answered):
        counted.clear()

        def conceal(self, error):
            """Nothing here is secret."""

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
    """Not more often than jobs are looked at: a search that is cut leaves a probe of its own."""
    for number in range(1, BACK - 10, 3):
        dies(number, answered=number % 2 == 0)
        if not killed(site, file, "--batch-size", "2"):
            break
    else:
        dies(10**6, answered=True)
        site.put(file, "--batch-size", "2")
    site.once()


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
    site.once()


@pytest.mark.skipif(not FULL.exists(), reason="Linux")
def test_an_import_whose_report_finds_no_room_is_an_import_all_the_same(site, file):
    command = [sys.executable, "-m", "etl", "import", "labels", "--project", "1", file]
    with FULL.open("w") as full:
        done = subprocess.run(
            command, cwd=site.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    site.once()
