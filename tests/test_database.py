"""Opening a mirror, its transactions and its lock."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from etl import books, migrate
from etl.address import parse
from etl.database import connected
from etl.errors import BusyError, ConfigurationError, MirrorError
from etl.lock import locked
from mirror import commit, dump, rows

USER = {"id": 1, "email": "ann@example.com"}
RUN = "INSERT INTO sync_runs (started_at, host) VALUES ('2026-11-21 12:00:00.000000', 'here')"


def hosts(session):
    return [row["host"] for row in rows(session, "sync_runs")]


# Addresses


@pytest.mark.parametrize(
    ("address", "dialect"),
    [
        ("sqlite:///mirror.db", "sqlite"),
        ("postgresql://me@db/mirror", "postgresql"),
        ("postgres://me@db/mirror", "postgresql"),
        ("postgresql+psycopg://me@db/mirror", "postgresql"),
    ],
)
def test_an_address_names_its_database(address, dialect):
    assert parse(address).dialect == dialect


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("postgresql:///mirror", {"dbname": "mirror"}),
        ("postgresql://db", {"host": "db"}),
        ("postgresql://[::1]:5433/m", {"host": "::1", "port": "5433", "dbname": "m"}),
        ("postgresql:///m?host=/run/pg&sslmode=require", {"host": "/run/pg", "dbname": "m"}),
        ("postgresql://me:p%40:/?#w@db/m", {"password": "p@:/?#w", "host": "db"}),
        ("postgresql://m%20e@db/a%20b", {"user": "m e", "dbname": "a b"}),
    ],
)
def test_an_address_of_a_server_is_what_libpq_is_told(address, server):
    assert server.items() <= parse(address).server.items()


@pytest.mark.parametrize("address", ["mirror.db", "", "mysql://db/x", "sqlite"])
def test_another_address_is_refused(address):
    with pytest.raises(ConfigurationError, match=r"mirror\.database"):
        parse(address)


@pytest.mark.parametrize(
    "address",
    [
        "oracle://me:hunter2@db/x",
        "postgresql://me:hunter2@db:x/m",
        "postgresql://me:p@hunter2@db/m",
        "postgresql://me:p@s/hunter2@db/m",
    ],
)
def test_a_password_is_not_shown(address):
    with pytest.raises(ConfigurationError) as refused:
        parse(address)
    assert "hunter2" not in str(refused.value)


def test_an_address_is_shown_without_its_secrets():
    address = parse("postgresql://me:hunter2@db:5433/mirror?sslpassword=hunter3", "labels")
    assert str(address) == "postgresql://me:***@db:5433/mirror, schema labels"
    assert "hunter" not in repr(address)


@pytest.mark.parametrize("schema", ["", 5, "1st", "pg_temp", 'a"b', "a b", "x" * 64])
def test_a_schema_of_an_odd_name_is_refused(schema):
    with pytest.raises(ConfigurationError, match=r"mirror\.schema"):
        parse("postgresql://db/mirror", schema)


def test_a_schema_is_for_postgres():
    with pytest.raises(ConfigurationError, match="for Postgres"):
        parse("sqlite:///mirror.db", "labels")


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
    assert not in_transaction(session)


def in_transaction(session):
    driver = session.driver
    idle = getattr(driver, "info", None) and driver.info.transaction_status.IDLE
    return driver.in_transaction if idle is None else driver.info.transaction_status != idle


def test_a_rehearsal_leaves_nothing(session):
    with session.transaction(rehearsal=True):
        assert commit(session, "users", USER).inserted == 1
        assert commit(session, "users", USER | {"email": "x"}).updated == 1
        assert len(rows(session, "label_studio_users")) == 1
    assert set(map(len, dump(session).values())) == {0}


def test_a_transaction_within_another_can_fail_alone(session, other_session):
    with session.transaction():
        session.run(RUN)
        with pytest.raises(KeyError), session.transaction():
            session.run(RUN)
            raise KeyError
        with session.transaction():
            session.run(RUN.replace("here", "there"))
    assert hosts(other_session) == ["here", "there"]


class Stop(Exception):
    """What a signal's handler raises."""


@contextmanager
def stopped_after(seconds):
    """Have a signal come in the middle, by which this thread is stopped."""

    def stop(_number, _frame):
        raise Stop

    before = signal.signal(signal.SIGTERM, stop)
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    try:
        with pytest.raises(Stop):
            yield
    finally:
        timer.join()
        signal.signal(signal.SIGTERM, before)


