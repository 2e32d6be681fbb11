"""Opening a mirror, its transactions and its lock."""

import stat
import subprocess
import sys
import time

import pytest

from etl.database import Session, connected, open_mirror, parse
from etl.errors import BusyError, ConfigurationError, MirrorError
from etl.lock import locked
from mirror import commit, dump, rows

USER = {"id": 1, "email": "ann@example.com"}
RUN = "INSERT INTO sync_runs (started_at, host) VALUES ('2026-11-21 12:00:00.000000', 'here')"


def hosts(session):
    return [row["host"] for row in rows(session, "sync_runs")]


# Addresses


@pytest.mark.parametrize(
    ("address", "driver"),
    [
        ("sqlite:///mirror.db", "sqlite"),
        ("postgresql://me@db/mirror", "postgresql+psycopg"),
        ("postgres://me@db/mirror", "postgresql+psycopg"),
        ("postgresql+psycopg://me@db/mirror", "postgresql+psycopg"),
    ],
)
def test_an_address_names_its_driver(address, driver):
    assert parse(address).drivername == driver


@pytest.mark.parametrize("address", ["mirror.db", "", "mysql://db/x", "sqlite"])
def test_another_address_is_refused(address):
    with pytest.raises(ConfigurationError, match=r"mirror\.database"):
        parse(address)


def test_a_password_is_not_shown():
    with pytest.raises(ConfigurationError) as refused:
        parse("oracle://me:hunter2@db/x")
    assert "hunter2" not in str(refused.value)


# Sessions


def test_a_transaction_commits_at_its_end(session, other_session):
    with session.transaction():
        session.run(RUN)
    assert hosts(other_session) == ["here"]


def test_a_transaction_that_fails_leaves_nothing(session, other_session):
    with pytest.raises(KeyError), session.transaction():
        session.run(RUN)
        raise KeyError
    assert hosts(other_session) == []
    with session.transaction():
        session.run(RUN)
    assert hosts(other_session) == ["here"]


def test_a_look_keeps_no_transaction_open(session):
    session.all("SELECT 1")
    assert not session.connection.in_transaction()


def test_a_rehearsal_leaves_nothing(engine, session):
    with engine.connect() as connection, connection.begin() as whole:
        rehearsal = Session(connection, rehearsal=True)
        assert commit(rehearsal, "users", USER).inserted == 1
        assert commit(rehearsal, "users", USER | {"email": "x"}).updated == 1
        assert len(rows(rehearsal, "label_studio_users")) == 1
        whole.rollback()
    assert set(map(len, dump(session).values())) == {0}


def test_many_rows_of_nothing_are_nothing(session):
    with session.transaction():
        session.many("this would not even parse", [])


# Trouble


def test_an_error_of_the_database_is_one_line_without_values(engine):
    insert = "INSERT INTO label_studio_users (source, id) VALUES ('hunter2', NULL)"
    with pytest.raises(MirrorError) as failed, connected(engine) as connection:
        connection.exec_driver_sql(insert)
    assert "hunter2" not in str(failed.value)
    assert "\n" not in str(failed.value)


def test_a_mirror_that_cannot_be_reached_is_an_error(tmp_path):
    with pytest.raises(MirrorError, match="cannot be written"):
        open_mirror(f"sqlite:///{tmp_path}/no/such/folder/mirror.db")
    engine = open_mirror("postgresql://nobody@127.0.0.1:1/mirror")
    with pytest.raises(MirrorError, match="the mirror failed"), connected(engine):
        pass


def test_a_file_that_is_no_database_is_an_error(tmp_path):
    (tmp_path / "mirror.db").write_text("this is a text of more than a hundred bytes " * 5)
    engine = open_mirror(f"sqlite:///{tmp_path / 'mirror.db'}")
    with pytest.raises(MirrorError, match="not a database"), connected(engine) as connection:
        connection.exec_driver_sql("SELECT * FROM sync_runs")
    engine.dispose()


def test_a_mirror_that_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(MirrorError, match="no mirror at"):
        open_mirror(f"sqlite:///{tmp_path / 'mirror.db'}", read_only=True)
    assert list(tmp_path.iterdir()) == []


# SQLite's files


@pytest.mark.parametrize("name", ["mirror.db", "mir ror?#%41.db", "ünï.db"])
def test_a_new_file_is_its_owners_whatever_its_name(tmp_path, name):
    engine = open_mirror(f"sqlite:///{tmp_path}/{name.replace('?', '%3F')}")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    (path,) = [p for p in tmp_path.iterdir() if p.suffix == ".db"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    engine.dispose()


def test_an_address_opened_for_reading_cannot_write(database):
    engine = open_mirror(database, read_only=True)
    with pytest.raises(MirrorError, match=r"read.?only"), connected(engine) as connection:
        connection.exec_driver_sql(RUN)
        connection.commit()
    engine.dispose()


def test_a_reader_is_not_kept_out_by_a_writer(session, database):
    reader = open_mirror(database, read_only=True)
    with session.transaction():
        session.run(RUN)
        with reader.connect() as connection:
            assert hosts(Session(connection)) == []
    reader.dispose()


# The lock


def test_a_mirror_is_held_by_one_run(engine, database):
    other = open_mirror(database)
    with locked(engine, database), pytest.raises(BusyError, match="another run"):  # noqa: SIM117
        with locked(other, database):
            pytest.fail("both hold it")
    other.dispose()


def test_a_lock_is_given_back_even_by_a_run_that_fails(engine, database):
    with pytest.raises(KeyError), locked(engine, database):
        raise KeyError
    with locked(engine, database):
        pass


HOLD = """
import sys, time
from etl.database import open_mirror
from etl.lock import locked
with locked(open_mirror(sys.argv[1]), sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_dies_with_its_process(engine, database):
    with subprocess.Popen([sys.executable, "-c", HOLD, database], stdout=-1, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError), locked(engine, database):
            pass
        holder.kill()
        holder.wait()
        assert taken_within(engine, database, seconds=5)


def taken_within(engine, database, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with locked(engine, database):
                return True
        except BusyError:
            time.sleep(0.02)  # Postgres notices a little later that the client is gone
    return False
