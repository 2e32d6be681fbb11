"""A mirror whose runs are killed, and what it may hold afterwards.

The oracle is SQLite's own for crashes: what a killed run leaves is what the mirror held after one
of the commits of a run that was not killed, and one clean run later it is what that run left.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from etl import database
from etl.address import parse
from etl.cli import main
from etl.database import connected
from etl.digests import Digests
from etl.platforms.label_studio.streams import TASKS
from etl.source import Part
from etl.standins.clock import Clock
from etl.standins.coco_annotator import CocoAnnotator
from etl.standins.coco_annotator import seed as coco_annotator
from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio import seed as label_studio
from etl.standins.qianfan import Qianfan
from etl.standins.qianfan import seed as qianfan
from mirror import TABLES
from sources import ROOT

EMPTY = "nothing at all"  # to be copied: no mirror
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = {"first_synced_at", "synced_at", "deleted_at", "run_id", "first_run_id", "updated_at"}
OURS |= {"rejected_at", "id"}
BOOKS = {"sync_runs", "sync_stream_runs", "sync_digests"}
BOX = {
    "id": "a",
    "type": "rectanglelabels",
    "from_name": "box",
    "to_name": "image",
    "value": {"x": 1.5, "y": 2, "width": 30, "height": 40, "rectanglelabels": ["Car", "Bus"]},
}


# Of each platform: its stand-in, a team at work on it, and the options that say who asks.
STANDINS = {
    "label_studio": (LabelStudio, label_studio, ("token",)),
    "coco_annotator": (CocoAnnotator, coco_annotator, ("username", "password")),
    "qianfan": (Qianfan, qianfan, ("access_key", "secret_key")),
}


def credentials(server):
    """Give the lines of a source's configuration that say what it is and who asks.

    What is none of the stand-ins has a Label Studio behind it.
    """
    found = (platform for platform, (kind, *_) in STANDINS.items() if isinstance(server, kind))
    platform = next(found, "label_studio")
    said = {"platform": platform} | {name: getattr(server, name) for name in STANDINS[platform][2]}
    return [f"{name} = {json.dumps(value)}" for name, value in said.items()]


def _chosen(name, table):
    """Name the columns that say what is mirrored: not when, and not what every request changes."""
    kept = {
        column.name
        for column in table.__columns__.values()
        if not column.spec.volatile and not (name.startswith("sync_") and column.name in OURS)
    }
    kept -= {"first_synced_at", "synced_at", "deleted_at"}
    columns = ", ".join(f'"{column}"' for column in sorted(kept))
    dead = ", deleted_at IS NULL" if "deleted_at" in table.__columns__ else ""
    keys = [column.name for column in table.__columns__.values() if column.key]
    order = ", ".join(
        f'"{key}"' for key in (keys if not name.endswith("rejects") else ["record_key"])
    )
    where = " WHERE stream <> ''" if name == "sync_watermarks" else ""
    return f'SELECT {columns}{dead} FROM "{name}"{where} ORDER BY {order}'


QUESTIONS = {
    name: _chosen(name, table) for name, table in sorted(TABLES.items()) if name not in BOOKS
}


def checksum(session):
    """Sum up every table in the order of its key, rejects and positions included."""
    found = hashlib.sha256()
    with session.transaction(rehearsal=True):
        for name, sql in QUESTIONS.items():
            found.update(f"{name}{session.all(sql)!r}".encode())
    return found.hexdigest()


class Watched(database.Session):
    """A session that tells what the mirror holds after each of its commits."""

    def _commit(self, command):
        super()._commit(command)
        if command == "COMMIT" and self.told:
            self.told()

    told = None


class Rig:
    """A folder with a configuration, a server to mirror, and a database."""

    def __init__(self, folder, url, server, *lines):
        self.folder, self.url, self.server = folder, url, server
        self.configuration = folder / "annomirror.toml"
        self.configuration.write_text(
            f'[mirror]\ndatabase = "{url}"\n\n[sources.labels]\nurl = "{server.url}"\n'
            + "".join(f"{line}\n" for line in (*credentials(server), *lines))
        )

    def start(self, *arguments, **variables):
        """Start a command as a process of its own."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
        command = [sys.executable, "-m", "etl", *arguments, "--config", str(self.configuration)]
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def killed_at(self, failpoint):
        """Synchronise until a failpoint; tell whether that was reached."""
        process = self.start("sync", ANNOMIRROR_FAILPOINT=failpoint)
        _, said = process.communicate(timeout=60)
        assert process.returncode in (-signal.SIGKILL, 0), said
        return process.returncode == -signal.SIGKILL

    def killed_after(self, seconds):
        """Synchronise for so long; tell whether the run was killed and not over by then."""
        process = self.start("sync")
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        _, said = process.communicate(timeout=60)
        assert process.returncode in (-signal.SIGKILL, 0), said
        return process.returncode == -signal.SIGKILL

    def run(self, *arguments):
        """Run a command in this process."""
        arguments = [*arguments, "--config", str(self.configuration)]
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def mirrored(self, *arguments):
        """Synchronise, which must go well."""
        done = self.run("sync", "--json", *arguments)
        said = json.loads(done.stdout)
        assert (done.exit_code, said["outcome"]) == (0, "ok"), said
        return said

    @contextmanager
    def session(self):
        with connected(parse(self.url)) as session:
            yield session

    def checksum(self):
        """Sum up what the mirror holds."""
        with self.session() as session:
            return checksum(session)

    def stale(self):
        """Name the parts of which the mirror holds other tasks than it keeps the count of."""
        with self.session() as session:
            counts = Digests(session, TASKS, "labels")
            parts = [Part(row[0]) for row in session.all("SELECT part FROM sync_digests")]
            return [part.key for part in parts if counts.of(part) != counts.within(part)]

    @property
    def place(self):
        """Give the file, or the name of the database."""
        start = self.url.partition("?")[0]
        return start.partition("///")[2] if start.startswith("sqlite") else start.rpartition("/")[2]

    def tables(self):
        """List the tables there are."""
        if self.url.startswith("sqlite"):
            return self.all("SELECT name FROM sqlite_master")
        return self.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

    def all(self, sql):
        with self.session() as session:
            return session.all(sql)

    def states(self, monkeypatch):
        """Synchronise, and give what the mirror held before and after each commit, in order."""
        with self.session() as looking, monkeypatch.context() as patch:
            states = [checksum(looking)]
            patch.setattr(Watched, "told", lambda _self: states.append(checksum(looking)))
            patch.setattr(database, "Session", Watched)
            self.mirrored()
        return states