FOREVER = {
    "postgresql": "SELECT pg_sleep(60)",
    "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) "
    "SELECT count(*) FROM n",
}
USERS = [("labels", number, "x" * 500) for number in range(200_000)]


def look(session):
    session.all(FOREVER[session.dialect])


def look_inside(session):
    with session.transaction():
        session.run(RUN)
        look(session)


def copy(session):
    with session.transaction():
        session.run(RUN)
        if session.copies:
            into = "COPY label_studio_users (source, id, email) FROM STDIN"
            session.copy(into, USERS)
        look(session)


def many(session):
    mark = "%s" if session.copies else "?"
    with session.transaction():
        session.run(RUN)
        insert = (
            f"INSERT INTO label_studio_users (source, id, email) VALUES ({mark}, {mark}, {mark})"
        )
        session.many(insert, USERS)
        look(session)


@pytest.mark.parametrize("doing", [look, look_inside, copy, many])
@pytest.mark.parametrize("seconds", [0.02, 0.2])
def test_a_signal_in_the_middle_leaves_nothing_and_a_session_that_works(
    session, other_session, doing, seconds
):
    began = time.monotonic()
    with stopped_after(seconds):
        doing(session)
    assert time.monotonic() - began < 20
    assert hosts(other_session) == rows(other_session, "label_studio_users") == []
    with session.transaction():
        session.run(RUN)
    assert hosts(other_session) == ["here"]


def test_a_commit_of_what_failed_unheard_is_an_error(session):
    with pytest.raises(MirrorError), session.transaction():
        session.run(RUN)
        with suppress(MirrorError):
            session.run("this would not even parse")
        if session.dialect == "sqlite":
            raise MirrorError("there, a statement that fails harms no other")
    assert hosts(session) == []


def test_many_rows_are_streamed_as_they_are_wanted(session):
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    with session.streamed(endless) as (names, found):
        assert (names, next(found), next(found)) == (["i"], (1,), (2,))
    with session.streamed("SELECT 1 AS one UNION ALL SELECT 2") as (names, found):
        assert (names, list(found)) == (["one"], [(1,), (2,)])


def test_many_rows_of_nothing_are_nothing(session):
    with session.transaction():
        session.many("this would not even parse", [])


# Trouble


def test_an_error_of_the_database_is_one_line_without_values(session):
    insert = "INSERT INTO label_studio_users (source, id) VALUES ('hunter2', NULL)"
    with pytest.raises(MirrorError) as failed:
        session.run(insert)
    assert "hunter2" not in str(failed.value)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sqlite:////no/such/folder/mirror.db", "cannot be written"),
        ("postgresql://nobody@127.0.0.1:1/mirror", "the mirror failed"),
        ("postgresql://db/mirror?no_such_setting=1", "the mirror failed"),
    ],
)
def test_a_mirror_that_cannot_be_reached_is_an_error(address, said):
    with pytest.raises(MirrorError, match=said), connected(parse(address)):
        pass


def test_a_file_that_is_no_database_is_an_error(tmp_path):
    (tmp_path / "mirror.db").write_text("this is a text of more than a hundred bytes " * 5)
    address = parse(f"sqlite:///{tmp_path / 'mirror.db'}")
    with pytest.raises(MirrorError, match="not a database"), connected(address):
        pass


def test_a_mirror_that_is_not_there_cannot_be_read(tmp_path):
    address = parse(f"sqlite:///{tmp_path / 'mirror.db'}")
    with pytest.raises(MirrorError, match="no mirror at"), connected(address, read_only=True):
        pass
    assert list(tmp_path.iterdir()) == []


# SQLite's files


@pytest.mark.parametrize("name", ["mirror.db", "mir ror?#%41.db", "ünï.db"])
def test_a_new_file_is_its_owners_whatever_its_name(tmp_path, name):
    with connected(parse(f"sqlite:///{tmp_path}/{name}")) as session:
        session.run("CREATE TABLE t (n)")
    (path,) = [p for p in tmp_path.iterdir() if p.suffix == ".db"]
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == (name, 0o600)


def test_an_address_opened_for_reading_cannot_write(database):
    with (
        connected(parse(database), read_only=True) as session,
        pytest.raises(MirrorError, match=r"read.?only"),
    ):
        session.run(RUN)


def test_a_reader_is_not_kept_out_by_a_writer(session, database):
    with session.transaction():
        session.run(RUN)
        with connected(parse(database), read_only=True) as reader:
            assert hosts(reader) == []


# Postgres' schemas


@pytest.fixture
def elsewhere(new_postgres):
    """The same database twice: a schema each."""
    url = new_postgres()
    return parse(url, "labels"), parse(url, "Other_1")


