"""annomirror status, runs and streams."""

import json

import pytest

from etl.standins.faults import Fault

STATUS = [
    "source",
    "stream",
    "rows",
    "tombstones",
    "rejects",
    "last_outcome",
    "last_success",
    "age_seconds",
    "watermark",
]


def status(site):
    rows = json.loads(site.run("status", "--json").stdout)
    return {row["stream"]: row for row in rows}


def test_status_tells_rows_watermark_and_age_of_every_stream(site, boxes, server):
    site.mirrored()
    found = status(site)
    assert list(found) == ["users", "projects", "tasks", "predictions"]
    assert set(STATUS) <= set(found["tasks"])
    assert [found["tasks"][name] for name in STATUS[:6]] == ["labels", "tasks", 12, 0, 0, "ok"]
    newest = server.state.task(12).updated_at.strftime("%Y-%m-%d %H:%M:%S.%f")
    assert found["tasks"]["watermark"] == newest
    assert 0 <= found["tasks"]["age_seconds"] < 60


def test_status_counts_tombstones_and_rejects(site, boxes, server):
    server.state.add_prediction(1, [], model_version="m")
    server.state.spoil(5, created_at=b"5")
    site.mirrored()
    server.state.delete_prediction(1)
    site.mirrored()
    found = status(site)
    assert (found["predictions"]["rows"], found["predictions"]["tombstones"]) == (0, 1)
    assert (found["tasks"]["rows"], found["tasks"]["rejects"]) == (11, 1)


def test_status_tells_a_failure_with_its_error_and_the_last_success(site, boxes, server):
    site.mirrored()
    before = status(site)["users"]["last_success"]
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    site.sync()
    users = status(site)["users"]
    assert (users["last_outcome"], users["last_success"]) == ("failed", before)
    assert users["error"] == "GET /api/users/: HTTP 403: {}"


def test_status_tells_an_unfinished_part(site, boxes, server):
    site.configure("page_size = 5")
    server.faults.append(Fault(path="/api/tasks/", skip=2, times=None, status=500))
    site.sync()
    tasks = status(site)["tasks"]
    assert (tasks["unfinished_parts"], tasks["watermark"]) == (1, None)


def test_status_of_a_source_never_mirrored_says_never(site, boxes):
    site.mirrored()
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("[sources.labels]", "[sources.others]"))
    found = status(site)["tasks"]
    assert (found["rows"], found["last_success"], found["age_seconds"]) == (0, None, None)
    assert "never" in site.run("status").stdout


def test_status_says_what_a_source_is_restricted_to(site, boxes):
    site.configure('projects = ["Boxes"]')
    site.mirrored()
    assert status(site)["tasks"]["restricted_to"] == ["Boxes"]
    assert "labels is restricted to Boxes; nothing else is mirrored." in site.run("status").stdout


COCO = (
    "[sources.boxes]",
    'platform = "coco_annotator"',
    'url = "http://localhost:5000"',
    "annotated = true",
    'folder = "day/"',
    'categories = ["Car", 7]',
)


@pytest.mark.parametrize("command", ["status", "streams"])
def test_whatever_makes_a_mirror_of_less_is_told(site, boxes, command):
    site.mirrored()
    site.configure(*COCO)
    said = site.run(command).stdout.splitlines()
    restriction = 'annotated = true; folder = "day/"; categories = ["Car", 7]'
    assert said[-2:] == ["", f"boxes is restricted to {restriction}; nothing else is mirrored."]


OFFLINE = ("status", "runs", "streams", "rejects list", "rejects retry", "db check", "db current")


@pytest.mark.parametrize("command", OFFLINE)
def test_who_asks_only_the_mirror_needs_no_credential(site, boxes, command):
    site.mirrored()
    site.configure(token="${NOT_SET_ANYWHERE}")
    assert site.run(*command.split()).exit_code == 0
    assert site.run("sync").exit_code == 2


def test_a_broken_configuration_is_not_hidden_by_streams(site):
    site.configuration.write_text("[sources.labels\n")
    done = site.run("streams")
    assert (done.exit_code, done.stdout) == (2, "")


def test_the_json_of_status_has_no_column_made_for_the_eye(site, boxes):
    site.mirrored()
    assert "age" not in status(site)["tasks"]


@pytest.mark.parametrize("command", ["status", "runs", "rejects list", "db check", "db current"])
def test_without_a_mirror_every_reader_names_the_next_step(site, command):
    done = site.run(*command.split())
    assert done.exit_code == 1
    assert "run: annomirror sync" in done.stderr
    assert not site.mirror.exists()


def test_runs_are_listed_newest_first_with_what_they_did(site, boxes, server):
    said = site.mirrored()
    site.mirrored()
    newest, first = json.loads(site.run("runs", "--json").stdout)
    assert (newest["run"], newest["outcome"], newest["inserted"]) == (2, "ok", 0)
    assert (first["run"], first["inserted"]) == (1, sum(s["inserted"] for s in said["streams"]))
    assert first["requests"] == sum(s["requests"] for s in said["streams"])


def test_runs_can_be_limited(site, boxes):
    for _ in range(3):
        site.mirrored()
    assert [
        row["run"] for row in json.loads(site.run("runs", "--json", "--limit", "2").stdout)
    ] == [
        3,
        2,
    ]


@pytest.mark.parametrize("limit", ["-1", "0", "many"])
def test_a_senseless_limit_is_a_usage_error(site, boxes, limit):
    site.mirrored()
    assert site.run("runs", "--limit", limit).exit_code == 2


def test_the_table_of_runs_has_no_more_than_one_line_a_run(site, boxes, server):
    server.faults.append(Fault(times=None, status=403, body=b'{"detail": "a\\nb\\u001b[31m"}'))
    site.sync()
    done = site.run("runs")
    assert len(done.stdout.splitlines()) == 3
    assert "\x1b" not in done.stdout


def test_streams_are_listed_with_tables_keys_and_how_they_change(site):
    lines = site.run("streams").stdout.splitlines()
    tasks = next(line for line in lines if line.startswith("labels  tasks"))
    assert "label_studio_tasks" in tasks
    assert "source, id" in tasks
    assert "updated_at, with lookback" in tasks


def test_streams_switched_off_are_marked(site):
    site.configure('streams = ["users"]')
    done = site.run("streams")
    assert "predictions (off)" in done.stdout
    assert "users (off)" not in done.stdout


def test_streams_can_be_listed_before_there_is_a_configuration(site):
    site.configuration.unlink()
    done = site.run("streams")
    assert done.exit_code == 0
    assert "label_studio_result_labels" in done.stdout
    assert site.run("streams", "--config", "nowhere.toml").exit_code == 2
