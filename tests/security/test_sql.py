"""Questions change nothing, and what servers say never becomes SQL."""

import csv
import io
import json

import psycopg
import pytest
from click.testing import CliRunner

from etl.cli import main
from etl.database import Session
from etl.standins.label_studio import LabelStudio
from killing import Rig
from mirror import rows

HOSTILE = (
    '"; DROP TABLE label_studio_tasks; --',
    "'; DELETE FROM sync_runs; --",
    "Robert'); DROP TABLE students;--",
    "100% %s %(name)s ? :x $1 {}",
    "select",
    "x" * 300,
    "Ünïcode 👍 \u202e rtl \t\n",
    "\\'; -- \\",
    "a\u0000b",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def rig(request, tmp_path):
    """A mirror of one project, ready to be asked."""
    url = f"sqlite:///{tmp_path}/mirror.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("new_postgres")(request.getfixturevalue("postgres_template"))
    with LabelStudio() as server:
        project = server.state.add_project("Boxes")
        server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(3)])
        made = Rig(tmp_path, url, server)
        made.mirrored()
        yield made


EVERYWHERE = (
    "WITH gone AS (DELETE FROM label_studio_tasks RETURNING id) SELECT * FROM gone",
    "WITH new AS (SELECT 9) INSERT INTO label_studio_tasks (source, id) SELECT 'x', 9",
    "INSERT INTO sync_runs (id) VALUES (99) RETURNING id",
    "UPDATE label_studio_tasks SET data = NULL RETURNING id",
    "SELECT 1; DELETE FROM label_studio_tasks",
    "BEGIN; DELETE FROM label_studio_tasks; COMMIT",
    "COMMIT; DELETE FROM label_studio_tasks",
    "DROP TABLE label_studio_tasks",
    "CREATE TABLE mine (a integer)",
    "CREATE TABLE mine AS SELECT 1 AS a",
)
POSTGRES = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    'SELECT "pg_terminate_backend"(pid) FROM pg_stat_activity',
    "SELECT pg_catalog . pg_terminate_backend /* why */ (pid) FROM pg_stat_activity",
    "SELECT PG_CANCEL_BACKEND(pid) FROM pg_stat_activity",
    'SELECT U&"pg\\005fterminate_backend"(pid) FROM pg_stat_activity',
    "SELECT nextval('sync_runs_id_seq')",
    "SELECT setval('sync_runs_id_seq', 1)",
    "SELECT set_config('default_transaction_read_only', 'off', false)",
    "SELECT set_config('transaction_read_only', 'off', true)",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_create(0)",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('a', 'b')",
    "SELECT pg_reload_conf()",
    "SELECT query_to_xml('DELETE FROM label_studio_tasks', true, true, '')",
    "SELECT * FROM label_studio_tasks FOR UPDATE",
    "SELECT 1 AS a INTO mine",
    "COPY label_studio_tasks TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/annomirror-copied'",
    "DO $$ BEGIN DELETE FROM label_studio_tasks; END $$",
    "CALL nothing()",
    "SET default_transaction_read_only = off",
    "LISTEN a",
    "TRUNCATE label_studio_tasks",
    "EXPLAIN ANALYZE DELETE FROM label_studio_tasks",
)
SQLITE = (
    "ATTACH DATABASE 'other.db' AS other",
    "VACUUM INTO 'copy.db'",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "SELECT load_extension('x')",
    "SELECT writefile('a', 'b')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "CREATE TEMP TABLE mine (a)",
    "REINDEX",
    "DETACH DATABASE main",
)


def held(rig):
    with rig.session() as session:
        names = ["label_studio_tasks", "label_studio_projects", "sync_runs"]
        return [rows(session, name, without=()) for name in names], sorted(rig.tables())


@pytest.mark.parametrize("query", [*EVERYWHERE, *POSTGRES, *SQLITE])
def test_what_is_no_question_is_refused_and_changes_nothing(rig, query):
    if query in POSTGRES and rig.url.startswith("sqlite"):
        pytest.skip("is Postgres'")
    if query in SQLITE and not rig.url.startswith("sqlite"):
        pytest.skip("is SQLite's")
    before = held(rig)
    with rig.session() as other:  # who works meanwhile is not cut off
        done = rig.run("sql", query)
        assert other.all("SELECT 1") == [(1,)]
    assert (held(rig), "Traceback" in done.output) == (before, False)
    if not query.startswith("PRAGMA journal_mode"):  # which answers what it is and was
        assert done.exit_code == 2, done.output
    assert {p.name for p in rig.folder.iterdir()} <= {
        "annomirror.toml", *(f"mirror.db{end}" for end in ("", ".lock", "-wal", "-shm")),
    }  # fmt: skip


