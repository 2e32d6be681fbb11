"""annomirror db, and mirrors that a newer program has written."""

import re
import sqlite3
from pathlib import Path

import psycopg
import pytest

from etl import migrate


def change(site, sql):
    with sqlite3.connect(site.mirror) as connection:
        connection.execute(sql)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


@pytest.fixture
def newer(site, boxes):
    """A mirror whose schema this program does not know."""
    site.mirrored()
    change(site, "UPDATE alembic_version SET version_num = '9999'")
    return site


def test_upgrade_makes_an_empty_mirror_and_then_has_nothing_to_do(site):
    head = migrate.head()
    assert site.run("db", "upgrade").stdout == f"empty → {head}\n"
    assert site.run("db", "upgrade").stdout == f"already at {head}\n"
    assert site.rows("SELECT count(*) FROM sync_runs") == [(0,)]


def test_current_tells_the_mirrors_revision_and_the_programs(site):
    site.run("db", "upgrade")
    head = migrate.head()
    assert site.run("db", "current").stdout == f"mirror {head}\nprogram {head}\n"


def test_check_is_content_with_what_upgrade_made(site):
    site.run("db", "upgrade")
    done = site.run("db", "check")
    assert (done.exit_code, done.stderr) == (0, "")


def test_check_leaves_to_its_owner_what_is_not_ours(site):
    site.run("db", "upgrade")
    change(site, "CREATE TABLE my_notes (id)")
    change(site, "CREATE INDEX mine ON label_studio_tasks (is_labeled)")
    done = site.run("db", "check")
    assert (done.exit_code, done.stderr) == (0, "")


def test_check_finds_a_table_that_is_not_as_it_should_be(site):
    site.run("db", "upgrade")
    change(site, "ALTER TABLE label_studio_tasks DROP COLUMN meta")
    done = site.run("db", "check")
    assert done.exit_code == 1
    assert "to be right it lacks: add column label_studio_tasks.meta\n" in done.stderr


def test_check_of_an_empty_file_names_the_next_step(site):
    sqlite3.connect(site.mirror).close()
    site.mirror.touch()
    done = site.run("db", "check")
    assert done.exit_code == 1
    assert "run: annomirror db upgrade" in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "sync",
        "sync --dry-run",
        "db upgrade",
        "db check",
        "check",
        "rejects retry",
        "sync --json",
        "verify",
        "verify --repair",
    ],
)
def test_a_mirror_newer_than_the_program_is_refused_and_left_alone(newer, command):
    before = newer.mirror.read_bytes()
    done = newer.run(*command.split())
    assert done.exit_code == 5
    assert "'9999' is newer than this program knows" in done.stderr
    assert newer.mirror.read_bytes() == before


def test_a_refused_sync_asks_the_server_nothing(newer, server):
    server.requests.clear()
    code, said = newer.sync()
    assert (code, said["run"], said["outcome"]) == (5, None, "refused")
    assert server.requests == []


def test_a_newer_mirrors_revision_can_still_be_read(newer):
    assert newer.run("db", "current").stdout.startswith("mirror 9999\n")


def test_a_database_of_another_kind_is_a_usage_error(site, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", "mysql://root:hunter2@host/db")
    done = site.run("sync")
    assert done.exit_code == 2
    assert "sqlite and postgresql are" in done.stderr
    assert "hunter2" not in done.output


def test_a_database_that_is_no_address_is_a_usage_error(site, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", "mirror.db")
    done = site.run("status")
    assert done.exit_code == 2
    assert "write sqlite:///mirror.db" in done.stderr


def test_a_postgres_that_is_not_there_is_one_line_without_the_password(site, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", "postgresql://user:hunter2@127.0.0.1:9/db")
    for command in ("sync", "status", "check"):
        done = site.run(command)
        assert done.exit_code == 1
        assert "hunter2" not in done.output
        assert "Traceback" not in done.output


@pytest.fixture
def log_in(postgres_server, new_postgres, monkeypatch):
    """Name a database as the mirror, and for it a password; the right one is "sesame"."""
    if not hasattr(postgres_server, "psql"):
        pytest.skip("whom a server lets in is written by who started it")
    url = new_postgres()
    with psycopg.connect(url, autocommit=True) as owner:
        file = Path(owner.execute("SHOW hba_file").fetchone()[0])
        before = file.read_text("utf-8")
        owner.execute("DROP ROLE IF EXISTS guarded")
        owner.execute("CREATE ROLE guarded LOGIN PASSWORD 'sesame'")
        owner.execute("GRANT CREATE ON SCHEMA public TO guarded")
        file.write_text(f"local all guarded scram-sha-256\n{before}", "utf-8")
        owner.execute("SELECT pg_reload_conf()")
        where = owner.info
        place = f"{where.dbname}?host={where.host}&port={where.port}"
        yield lambda password: monkeypatch.setenv(
            "ANNOMIRROR_DATABASE", f"postgresql://guarded:{password}@/{place}"
        )
        file.write_text(before, "utf-8")
        owner.execute("SELECT pg_reload_conf()")
        owner.execute("DROP OWNED BY guarded")
        owner.execute("DROP ROLE guarded")


@pytest.mark.parametrize("command", ["sync", "status", "check", "verify"])
def test_a_wrong_password_of_postgres_is_one_line_before_anything_is_asked(
    site, boxes, server, log_in, command
):
    log_in("hunter2")
    done = site.run(command)
    assert done.exit_code == 1
    told = [line for line in done.stderr.splitlines() if "password authentication failed" in line]
    assert (len(told), 'user "guarded"' in told[0]) == (1, True)
    assert re.search("the mirror failed: |mirror: FAILED: ", told[0])
    assert not [word for word in ("hunter2", "sesame", "Traceback") if word in done.output]
    if command != "check":  # which looks at all there is, whatever else is wrong
        assert (done.stderr.splitlines(), server.requests) == (told, [])
    log_in("sesame")
    assert site.run("sync").exit_code == 0


@pytest.mark.parametrize("name", ["a b", "100%", "50%25", "a#b", "a?b", "ключ"])
def test_a_mirror_in_an_odd_folder_is_beside_its_configuration(site, boxes, name):
    folder = site.folder / name
    folder.mkdir()
    moved = site.configuration.rename(folder / "annomirror.toml")
    for command in ("sync", "status"):
        assert site.run(command, "--config", str(moved)).exit_code == 0
    assert (folder / "mirror.db").exists()


def test_a_mirror_of_an_older_program_is_compared_only_when_it_is_upgraded(site, boxes):
    site.mirrored()
    change(site, "UPDATE alembic_version SET version_num = '0001'")
    done = site.run("verify")
    assert (done.exit_code, "run: annomirror db upgrade" in done.stderr) == (1, True)
