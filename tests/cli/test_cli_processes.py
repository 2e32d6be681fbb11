"""annomirror as a process: locks, signals, sudden death, terminals, start-up."""

import fcntl
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from etl.standins.faults import Fault

TASKS = "/api/tasks/"


@pytest.fixture
def slow(site, boxes, server):
    """Pages of five tasks, the third of which takes for ever."""
    site.configure("page_size = 5")
    server.faults.append(Fault(path=TASKS, skip=3, delay=30))
    return site


@pytest.fixture
def midway(slow, until):
    """Start a sync in a process and wait until it is in the middle of the tasks."""
    started = []

    def start(*arguments):
        process = slow.start("sync", *arguments)
        started.append(process)
        until(lambda: slow.mirror.exists() and len(slow.asked(TASKS)) == 4)
        until(lambda: committed(slow) == 10)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def committed(site):
    return site.rows("SELECT count(*) FROM label_studio_tasks")[0][0]


def runs(site):
    return site.rows("SELECT id, outcome, finished_at IS NOT NULL FROM sync_runs ORDER BY id")


# The lock


def test_a_second_run_is_told_that_the_mirror_is_held(slow, midway):
    process = midway()
    code, said = slow.sync()
    assert (code, said["run"], said["outcome"], said["streams"]) == (4, None, "busy", [])
    assert f"pid {process.pid}" in said["error"]
    assert runs(slow) == [(1, None, 0)]


def test_the_lock_of_another_program_is_respected(site, boxes):
    with Path(f"{site.mirror}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = site.run("sync")
    assert done.exit_code == 4
    assert "another run holds this mirror" in done.stderr
    assert site.run("sync").exit_code == 0


def test_a_link_to_a_mirror_is_held_with_it(site, boxes, monkeypatch):
    link = site.mirror.with_name("link.db")
    link.symlink_to(site.mirror)
    monkeypatch.setenv("ANNOMIRROR_DATABASE", f"sqlite:///{link}")
    with Path(f"{site.mirror}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = site.run("sync")
    assert (done.exit_code, "another run holds this mirror" in done.stderr) == (4, True)


def test_a_held_mirror_can_be_read(slow, midway):
    midway()
    for command in (
        ["status"],
        ["runs"],
        ["rejects", "list"],
        ["sql", "SELECT 1"],
        ["db", "check"],
    ):
        assert slow.run(*command).exit_code == 0


def test_a_held_mirror_is_not_migrated_or_retried(slow, midway):
    midway()
    for command in (["db", "upgrade"], ["rejects", "retry"], ["sync", "--dry-run"]):
        assert slow.run(*command).exit_code == 4


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_told_to_stop_keeps_its_pages_and_says_so(slow, midway, number, code):
    process = midway("--json")
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=10)
    assert (process.returncode, json.loads(stdout)["outcome"]) == (code, "interrupted")
    assert stderr.startswith("annomirror: interrupted; what was committed stays")
    assert "Traceback" not in stderr
    assert (committed(slow), runs(slow)) == (10, [(1, "interrupted", 1)])


def test_the_run_after_an_interrupted_one_goes_on(slow, midway, server):
    midway().send_signal(signal.SIGTERM)
    until_free(slow)
    server.faults.clear()
    server.requests.clear()
    slow.mirrored()
    assert (committed(slow), len(slow.asked(TASKS))) == (12, 2)  # the rest, and its proof


def until_free(site):
    with Path(f"{site.mirror}.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)


# Sudden death


def test_a_killed_run_is_marked_by_the_next_which_goes_on_at_its_last_page(slow, midway, server):
    process = midway()
    process.kill()
    process.wait(10)
    server.faults.clear()
    server.requests.clear()
    slow.mirrored()
    assert len(slow.asked(TASKS)) == 2  # the rest, and its proof
    assert runs(slow) == [(1, "interrupted", 1), (2, "ok", 1)]


def test_a_mirror_killed_midway_ends_up_as_one_that_never_was(slow, midway, server):
    process = midway()
    process.kill()
    process.wait(10)
    server.faults.clear()
    slow.mirrored()
    interrupted = slow.dump(times=False)
    slow.mirror.unlink()
    slow.mirrored()
    assert slow.dump(times=False) == interrupted
    assert committed(slow) == 12


# How it starts and what it prints


def test_help_imports_nothing_heavy():
    code = (
        "import sys, runpy\nsys.argv = ['annomirror', '--help']\n"
        "try:\n    runpy.run_module('etl', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    for heavy in ("sqlmodel", "sqlalchemy", "pydantic", "httpx", "alembic", "msgspec"):
        assert f"'{heavy}'" not in done.stderr


@pytest.mark.parametrize("arguments", [["sync"], ["status"], ["check"], ["demo", "--dir", "d"]])
def test_no_colours_and_no_bars_when_nobody_looks(site, boxes, arguments):
    site.mirrored()
    process = site.start(*arguments)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "\x1b" not in stdout + stderr
    assert stderr == ""


def test_a_reader_that_goes_away_is_no_traceback(site, boxes, server):
    server.state.import_tasks(1, [{"data": {"text": "x" * 500}} for _ in range(500)])
    site.mirrored()
    process = site.start("sql", "SELECT * FROM label_studio_tasks", "--format", "jsonl")
    process.stdout.readline()
    process.stdout.close()
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(10)


def test_the_mirror_and_its_lock_are_for_their_owner_only(site, boxes):
    process = site.start("sync")
    process.communicate(timeout=20)
    modes = {p.name: oct(p.stat().st_mode & 0o777) for p in site.folder.glob("mirror.db*")}
    assert modes == dict.fromkeys(modes, "0o600")
    assert {"mirror.db", "mirror.db.lock"} <= set(modes)
