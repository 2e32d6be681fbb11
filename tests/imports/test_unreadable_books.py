"""A rehearsal that cannot read the books says so, and foretells nothing."""

import pytest


def rehearsed(site, name):
    code, said = site.put(name, "--dry-run")
    return code, said["created"], said.get("error")


@pytest.fixture
def begun(site, server, file, by_jobs):
    """Leave an import open, of which the books know."""
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    return file


def test_a_damaged_mirror_is_no_missing_one(site, begun):
    path = site.folder / "mirror.db"
    path.write_bytes(b"no database" * 1000)
    code, created, error = rehearsed(site, begun)
    assert (code, created, "the mirror failed: " in error) == (1, 0, True)


def test_a_database_that_does_not_answer_is_no_missing_one(site, begun, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", "postgresql://localhost:1/mirror")
    code, created, error = rehearsed(site, begun)
    assert (code, created, "the mirror failed: " in error) == (1, 0, True)


def test_a_mirror_of_a_newer_program_is_no_missing_one(site, begun):
    site.writes("UPDATE alembic_version SET version_num = '9999'")
    code, created, error = rehearsed(site, begun)
    assert (code, created, "'9999' is newer than this program knows" in error) == (5, 0, True)


def test_a_table_that_is_not_as_it_was_made_is_no_missing_one(site, begun):
    site.writes("ALTER TABLE label_studio_imports RENAME COLUMN session TO other")
    code, created, error = rehearsed(site, begun)
    assert (code, created, "the mirror failed: " in error) == (1, 0, True)


def test_a_database_without_a_mirror_is_a_missing_one(site, file, empty_database, monkeypatch):
    monkeypatch.setenv("ANNOMIRROR_DATABASE", empty_database)
    assert rehearsed(site, file) == (0, 7, None)


@pytest.mark.usefixtures("on_both")
def test_books_on_either_database_are_read_by_a_rehearsal(site, file):
    site.imported(file)
    code, created, error = rehearsed(site, file)
    assert (code, created, "this very file was imported" in error) == (5, 0, True)
