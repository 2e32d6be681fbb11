"""Who keeps an eye on the runs: a watchman that is called, and metrics in a file."""

import json
import os
import re
import socket
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from etl import ping
from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from etl.standins.server import StandIn
from sources import ROOT

PATH = "/ping/canary-0123-4567"
README = (ROOT / "README.md").read_text("utf-8")


class Post:
    def now(self):
        return Clock().now()

    def answer(self, _request):
        return Answer(body=b"OK", content_type="text/plain")


@pytest.fixture
def watchman():
    with StandIn(Post()) as server:
        yield server


def configure(site, *lines):
    text = site.configuration.read_text()
    told = "\n".join(lines)
    site.configuration.write_text(text.replace("[mirror]\n", f"[mirror]\n{told}\n"))


@pytest.fixture
def watched(site, boxes, watchman):
    configure(site, f'ping_url = "{watchman.url}{PATH}"')
    return site


def called(watchman):
    return [(request.method, request.path) for request in watchman.requests]


# The watchman


def test_a_run_that_went_well_is_told(watched, watchman):
    watched.mirrored()
    assert called(watchman) == [("GET", PATH)]


def test_a_run_that_failed_is_told_as_one(watched, watchman, server):
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    assert watched.run("sync").exit_code == 3
    assert called(watchman) == [("GET", f"{PATH}/fail")]


def test_a_configuration_that_asks_for_what_is_not_there_is_told_as_a_failure(watched, watchman):
    assert watched.run("sync", "nobody").exit_code == 2
    assert called(watchman) == [("GET", f"{PATH}/fail")]


@pytest.mark.parametrize("line", ["token = '${NOBODY_SET_THIS}'", "colour = 'red'", "verify = 1"])
def test_a_configuration_that_cannot_be_read_is_told_as_a_failure(watched, watchman, line):
    configuration = watched.configuration
    configuration.write_text(f"{configuration.read_text()}\n[sources.other]\n{line}\n")
    assert watched.run("sync").exit_code == 2
    assert watched.run("sync", "--dry-run").exit_code == 2
    assert called(watchman) == [("GET", f"{PATH}/fail")]


def test_nobody_is_told_of_a_configuration_in_which_nobody_is_named_rightly(watched, watchman):
    configure(watched, "ping_start = 'often'")
    assert watched.run("sync").exit_code == 2
    assert called(watchman) == []


def test_the_beginning_is_told_if_that_is_wanted(watched, watchman):
    configure(watched, "ping_start = true")
    watched.mirrored()
    assert called(watchman) == [("GET", f"{PATH}/start"), ("GET", PATH)]


