"""What cron gives a run: nothing. And what it does to the others when one fails."""

import errno
import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from etl.standins.faults import Fault
from sources import ROOT

BARE = {"PATH": "/usr/bin:/bin", "LANG": "C", "SHELL": "/bin/sh"}


@pytest.fixture
def from_cron(site, boxes, tmp_path):
    """Run a command as cron does: no HOME, no terminal, umask 077, a folder it may not write."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)

    def run(*arguments, umask=0o077):
        command = [sys.executable, "-m", "etl", *arguments, "--config", str(site.configuration)]
        return subprocess.run(
            command, cwd=closed, env={**BARE, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, preexec_fn=lambda: os.umask(umask),
            encoding="utf-8",
        )  # fmt: skip

    yield run
    assert list(closed.iterdir()) == []


def test_a_run_needs_nothing_of_its_environment(site, from_cron):
    done = from_cron("sync", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["outcome"] == "ok"
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_its_files_lie_beside_the_configuration_for_their_owner_only(site, from_cron, umask):
    from_cron("sync", umask=umask)
    there = {p.name: stat.S_IMODE(p.stat().st_mode) for p in site.folder.glob("mirror.db*")}
    assert there == dict.fromkeys(there, 0o600)
    assert {"mirror.db", "mirror.db.lock"} <= there.keys()


def test_nothing_of_a_terminal_is_in_what_it_says(site, server, from_cron):
    server.state.add_project("Fußgänger 👍")
    server.faults.append(
        Fault(path="/api/tasks/", times=None, status=403, body='{"detail": "näh"}'.encode())
    )
    done = from_cron("sync", "-v")
    assert done.returncode == 3
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)
    assert "Fußgänger" in done.stderr


def test_with_quiet_it_mails_only_what_is_wrong(site, server, from_cron):
    assert (from_cron("sync", "-q").stdout, from_cron("sync", "-q").stderr) == ("", "")
    server.faults.append(Fault(path="/api/users/", times=None, status=403, body=b"{}"))
    done = from_cron("sync", "-q")
    assert (done.returncode, done.stdout) == (3, "")
    assert "labels/users: GET /api/users/: HTTP 403" in done.stderr


@pytest.mark.parametrize(("failing", "code"), [("/api/users/", 3), ("*", 1)])
def test_one_stream_that_fails_is_3_and_all_of_them_1_and_never_0(
    site, boxes, server, failing, code
):
    server.state.add_prediction(1, [], model_version="m")
    server.faults.append(Fault(path=failing, times=None, status=403, body=b"{}"))
    done, said = site.sync()
    assert done == code
    failed = [s["stream"] for s in said["streams"] if s["outcome"] != "ok"]
    assert failed == (["users"] if code == 3 else [s["stream"] for s in said["streams"]])
    rows = site.rows("SELECT stream, outcome FROM sync_stream_runs")
    assert dict(rows) == {s["stream"]: s["outcome"] for s in said["streams"]}
    if code == 3:
        assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]
        assert site.rows("SELECT count(*) FROM label_studio_predictions") == [(1,)]


def test_a_mirror_in_a_folder_that_is_not_there_is_said_before_anything_is_asked(
    site, boxes, server
):
    text = site.configuration.read_text()
    site.configuration.write_text(
        text.replace("sqlite:///mirror.db", "sqlite:///nowhere/mirror.db")
    )
    done = site.run("sync")
    assert (done.exit_code, server.requests) == (1, [])
    assert "nowhere/mirror.db cannot be written" in done.stderr


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """A folder that is there and closed, to root as well."""
    folder = tmp_path / "closed to us"
    folder.mkdir()
    folder.chmod(0o555)
    really = os.open

    def open_(path, flags, *rest, **more):
        if flags & os.O_CREAT and Path(os.fsdecode(path)).parent == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", open_)  # root may write into any folder
    yield folder
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["sync", "db upgrade"])
def test_a_mirror_in_a_folder_that_is_closed_is_one_line_before_anything_is_asked(
    site, boxes, server, closed, command
):
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("sqlite:///mirror.db", f"sqlite:///{closed}/m.db"))
    done = site.run(*command.split())
    assert (done.exit_code, server.requests) == (1, [])
    (line,) = done.stderr.splitlines()
    assert f"{closed}/m.db cannot be written: Permission denied" in line


def test_a_file_in_the_place_of_the_mirror_s_folder_is_one_line_before_anything_is_asked(
    site, boxes, server
):
    (site.folder / "closed").write_text("no folder")
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("///mirror.db", "///closed/mirror.db"))
    done = site.run("sync")
    assert (done.exit_code, server.requests) == (1, [])
    (line,) = done.stderr.splitlines()
    assert "closed/mirror.db cannot be written: Not a directory" in line
