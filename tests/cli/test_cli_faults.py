"""annomirror sync against servers that fail: what is kept, said and done next."""

import json

import pytest

from etl.client import ATTEMPTS_AT_FAILURE as AT_FAILURE
from etl.standins.faults import Fault
from etl.standins.label_studio import LabelStudio

TASKS = "/api/tasks/"
HTML = {"body": b"<html>Bad gateway</html>", "content_type": "text/html"}


@pytest.fixture
def paged(site, boxes):
    """Twelve tasks in pages of five: a look at the newest, then three pages."""
    site.configure("page_size = 5")
    return site


def ids(site):
    return [key for (key,) in site.rows("SELECT id FROM label_studio_tasks ORDER BY id")]


def after(request):
    """Give the id above which a request for tasks asks."""
    items = json.loads(request.param("query"))["filters"]["items"]
    return next((item["value"] for item in items if item["filter"].endswith(":id")), 0)


WHOLE_ANSWERS_GONE_WRONG = [
    {"status": 500, **HTML},
    {"status": 500, "body": b'{"detail": "page broke"}'},
    {"status": 404, "body": b'{"detail": "Invalid page."}'},
    {"status": 403, "body": b'{"detail": "no"}'},
    {"status": 200, **HTML},
    {"status": 200, "body": b'{"total": 7, "tasks": [{"id": 6'},
    {"status": 200, "body": b'{"total": 7, "detail": "no tasks here"}'},
    {"status": 200, "body": b'{"tasks": [{"id": 6}]}'},
    {"status": 200, "body": b'{"total": 7, "tasks": null}'},
    {"status": 200, "body": b"null"},
    {"status": 200, "body": b""},
    {"status": 503, "body": b"{}"},
    {"cut_after": 100},
    {"close": True},
]


@pytest.mark.parametrize("fault", WHOLE_ANSWERS_GONE_WRONG, ids=str)
def test_a_page_that_fails_midway_leaves_the_watermark_where_it_was(paged, server, fault):
    server.faults.append(Fault(path=TASKS, skip=2, times=None, **fault))
    code, said = paged.sync()
    assert (code, said["outcome"]) == (3, "partial")
    assert ids(paged) == [1, 2, 3, 4, 5]
    assert paged.rows("SELECT watermark FROM sync_watermarks WHERE stream = 'tasks'") == [(None,)]


@pytest.mark.parametrize("fault", WHOLE_ANSWERS_GONE_WRONG, ids=str)
def test_the_run_after_a_failed_page_goes_on_at_the_next_id(paged, server, fault):
    server.faults.append(Fault(path=TASKS, skip=2, times=None, **fault))
    paged.sync()
    server.faults.clear()
    server.requests.clear()
    paged.mirrored()
    assert [after(request) for request in paged.asked(TASKS)][:2] == [5, 10]
    assert ids(paged) == list(range(1, 13))


def test_a_failed_page_is_reported_with_source_stream_and_project(paged, server):
    server.faults.append(Fault(path=TASKS, skip=2, times=None, status=500, body=b"oops"))
    done = paged.run("sync")
    assert done.exit_code == 3
    assert "labels/tasks: Boxes: GET /api/tasks/: HTTP 500: oops" in done.stderr
    assert done.stderr.count("oops") == 1


def test_one_failing_project_does_not_stop_the_next(paged, server):
    server.state.add_task(server.state.add_project("Spans").id, {})
    server.faults.append(Fault(path=TASKS, times=AT_FAILURE, status=500, body=b"oops"))
    code, said = paged.sync()
    tasks = said["streams"][2]
    assert (code, said["outcome"], tasks["outcome"]) == (3, "partial", "partial")
    assert (tasks["error"], ids(paged)) == ("Boxes: GET /api/tasks/: HTTP 500: oops", [13])


def test_a_page_answered_at_the_second_try_is_no_failure(paged, server):
    server.faults.append(Fault(path=TASKS, skip=2, status=500, body=b"oops"))
    paged.mirrored()
    assert ids(paged) == list(range(1, 13))


def test_the_streams_after_a_failed_one_are_read(paged, server):
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    _, said = paged.sync()
    assert [s["outcome"] for s in said["streams"]] == ["failed", "ok", "ok", "ok"]


# A source that fails as a whole


@pytest.mark.parametrize("token", ["0" * 40, "not-a-token"])
def test_a_wrong_token_fails_the_source(site, boxes, token):
    site.configure(token=token)
    done = site.run("sync", "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["outcome"]) == (1, "failed")
    assert {s["outcome"] for s in said["streams"]} == {"failed"}
    assert all("token is refused" in s["error"] for s in said["streams"])
    assert token not in done.output


def test_a_refused_source_is_asked_once_and_not_for_every_stream(site, boxes, server):
    site.configure(token="0" * 40)
    _, said = site.sync()
    assert len(server.requests) == sum(s["requests"] for s in said["streams"]) == 1


def test_a_token_revoked_midway_keeps_what_was_committed(paged, server):
    refused = Fault(
        path=TASKS, skip=2, times=None, status=401, body=b'{"detail": "Invalid token."}'
    )
    server.faults.append(refused)
    code, said = paged.sync()
    assert (code, [s["outcome"] for s in said["streams"]]) == (3, ["ok", "ok", "failed", "failed"])
    assert ids(paged) == [1, 2, 3, 4, 5]


def test_lost_membership_is_an_error_and_nothing_is_concluded(site, boxes, server):
    server.state.add_prediction(1, [], model_version="m")
    site.mirrored()
    before = site.dump()
    server.state.remove_member(1)
    code, said = site.sync()
    assert (code, said["outcome"]) == (1, "failed")
    assert "in no organisation" in said["streams"][0]["error"]
    assert site.dump() == before


def test_a_member_who_is_back_goes_on_as_before(site, boxes, server):
    site.mirrored()
    before = site.dump()
    server.state.remove_member(1)
    site.sync()
    server.state.restore_member(1)
    site.mirrored()
    assert site.dump() == before


@pytest.fixture
def second(site):
    """Another server, named second in the configuration."""
    with LabelStudio() as second:
        second.state.add_task(second.state.add_project("Other").id, {})
        lines = ("[sources.more]", 'platform = "label_studio"', f'url = "{second.url}"')
        site.configure(*lines, f'token = "{second.token}"')
        yield second


FAILING_SERVERS = [
    {"status": 503},
    {"status": 401, "body": b"{}"},
    {"status": 200, **HTML},
    {"status": 302, "headers": (("Location", "https://login.example.com/"),)},
]


@pytest.mark.parametrize("fault", FAILING_SERVERS, ids=str)
def test_a_source_that_fails_does_not_stop_the_next(site, boxes, server, second, fault):
    server.faults.append(Fault(path=None, times=None, **fault))
    code, said = site.sync()
    assert (code, said["outcome"]) == (3, "partial")
    assert [s["outcome"] for s in said["streams"]] == ["failed"] * 4 + ["ok"] * 4
    assert site.rows("SELECT source, id FROM label_studio_tasks") == [("more", 1)]


def test_a_run_that_failed_is_in_the_books_with_its_error(site, server):
    server.faults.append(Fault(times=None, status=403, body=b'{"detail": "closed"}'))
    site.sync()
    error = "GET /api/current-user/whoami: HTTP 403: closed"
    assert site.rows("SELECT id, outcome, error FROM sync_runs") == [(1, "failed", error)]