def test_a_run_that_finds_the_mirror_held_tells_nobody(watched, watchman):
    configure(watched, "ping_start = true")
    import fcntl  # noqa: PLC0415

    with Path(f"{watched.mirror}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert watched.run("sync").exit_code == 4
    assert called(watchman) == []


def test_a_rehearsal_tells_nobody(watched, watchman):
    assert watched.run("sync", "--dry-run").exit_code == 0
    assert called(watchman) == []


def test_a_watchman_who_reads_only_answers_of_his_own_gets_no_credential(watched, watchman, server):
    watched.mirrored()
    (request,) = watchman.requests
    said = repr(request)
    assert server.token not in said
    assert "authorization" not in said.lower()
    assert "cookie" not in said.lower()


FAILING = {
    "says no": {"status": 500},
    "resets": {"close": True},
    "sends on": {"status": 302, "headers": (("Location", "http://127.0.0.1:1/elsewhere"),)},
}


@pytest.mark.parametrize("fault", FAILING.values(), ids=FAILING)
def test_a_watchman_who_fails_is_a_warning_without_the_secret_path(watched, watchman, fault):
    watchman.faults.append(Fault(times=None, **fault))
    done = watched.run("sync", "-vv")
    assert (done.exit_code, len(watchman.requests)) == (0, 1)
    assert "the ping " in done.stderr
    assert "canary" not in done.output


def test_a_watchman_who_answers_for_ever_holds_no_run(site, boxes, monkeypatch):
    """Each byte comes within the time-out; all of them do not."""
    monkeypatch.setattr(ping, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = threading.Event()

        def drip():
            connection, _ = listening.accept()
            until = time.monotonic() + 20  # a run that is held is to fail, not to hang
            with connection, suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                while time.monotonic() < until and not ended.wait(0.1):
                    connection.sendall(b"x")

        threading.Thread(target=drip, daemon=True).start()
        configure(site, f'ping_url = "http://127.0.0.1:{listening.getsockname()[1]}{PATH}"')
        began = time.monotonic()
        done = site.run("sync")
        ended.set()
    assert (done.exit_code, "did not reach" in done.stderr) == (0, True)
    assert time.monotonic() - began < 10


def test_a_watchman_who_is_not_there_fails_no_run(site, boxes):
    configure(site, f'ping_url = "http://127.0.0.1:1{PATH}"')
    done = site.run("sync", "-vv", "--log-format", "json")
    assert done.exit_code == 0
    assert "the ping did not reach 127.0.0.1" in done.stderr
    assert "canary" not in done.output


@pytest.mark.parametrize(
    "url", ["canary", "ftp://canary/a", "https://u:canary@h/a", "https://h/?canary"]
)
def test_an_address_that_is_none_is_refused_without_being_shown(site, url):
    configure(site, f'ping_url = "{url}"')
    done = site.run("sync")
    assert (done.exit_code, "canary" in done.output) == (2, False)
    assert "[mirror]: ping_url should be" in done.stderr


def test_who_asks_only_the_mirror_needs_no_watchman(site, boxes):
    site.mirrored()
    configure(site, 'ping_url = "${NOT_SET}"')
    assert site.run("status").exit_code == 0


# Metrics


def metrics(path):
    found = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            found[name] = float(value)
    return found


def test_a_run_that_went_well_is_in_the_metrics(site, boxes):
    site.mirrored("--metrics-file", "run.prom")
    found = metrics(site.folder / "run.prom")
    assert found["annomirror_last_run_success"] == 1
    assert found["annomirror_last_run_exit_code"] == 0
    assert found["annomirror_last_run_timestamp_seconds"] > 1_700_000_000
    assert found['annomirror_stream_inserted{source="labels",stream="tasks"}'] == 12
    assert found['annomirror_stream_success{source="labels",stream="users"}'] == 1


def test_a_run_that_failed_in_part_says_so_in_the_metrics(site, boxes, server):
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    assert site.run("sync", "--metrics-file", "run.prom").exit_code == 3
    found = metrics(site.folder / "run.prom")
    assert found["annomirror_last_run_success"] == 0
    assert found["annomirror_last_run_exit_code"] == 3
    assert found['annomirror_stream_success{source="labels",stream="users"}'] == 0
    assert found['annomirror_stream_success{source="labels",stream="tasks"}'] == 1


def test_the_file_is_replaced_at_once_and_nothing_is_left_beside_it(site, boxes):
    path = site.folder / "run.prom"
    path.write_text("old")
    before = path.stat().st_ino
    site.mirrored("--metrics-file", "run.prom")
    assert path.stat().st_ino != before
    assert [p.name for p in site.folder.glob("run.prom*")] == ["run.prom"]


def test_a_file_that_cannot_be_written_is_a_warning_after_the_run(site, boxes, monkeypatch):
    def full(_path, _registry):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("prometheus_client.write_to_textfile", full)
    done = site.run("sync", "--metrics-file", "run.prom")
    assert (done.exit_code, "could not be written" in done.stderr) == (0, True)
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]


def test_what_is_no_file_is_not_replaced_by_metrics(site, boxes, server):
    (site.folder / "there").mkdir()
    os.mkfifo(site.folder / "pipe")
    for path in ("there", "pipe"):
        done = site.run("sync", "--metrics-file", path)
        assert (done.exit_code, "no file" in done.stderr, server.requests) == (2, True, [])
    assert (site.folder / "pipe").is_fifo()


def test_metrics_go_where_a_link_leads(site, boxes):
    (site.folder / "link.prom").symlink_to("run.prom")
    site.mirrored("--metrics-file", "link.prom")
    assert (site.folder / "link.prom").is_symlink()
    assert metrics(site.folder / "run.prom")["annomirror_last_run_success"] == 1


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(site, boxes, server):
    done = site.run("sync", "--metrics-file", "nowhere/run.prom")
    assert (done.exit_code, server.requests) == (2, [])
    assert "make it" in done.stderr


def test_a_run_that_is_refused_for_its_metrics_is_told_as_any_other(watched, watchman):
    done = watched.run("sync", "--json", "--metrics-file", "nowhere/run.prom")
    assert "make it" in json.loads(done.stdout)["error"]
    assert called(watchman) == [("GET", f"{PATH}/fail")]


def test_every_metric_stands_in_the_readme_and_no_other(site, boxes):
    site.mirrored("--metrics-file", "run.prom")
    there = {name.partition("{")[0] for name in metrics(site.folder / "run.prom")}
    told = set(re.findall(r"^\| .*$", README, re.MULTILINE))
    assert {n for line in told for n in re.findall(r"`(annomirror_\w+)`", line)} == there


def test_the_metrics_are_as_readable_as_the_umask_says(site, boxes):
    site.mirrored("--metrics-file", "run.prom")
    path = site.folder / "run.prom"
    (site.folder / "plain").write_text("")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((site.folder / "plain").stat().st_mode)
