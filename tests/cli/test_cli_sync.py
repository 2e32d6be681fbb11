"""annomirror sync: what it prints, what it exits with, and its options."""

import json

import pytest

from etl.standins.faults import Fault
from etl.standins.label_studio.seed import lively

STREAMS = ["users", "projects", "tasks", "predictions"]
COUNTS = ["requests", "read", "inserted", "updated", "unchanged", "deleted", "rejected"]
KEYS = ["source", "stream", "outcome", *COUNTS, "seconds", "error"]


@pytest.fixture
def people(server):
    lively(server.state)


def test_json_is_one_object_of_the_documented_shape(site, people):
    done = site.run("sync", "--json")
    said = json.loads(done.stdout)
    assert list(said) == ["run", "outcome", "seconds", "streams"]
    assert (done.exit_code, said["run"], said["outcome"]) == (0, 1, "ok")
    assert [list(stream) for stream in said["streams"]] == [KEYS] * 4
    assert [stream["stream"] for stream in said["streams"]] == STREAMS
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_read_counts_records_and_inserted_counts_rows(site, boxes, server):
    server.state.add_annotation(1, [{"id": "a", "type": "choices", "value": {"choices": ["x"]}}])
    tasks = site.mirrored()["streams"][2]
    # 12 tasks, 1 annotation, 1 result, 1 label of it
    assert [tasks[name] for name in COUNTS[1:]] == [12, 15, 0, 0, 0, 0]
    assert tasks | {"requests": 3, "seconds": 0} == {
        **dict.fromkeys(COUNTS, 0),
        "source": "labels",
        "stream": "tasks",
        "outcome": "ok",
        "requests": 3,
        "read": 12,
        "inserted": 15,
        "seconds": 0,
        "error": None,
    }


@pytest.mark.parametrize("kind", ["token", "personal_token"])
def test_the_requests_reported_are_all_that_were_sent(site, people, server, kind):
    site.configure(token=getattr(server, kind))
    said = site.mirrored()
    assert sum(stream["requests"] for stream in said["streams"]) == len(server.requests)


def test_retries_are_among_the_requests_reported(site, people, server):
    server.faults.append(Fault(path="/api/tasks/", status=503, times=2))
    said = site.mirrored()
    assert sum(stream["requests"] for stream in said["streams"]) == len(server.requests)


def test_a_quiet_day_writes_nothing_and_asks_little(site, people, server):
    site.mirrored()
    before, asked = site.dump(), len(server.requests)
    said = site.mirrored()
    assert site.dump() == before
    assert len(server.requests) - asked <= 3 * len(server.state.projects) + 4
    assert {
        stream[n] for stream in said["streams"] for n in ("inserted", "updated", "deleted")
    } == {0}


def test_a_third_run_is_as_quiet_as_the_second(site, people, server):
    site.mirrored()
    site.mirrored()
    before = site.dump()
    site.mirrored()
    assert site.dump() == before


def test_a_mirror_restored_beside_another_has_the_same_rows(site, people):
    site.mirrored()
    before = site.dump(times=False)
    site.mirror.unlink()
    site.mirrored()
    assert site.dump(times=False) == before


def test_the_summary_names_each_stream_and_what_was_done(site, boxes):
    done = site.run("sync")
    assert done.stdout.splitlines()[0].startswith("run 1: ok in ")
    assert "labels/tasks: 12 read, 12 inserted (3 requests, " in done.stdout
    assert done.stderr == ""


def test_quiet_prints_nothing_on_success(site, boxes):
    for arguments in (("sync", "-q"), ("-q", "sync")):
        done = site.run(*arguments)
        assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_quiet_still_says_what_failed(site, boxes, server):
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    done = site.run("sync", "-q")
    assert (done.exit_code, done.stdout) == (3, "")
    assert done.stderr.startswith("labels/users: GET /api/users/: HTTP 403: {}\n")


def test_json_is_printed_even_when_no_run_can_begin(site):
    site.configuration.unlink()
    code, said = site.sync()
    assert (code, said["run"], said["outcome"], said["streams"]) == (2, None, "failed", [])
    assert "annomirror init" in said["error"]


def test_the_log_is_json_lines_when_asked_for(site, boxes, server):
    server.state.spoil(1, mood=b"1")
    lines = site.run("sync", "--log-format", "json").stderr.splitlines()
    said = json.loads(lines[0])
    assert (len(lines), said["level"]) == (1, "warning")
    assert "new field 'mood'" in said["message"]


def test_one_stream_is_read_with_the_stream_it_is_split_by(site, boxes, server):
    said = site.mirrored("--stream", "tasks")
    assert [stream["stream"] for stream in said["streams"]] == ["projects", "tasks"]
    assert site.asked("/api/users/") == []
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]


