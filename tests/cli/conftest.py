"""A folder with a configuration, a server to mirror, and the command line in between."""

import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from click.testing import CliRunner

from etl import client
from etl.cli import main
from etl.standins.label_studio import LabelStudio

VARIABLES = ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "LABEL_STUDIO_TOKEN", "HTTP_PROXY")
UNTOLD = ("first_synced_at", "synced_at", "deleted_at")


class Site:
    """What a user has: a folder, a source in it, and the commands."""

    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.mirror = folder / "mirror.db"
        self.configuration = folder / "annomirror.toml"
        self.configure()

    def configure(self, *lines, url=None, token=None):
        """Write the configuration of one source, with more lines of settings."""
        self.configuration.write_text(
            '[mirror]\ndatabase = "sqlite:///mirror.db"\n\n'
            f'[sources.labels]\nplatform = "label_studio"\nurl = "{url or self.server.url}"\n'
            f'token = "{token or self.server.token}"\n' + "".join(f"{line}\n" for line in lines)
        )

    def run(self, *arguments, stdin=None):
        """Run a command in this process; what it does not handle is raised here."""
        return CliRunner().invoke(main, arguments, input=stdin, catch_exceptions=False)

    def sync(self, *arguments):
        """Synchronise and give the exit code and the JSON object."""
        done = self.run("sync", "--json", *arguments)
        return done.exit_code, json.loads(done.stdout)

    def mirrored(self, *arguments):
        """Synchronise, which must go well."""
        code, said = self.sync(*arguments)
        assert (code, said["outcome"]) == (0, "ok"), said
        return said

    def start(self, *arguments):
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "etl", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rows(self, sql, *values):
        """Ask the mirror, past the program."""
        with closing(sqlite3.connect(f"file:{self.mirror}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def dump(self, *, times=True):
        """Give every mirrored row and watermark, by table; without `times`, what was mirrored."""
        names = [
            name
            for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name.startswith("label_studio_") or (times and name == "sync_watermarks")
        ]
        return {name: self._table(name, times=times) for name in names}

    def _table(self, name, *, times):
        columns = [row[1] for row in self.rows(f"PRAGMA table_info({name})")]
        chosen = [f'"{c}"' for c in columns if times or c not in UNTOLD]
        return sorted(self.rows(f"SELECT {', '.join(chosen)} FROM {name}"), key=repr)

    def asked(self, path):
        """Give the requests of one path that the server has seen."""
        return [request for request in self.server.requests if request.path == path]


@pytest.fixture
def server():
    with LabelStudio() as server:
        yield server


@pytest.fixture
def site(tmp_path, monkeypatch, server):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Site(folder, server)


@pytest.fixture
def boxes(server):
    """A project of twelve tasks."""
    project = server.state.add_project("Boxes")
    server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(1, 13)])
    return project


@pytest.fixture
def until():
    """Wait for something another process or thread does."""

    def wait(happened, seconds=10):
        ends_at = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < ends_at, "it never happened"
            time.sleep(0.01)

    return wait