@contextmanager
def team(platform):
    """An installation of another platform at work, and what it does next."""
    standin, seed, _ = STANDINS[platform]
    with standin() as server:
        seed.lively(server.state)
        server.work = lambda: seed.work_a_while(server.state)
        yield server


@contextmanager
def labels(tasks=24):
    """A Label Studio with two projects, an annotation to every third task, and time standing."""
    with LabelStudio(clock=Clock(NOON)) as server:
        state = server.state
        for title in ("Boxes", "Moods"):
            project = state.add_project(title)
            rows = [{"data": {"n": n, "text": "x" * 40}} for n in range(tasks)]
            for task in state.import_tasks(project.id, rows)[::3]:
                state.add_annotation(task.id, [BOX], 1)
        server.clock.advance(minutes=60)
        server.work = lambda: work(server)
        yield server


def work(server):
    """Let a day go by: edits, new work, deletions of each kind."""
    state = server.state
    ours = [task.id for task in state.tasks.values() if task.project == 1]
    for task in ours[1:6]:
        state.add_annotation(task, [BOX | {"id": "b"}], 1)
    for task in ours[8:11]:
        state.delete_task(task)
    state.delete_annotation(next(iter(state.annotations)))
    state.import_tasks(1, [{"data": {"n": n}} for n in range(100, 105)])
    state.delete_project(2)
    server.clock.advance(minutes=60)


class Scene:
    """A mirror about to be synchronised, in as many copies as are wanted, and what comes of it.

    `states` are what it holds after each commit of a run that nobody kills.
    """

    def __init__(self, kind, new_rig, server, *lines):
        self.server, self._new, self._lines = server, (kind, new_rig), lines
        self._original = new_rig(kind, server, *lines)
        self.states = []

    def mirror_and_work(self):
        self._original.mirrored()
        self.server.work()

    def play(self):
        with pytest.MonkeyPatch.context() as patch:
            self.states = self.copy().states(patch)
        return self

    def copy(self, of=None):
        kind, new_rig = self._new
        return new_rig(kind, self.server, *self._lines, of=of or self._original)


def clean_seconds(rig):
    """Measure how long a run takes as a process."""
    began = time.monotonic()
    process = rig.start("sync")
    process.communicate(timeout=60)
    return time.monotonic() - began