@pytest.fixture
def viewed(new_postgres, postgres_template, tmp_path):
    """A mirror whose owner has made views: one that asks, one that acts, one upon that."""
    url = new_postgres(postgres_template)
    with psycopg.connect(url, autocommit=True) as driver:
        driver.execute("CREATE VIEW ended AS SELECT pg_terminate_backend(0) AS n")
        driver.execute('CREATE VIEW "Upon It" AS SELECT n FROM ended')
        driver.execute("CREATE VIEW counted AS SELECT count(*) AS n FROM label_studio_tasks")
    (tmp_path / "annomirror.toml").write_text(f'[mirror]\ndatabase = "{url}"\n')
    return tmp_path / "annomirror.toml"


@pytest.mark.parametrize(("name", "code"), [("ended", 2), ('"Upon It"', 2), ("counted", 0)])
def test_a_view_is_asked_only_if_it_does_nothing_but_ask(viewed, name, code):
    done = CliRunner().invoke(main, ["sql", f"SELECT n FROM {name}", "--config", str(viewed)])
    assert (done.exit_code, "names pg_terminate_backend" in done.stderr) == (code, code == 2)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT count(*) AS n FROM label_studio_tasks",
        "WITH a AS (SELECT id FROM label_studio_tasks) SELECT count(*) AS n FROM a",
        "SELECT 3 AS n WHERE random() IS NOT NULL",
        "SELECT 3 AS n, 'system; random()' AS t",
    ],
)
def test_a_question_is_answered(rig, query):
    (row,) = json.loads(rig.run("sql", query, "--format", "json").stdout)
    assert row["n"] == 3


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1"])  # noqa: RUF001
def test_no_cell_of_csv_is_a_formula_nor_is_a_heading(rig, text):
    query = f"""SELECT '{text}' AS "{text.strip() or "x"}" """
    done = rig.run("sql", query, "--format", "csv")
    found = list(csv.reader(io.StringIO(done.stdout, newline="")))
    assert [cell[:1] for row in found for cell in row] == ["'", "'"]


def test_what_is_no_formula_begins_no_cell_in_a_spreadsheet_with_other_separators(rig):
    done = rig.run("sql", "SELECT 'a;=1+1' AS a, 'b\t=1' AS b, 1 AS n", "--format", "csv")
    assert done.stdout.splitlines()[1] == '"a;=1+1","b\t=1","1"'


@pytest.mark.parametrize("form", ["json", "jsonl", "table"])
def test_signs_that_steer_a_terminal_are_not_printed(rig, form):
    sign = "chr(155)" if rig.url.startswith("postgres") else "char(155)"
    done = rig.run("sql", f"SELECT {sign} || '31m' AS t", "--format", form)
    assert ("\x9b" in done.stdout, "31m" in done.stdout) == (False, True)


# Names out of the data


def statements(monkeypatch):
    """Note every text of SQL that is sent, and none of the values."""
    seen = []

    def noted(name):
        original = getattr(Session, name)

        def send(session, sql, *values):
            seen.append(sql)
            return original(session, sql, *values)

        monkeypatch.setattr(Session, name, send)

    for name in ("_execute", "many", "copy"):
        noted(name)
    return seen


def test_hostile_names_are_data_and_never_a_part_of_a_statement(rig, monkeypatch):
    state = rig.server.state
    for number, name in enumerate(HOSTILE):
        config = f"<View><Choices name='c{number}' toName='t'/><Text name='t' value='$n'/></View>"
        project = state.add_project(name, label_config=config)
        box = {"id": name, "type": "choices", "value": {"choices": [name]}, name: {name: name}}
        (task,) = state.import_tasks(project.id, [{"data": {name: name}, "meta": {name: name}}])
        state.add_annotation(task.id, [box], 1)
    seen = statements(monkeypatch)
    rig.mirrored()
    assert len(seen) > 10
    assert [s for s in seen for name in HOSTILE if name != "select" and name in s] == []
    with rig.session() as session:
        titles = {row["title"] for row in rows(session, "label_studio_projects")}
        labels = {row["label"] for row in rows(session, "label_studio_result_labels")}
        tables = rig.tables()
    expected = {name.replace("\0", "\ufffd") for name in HOSTILE}
    assert (titles, labels) == (expected | {"Boxes"}, expected)
    assert ("label_studio_tasks",) in tables
