"""A mirror of each released schema, as it was left by its program: upgraded, and synchronised."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from etl import migrate
from killing import Rig
from upgrades.made import filled

HERE = Path(__file__).parent
RELEASED = sorted(path.name[:4] for path in HERE.glob("*.sqlite.sql"))
OLD = "SELECT id, data, first_synced_at FROM label_studio_tasks ORDER BY id"


def test_every_schema_has_its_dump():
    assert migrate.revisions() == RELEASED
    assert [path.name[:4] for path in sorted(HERE.glob("*.postgresql.sql"))] == RELEASED


@pytest.fixture(params=["sqlite", "postgresql"])
def restored(request, tmp_path):
    """Makes the mirror of a dump, and the server it was read from."""
    server = filled()

    def restore(revision):
        dump = (HERE / f"{revision}.{request.param}.sql").read_text("utf-8")
        if request.param == "sqlite":
            with closing(sqlite3.connect(tmp_path / "mirror.db")) as connection:
                connection.executescript(dump)
            return Rig(tmp_path, f"sqlite:///{tmp_path}/mirror.db", server)
        url = request.getfixturevalue("new_postgres")()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(dump.encode())
        return Rig(tmp_path, url, server)

    with server:
        yield restore


@pytest.mark.parametrize("revision", RELEASED)
def test_a_mirror_of_every_released_schema_is_upgraded_with_all_it_holds(restored, revision):
    rig = restored(revision)
    before = rig.all(OLD)
    assert rig.run("db", "current").stdout.split()[:1] != []
    done = rig.run("db", "upgrade")
    assert (done.exit_code, rig.all(OLD)) == (0, before), done.output
    assert rig.run("db", "check").exit_code == 0
    assert len(before) == 4


@pytest.mark.parametrize("revision", RELEASED)
def test_an_upgraded_mirror_is_gone_on_with(restored, revision):
    rig = restored(revision)
    before = rig.all(OLD)
    state = rig.server.state
    state.import_tasks(1, [{"data": {"n": 99}}])
    state.delete_task(2)
    rig.server.clock.advance(minutes=60)
    rig.mirrored()
    assert rig.all(OLD)[:4] == before
    alive = "SELECT id FROM label_studio_tasks WHERE deleted_at IS NULL ORDER BY id"
    assert rig.all(alive) == [(1,), (3,), (4,), (5,)]
    rig.mirrored("--full")
    done = rig.run("verify", "--deep")
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("revision", RELEASED[:-1])
def test_an_upgrade_that_is_killed_leaves_the_old_mirror_and_is_made_by_the_next(
    restored, revision
):
    rig = restored(revision)
    before, tables = rig.all(OLD), sorted(rig.tables())
    assert rig.killed_at("migrating:1")
    assert (rig.all(OLD), sorted(rig.tables())) == (before, tables)
    assert rig.all("SELECT version_num FROM alembic_version") == [(revision,)]
    rig.mirrored()
    assert rig.all(OLD)[:4] == before


@pytest.mark.parametrize("command", ["sync", "verify --repair", "db upgrade", "rejects retry"])
def test_a_mirror_of_a_newer_program_is_refused_and_left_alone(restored, command):
    rig = restored(RELEASED[-1])
    with rig.session() as session:
        session.run("UPDATE alembic_version SET version_num = '9999'")
    before = rig.all(OLD), sorted(rig.tables()), rig.all("SELECT count(*) FROM sync_runs")
    rig.server.requests.clear()
    done = rig.run(*command.split())
    assert (done.exit_code, rig.server.requests) == (5, []), done.output
    assert "newer than this program" in done.stderr
    after = rig.all(OLD), sorted(rig.tables()), rig.all("SELECT count(*) FROM sync_runs")
    assert after == before
