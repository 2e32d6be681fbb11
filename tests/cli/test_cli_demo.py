"""annomirror demo: five minutes without an account, and nobody's data harmed."""

import sqlite3

import pytest


@pytest.fixture
def empty(site):
    """A folder without anything."""
    site.configuration.unlink()
    return site


def test_the_demo_mirrors_twice_and_asks_three_questions(empty):
    done = empty.run("demo")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "First sync" in done.stdout
    assert "Second sync" in done.stdout
    assert done.stdout.count("SELECT") >= 3
    assert empty.rows("SELECT id, outcome FROM sync_runs") == [(1, "ok"), (2, "ok")]


def test_what_the_demo_suggests_works_afterwards(empty):
    done = empty.run("demo", "--dir", "play")
    query = done.stdout.partition('annomirror sql "')[2].partition('"')[0]
    configuration = ["--config", "play/annomirror.toml"]
    asked = empty.run("sql", query, *configuration, "--format", "csv")
    assert asked.stdout.startswith("label,n\n")
    assert empty.run("status", *configuration).exit_code == 0


def test_the_demo_can_be_played_again(empty):
    empty.run("demo")
    assert empty.run("demo").exit_code == 0
    assert empty.rows("SELECT count(*) FROM sync_runs") == [(2,)]


def test_somebody_elses_configuration_is_not_touched(site):
    before = site.configuration.read_text()
    done = site.run("demo")
    assert done.exit_code == 2
    assert "choose an empty folder with --dir" in done.stderr
    assert (site.configuration.read_text(), site.mirror.exists()) == (before, False)


def test_somebody_elses_mirror_is_not_touched(empty):
    empty.mirror.write_bytes(b"precious")
    done = empty.run("demo")
    assert done.exit_code == 2
    assert [path.name for path in empty.folder.iterdir()] == ["mirror.db"]
    assert empty.mirror.read_bytes() == b"precious"


def test_the_database_of_the_environment_is_not_the_demos(empty, tmp_path, monkeypatch):
    real = tmp_path / "real.db"
    monkeypatch.setenv("ANNOMIRROR_DATABASE", f"sqlite:///{real}")
    assert empty.run("demo").exit_code == 0
    assert not real.exists()
    assert empty.mirror.exists()


def test_the_demo_needs_no_proxy(empty, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert empty.run("demo").exit_code == 0


def test_the_demos_mirror_is_for_its_owner_only(empty):
    empty.run("demo")
    assert oct(empty.mirror.stat().st_mode & 0o777) == "0o600"
    connection = sqlite3.connect(empty.mirror)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