def test_an_unknown_stream_is_a_usage_error_that_lists_the_known(site):
    done = site.run("sync", "--stream", "taks")
    assert done.exit_code == 2
    assert "users" in done.stderr
    assert "tasks" in done.stderr


def test_one_known_stream_does_not_excuse_an_unknown_one(site, boxes):
    assert site.run("sync", "--stream", "tasks", "--stream", "taks").exit_code == 2


def test_an_unknown_source_is_a_usage_error_with_the_nearest(site):
    done = site.run("sync", "lables")
    assert done.exit_code == 2
    assert "did you mean 'labels'" in done.stderr


def test_a_configuration_without_sources_is_a_usage_error(site):
    site.configuration.write_text('[mirror]\ndatabase = "sqlite:///mirror.db"\n')
    assert site.run("sync").exit_code == 2


def test_full_reads_everything_again_and_finds_a_silent_change(site, boxes, server):
    server.state.clock.freeze()
    site.mirrored()
    server.state.clock.advance(days=2)
    server.state.add_task(1, {"n": 13})
    site.mirrored()
    server.state.set_data_silently(1, n="changed")
    assert site.mirrored()["streams"][2]["updated"] == 0
    assert site.mirrored("--full")["streams"][2]["read"] == 13
    assert site.rows("SELECT data FROM label_studio_tasks WHERE id = 1") == [('{"n":"changed"}',)]


# Dry runs


def test_a_dry_run_makes_no_mirror(site, boxes):
    code, said = site.sync("--dry-run")
    assert (code, said["run"], said["streams"][2]["inserted"]) == (0, None, 12)
    assert not site.mirror.exists()


def test_a_dry_run_leaves_the_mirror_byte_for_byte(site, boxes, server):
    site.mirrored()
    before = site.mirror.read_bytes()
    server.state.add_task(1, {"n": 13})
    code, said = site.sync("--dry-run")
    assert (code, said["run"], said["streams"][2]["inserted"]) == (0, None, 1)
    assert site.mirror.read_bytes() == before
    assert site.rows("SELECT count(*) FROM sync_runs") == [(1,)]


def test_a_sync_after_a_dry_run_writes_what_that_announced(site, boxes):
    _, announced = site.sync("--dry-run")
    done = site.mirrored()
    assert [s["inserted"] for s in done["streams"]] == [s["inserted"] for s in announced["streams"]]


# A restricted source


@pytest.fixture
def three(server):
    for title in ("Boxes", "Spans", "2"):
        project = server.state.add_project(title)
        server.state.add_task(project.id, {"title": title})


@pytest.mark.parametrize(
    ("wanted", "ids"), [('"Spans"', [2]), ("1", [1]), ('"Boxes", 3', [1, 3]), ('"2"', [2, 3])]
)
def test_a_restricted_source_is_mirrored_by_title_or_id(site, three, wanted, ids):
    site.configure(f"projects = [{wanted}]")
    site.mirrored()
    expected = [(number,) for number in ids]
    assert site.rows("SELECT id FROM label_studio_projects ORDER BY id") == expected
    assert site.rows("SELECT project_id FROM label_studio_tasks ORDER BY 1") == expected


def test_an_unknown_project_is_a_usage_error_that_lists_those_there_are(site, three):
    site.configure('projects = ["Spams"]')
    done = site.run("sync")
    assert done.exit_code == 2
    assert "no project Spams; there are: 'Boxes' (1), 'Spans' (2), '2' (3)" in done.stderr


def test_narrowing_a_source_later_deletes_nothing(site, three):
    site.mirrored()
    site.configure("projects = [1]")
    site.mirrored()
    assert site.rows("SELECT count(*) FROM label_studio_tasks WHERE deleted_at IS NULL") == [(3,)]


def test_the_summary_and_the_log_say_which_stream_failed(site, boxes, server):
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    done = site.run("sync", "-v", "--log-format", "json")
    assert "  labels/users: failed, 0 read (" in done.stdout
    logged = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [x["message"].split(" (")[0] for x in logged if x["logger"] == "etl.cli.sync"] == [
        "labels/users: failed, 0 read",
        "labels/projects: 1 read, 1 inserted",
        "labels/tasks: 12 read, 12 inserted",
        "labels/predictions: nothing changed",
    ]


def test_a_source_whose_settings_name_what_is_not_there_stops_no_other(site, three):
    lines = site.configuration.read_text()
    table = lines[lines.index("[sources.") :]
    other = table.replace("[sources.", "[sources.other_", 1)
    site.configuration.write_text(f'{lines}\nprojects = ["Spams"]\n\n{other}')
    done = site.run("sync", "--json")
    said = {(s["source"], s["outcome"]) for s in json.loads(done.stdout)["streams"]}
    assert done.exit_code == 3
    assert {outcome for source, outcome in said if source.startswith("other_")} == {"ok"}
    assert "no project Spams" in done.stderr