def test_two_mirrors_can_live_in_schemas_of_one_database(elsewhere):
    for address, email in zip(elsewhere, ("ann@example.com", "bob@example.com"), strict=True):
        with connected(address) as session:
            assert migrate.upgrade(session, address.schema) == (None, migrate.head())
            commit(session, "users", {"id": 1, "email": email})
    for address, email in zip(elsewhere, ("ann@example.com", "bob@example.com"), strict=True):
        with connected(address, read_only=True) as session:
            assert [row["email"] for row in rows(session, "label_studio_users")] == [email]
            found = "SELECT table_schema FROM information_schema.tables WHERE table_name = %s"
            assert len(session.all(found, ("label_studio_users",))) == 2
    with connected(elsewhere[0]) as session:
        assert migrate.differences(session) == []
        assert migrate.upgrade(session, "labels") == (migrate.head(), migrate.head())


def test_schemas_are_locked_apart(elsewhere):
    one, other = elsewhere
    with connected(one) as first, connected(other) as second, locked(first, one):
        with locked(second, other):
            pass
        with connected(one) as third, pytest.raises(BusyError), locked(third, one):
            pytest.fail("both hold it")


# The lock


def test_a_mirror_is_held_by_one_run(session, other_session, database):
    address = parse(database)
    with locked(session, address), pytest.raises(BusyError, match="another run"):  # noqa: SIM117
        with locked(other_session, address):
            pytest.fail("both hold it")


def test_a_lock_is_given_back_even_by_a_run_that_fails(session, other_session, database):
    with pytest.raises(KeyError), locked(session, parse(database)):
        raise KeyError
    with locked(other_session, parse(database)):
        pass


HOLD = """
import sys, time
from etl.address import parse
from etl.database import connected
from etl.lock import locked
address = parse(sys.argv[1])
with connected(address) as session, locked(session, address):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_lock_dies_with_its_process(session, database):
    with subprocess.Popen([sys.executable, "-c", HOLD, database], stdout=-1, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError), locked(session, parse(database)):
            pass
        holder.kill()
        holder.wait()
        assert taken_within(session, database, seconds=5)


def taken_within(session, database, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with locked(session, parse(database)):
                return True
        except BusyError:
            time.sleep(0.02)  # Postgres notices a little later that the client is gone
    return False


# The same answers


ODD = [
    {"id": 1, "title": "Ünï \U0001f600", "is_draft": True, "task_number": 2**63 - 1},
    {"id": 2, "title": "nul \x00 in it", "is_draft": False, "task_number": -(2**63)},
    {"id": 3, "title": "", "is_draft": None, "created_at": "2026-11-21T09:00:00+01:00"},
    {"id": 4, "title": 'it\'s 100 % \\ "quoted"', "created_by": {"id": 7, "a": [1, None]}},
]
QUESTIONS = [
    "SELECT id, title, is_draft, task_number, created_at FROM label_studio_projects ORDER BY id",
    "SELECT is_draft, count(*) AS n FROM label_studio_projects GROUP BY is_draft ORDER BY n, 1",
    "SELECT sum(id) AS s, avg(id) AS a, max(created_at) AS m FROM label_studio_projects",
    "SELECT sum(task_number) AS s FROM label_studio_projects WHERE id <> 3",
    "SELECT id FROM label_studio_projects WHERE is_draft ORDER BY id",
    "SELECT id FROM label_studio_projects WHERE created_at < '2026-11-21 08:30' ORDER BY id",
    "SELECT CAST(created_by ->> 'id' AS INTEGER) AS by FROM label_studio_projects ORDER BY id",
    "SELECT title FROM label_studio_projects WHERE title LIKE '%100 \\% %' ESCAPE '\\'",
    "SELECT id, 1.5 AS x, 3 / 2 AS y, NULL AS z FROM label_studio_projects WHERE id = 1",
]


def test_the_same_questions_have_the_same_answers(new_postgres, postgres_template, tmp_path):
    addresses = (f"sqlite:///{tmp_path / 'mirror.db'}", new_postgres(postgres_template))
    answers = []
    for address in map(parse, addresses):
        with connected(address) as session:
            migrate.upgrade(session)
            commit(session, "projects", *ODD)
        answers.append([answer(address, question) for question in QUESTIONS])
    assert answers[0] == answers[1]
    assert answers[0][0][0] == "[1, 'Ünï \U0001f600', True, 9223372036854775807, None]"


def answer(address, question):
    with connected(address, read_only=True) as session, books.query(session, question) as found:
        return [repr(list(row)) for row in found.rows]
