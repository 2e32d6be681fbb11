"""What breaks the server or its workers is found; an outage sets nothing aside."""

import json

import pytest

from etl.standins.exchange import json_answer
from importer import image

IMPORT = "/api/projects/1/import"


@pytest.fixture
def fails(site, server, at_once):
    """Let the server answer 500 to some of what it is sent to import, and to no probe."""
    answer = server.server.app.answer

    def at(which):
        sent = []

        def failing(request):
            own = request.path == IMPORT and request.param("commit_to_project") != "false"
            if own and request.method == "POST":
                sent.append(request.body)
                if which(sent):
                    return json_answer({"detail": "oops"}, 500)
            return answer(request)

        server.server.app.answer = failing
        return sent

    return at


@pytest.mark.parametrize("bad", [[5], [1], [7], [4, 5], [1, 2, 3]], ids=str)
@pytest.mark.parametrize("size", ["4", "7"])
def test_records_that_break_the_server_are_found_and_set_aside(site, fails, bad, size):
    broken = [f"{number}.jpg".encode() for number in bad]
    fails(lambda sent: any(one in sent[-1] for one in broken))
    name = site.file([image(n) for n in range(1, 8)])
    said = site.imported(name, "--skip-bad", "--batch-size", size)
    assert said == {"created": 7 - len(bad), "rejected": len(bad)}
    assert site.numbers == [n for n in range(1, 8) if n not in bad]


def test_many_records_that_break_the_server_do_not_mean_that_it_is_down(site, fails):
    fails(lambda sent: any(b'"%d.jpg' % number in sent[-1] for number in range(1, 31, 2)))
    code, said = site.put(site.file([image(n) for n in range(1, 31)]), "--skip-bad")
    assert (code, said["created"], said["rejected"]) == (3, 15, 15)


@pytest.mark.parametrize("times", [2, 4, 7, 12])
@pytest.mark.parametrize("size", ["1", "4", "7"])
def test_a_server_that_fails_for_a_while_sets_no_good_line_aside(site, fails, times, size):
    fails(lambda sent: 1 < len(sent) <= times + 1)
    name = site.file([image(n) for n in range(1, 8)])
    assert site.imported(name, "--skip-bad", "--batch-size", size) == {"created": 7}
    assert (site.numbers, site.mirrored()) == ([1, 2, 3, 4, 5, 6, 7], site.there)


@pytest.mark.parametrize("size", ["1", "4", "20"])
def test_a_server_that_fails_at_everything_sets_nothing_aside(site, server, fails, size):
    answer = server.server.app.answer
    fails(lambda sent: len(sent) > (1 if size == "4" else 0))
    name = site.file([image(n) for n in range(1, 21)])
    code, said = site.put(name, "--skip-bad", "--batch-size", size)
    assert (code, said["rejected"], site.rows("SELECT * FROM sync_rejects")) == (1, 0, [])
    assert "HTTP 500: oops; the server takes nothing now" in said["error"]
    assert "go on later with: annomirror import --resume" in said["error"]
    server.server.app.answer = answer
    created = 16 if size == "4" else 20
    assert site.imported("--resume") == {"created": created}
    assert site.numbers == list(range(1, 21))


def test_a_line_at_which_the_server_fails_to_the_last_is_set_aside(site, fails):
    """It took others again only while the last lines were tried once more."""

    def which(sent):
        number = next(n for n in (1, 2, 3) if b'"%d.jpg' % n in sent[-1])
        times = sum(b'"%d.jpg' % number in one for one in sent)
        return times <= {1: 6, 2: 3}.get(number, times)

    fails(which)
    name = site.file([image(n) for n in range(1, 4)])
    assert site.imported(name, "--skip-bad", "--batch-size", "1") == {"created": 2, "rejected": 1}
    assert (site.numbers, site.imported("--resume")) == ([1, 2], {})


def test_a_server_that_fails_is_not_told_as_a_wrong_line(site, server, fails):
    answer = server.server.app.answer
    sent = fails(lambda _sent: True)
    code, said = site.put(site.file([image(1), image(2)]))
    assert (code, len(sent), "tasks.jsonl: lines 1 to 2: " in said["error"]) == (1, 3, True)
    assert "go on later with: annomirror import --resume; a line that" in said["error"]
    server.server.app.answer = answer
    assert site.imported("--resume") == {"created": 2}


@pytest.fixture
def workers_fail(site, server, by_jobs):
    """Let the server's workers fail at the first jobs, so many; by nobody's fault."""

    def at_most(jobs):
        def fail(_request, _said):
            for job in list(server.state.jobs.values())[:jobs]:
                if job.status in ("created", "in_progress"):
                    job.status, job.error = "failed", "OperationalError: database is locked"

        site.asked(fail)

    return at_most


@pytest.mark.parametrize("options", [[], ["--skip-bad"]], ids=str)
def test_workers_that_fail_at_everything_set_nothing_aside(site, server, workers_fail, options):
    answer = server.server.app.answer
    workers_fail(100)
    name = site.file([image(n) for n in range(1, 9)])
    code, said = site.put(name, *options)
    assert (code, said["rejected"], said["unfinished"] > 0) == (1, 0, True)
    assert "failed: OperationalError: database is locked; " in said["error"]
    assert "go on later with: annomirror import --resume" in said["error"]
    server.server.app.answer = answer
    assert site.imported("--resume") == {"created": 8}
    assert site.numbers == list(range(1, 9))


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_workers_that_fail_for_a_while_set_no_good_line_aside(site, workers_fail, jobs):
    workers_fail(jobs)
    name = site.file([image(n) for n in range(1, 9)])
    assert site.imported(name, "--skip-bad") == {"created": 8}
    assert site.numbers == list(range(1, 9))


def test_a_record_that_breaks_the_workers_is_found_and_set_aside(site, server, by_jobs):
    def fail(_request, _said):
        for job in server.state.jobs.values():
            if job.status != "failed" and b'"3.jpg' in json.dumps(job.tasks).encode():
                job.status, job.error = "failed", "worker terminated"

    site.asked(fail)
    name = site.file([image(n) for n in range(1, 8)])
    assert site.imported(name, "--skip-bad") == {"created": 6, "rejected": 1}
    assert site.numbers == [1, 2, 4, 5, 6, 7]
