"""annomirror sql: formats, and that nothing can be changed."""

import csv
import io
import json
from decimal import Decimal

import pytest

from etl.cli.output import FORMATS

QUERY = "SELECT id, data, deleted_at FROM label_studio_tasks WHERE id < 3 ORDER BY id"


@pytest.fixture
def mirrored(site, boxes):
    site.mirrored()
    return site


def test_a_table_is_aligned_with_numbers_to_the_right(mirrored):
    done = mirrored.run("sql", "SELECT 9 AS n, 'a' AS t UNION ALL SELECT 10, 'bcd' ORDER BY 1")
    assert done.stdout.splitlines() == [" n  t", "──  ───", " 9  a", "10  bcd"]


def test_json_is_one_array_of_objects(mirrored):
    done = mirrored.run("sql", QUERY, "--format", "json")
    assert json.loads(done.stdout) == [
        {"id": 1, "data": '{"n":1}', "deleted_at": None},
        {"id": 2, "data": '{"n":2}', "deleted_at": None},
    ]


def test_jsonl_is_one_object_a_line(mirrored):
    done = mirrored.run("sql", QUERY, "--format", "jsonl")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2]


def test_csv_has_a_header_and_leaves_null_empty(mirrored):
    done = mirrored.run("sql", QUERY, "--format", "csv")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows == [["id", "data", "deleted_at"], ["1", '{"n":1}', ""], ["2", '{"n":2}', ""]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1"])
def test_csv_gives_a_spreadsheet_no_formula(mirrored, text):
    done = mirrored.run("sql", f"SELECT '{text}' AS t, -1 AS n", "--format", "csv")
    assert list(csv.reader(io.StringIO(done.stdout)))[1] == [f"'{text}", "-1"]


@pytest.mark.parametrize(("form", "empty"), [("json", "[]\n"), ("jsonl", ""), ("csv", "id\n")])
def test_no_rows_are_an_empty_answer_in_each_format(mirrored, form, empty):
    query = "SELECT id FROM label_studio_tasks WHERE id < 0"
    assert mirrored.run("sql", query, "--format", form).stdout == empty


def test_control_characters_do_not_reach_the_terminal(mirrored):
    done = mirrored.run("sql", "SELECT char(27) || '[31mred' AS t, char(10) AS line")
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("SELECT '12:30:00' AS v", "12:30:00"),
        ("SELECT 'a::b :c' AS v", "a::b :c"),
        (r"SELECT 'a\:b\c' AS v", r"a\:b\c"),
        ("SELECT '100%' AS v", "100%"),
        ("SELECT '%s %(a)s ?' AS v", "%s %(a)s ?"),
        ("SELECT 'ключ' AS v;", "ключ"),
        ("-- why\nSELECT 1 AS v", 1),
        ("WITH a AS (SELECT 2 AS v) SELECT v FROM a", 2),
    ],
)
def test_a_query_reaches_the_database_as_it_was_written(mirrored, query, value):
    done = mirrored.run("sql", "--format", "json", "--", query)
    assert json.loads(done.stdout) == [{"v": value}]


def test_a_query_may_come_from_standard_input(mirrored):
    done = mirrored.run("sql", "-", "--format", "jsonl", stdin="SELECT 1 AS v")
    assert done.stdout == '{"v": 1}\n'


WRITES = [
    "INSERT INTO label_studio_tasks (source, id) VALUES ('x', 1)",
    "UPDATE label_studio_tasks SET data = NULL",
    "DELETE FROM label_studio_tasks",
    "DELETE FROM label_studio_tasks RETURNING id",
    "DROP TABLE label_studio_tasks",
    "CREATE TABLE mine (a)",
    "CREATE TEMP TABLE mine (a)",
    "ATTACH DATABASE 'other.db' AS other",
    "VACUUM",
    "VACUUM INTO 'copy.db'",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA user_version = 7",
    "SELECT 1; DELETE FROM label_studio_tasks",
    "COMMIT",
    "ROLLBACK; DELETE FROM label_studio_tasks",
    "SELECT load_extension('x')",
]


@pytest.mark.parametrize("query", WRITES)
def test_what_would_change_anything_is_refused(mirrored, query):
    before = mirrored.mirror.read_bytes()
    done = mirrored.run("sql", query)
    assert done.exit_code == 2
    assert done.stderr.startswith("annomirror: the query ")
    assert mirrored.mirror.read_bytes() == before
    assert {p.name for p in mirrored.folder.glob("*.db")} == {"mirror.db"}


@pytest.mark.parametrize("query", ["SELEKT 1", "SELECT nothing FROM nowhere", "", "   ", "-- hm"])
def test_what_is_no_query_is_a_usage_error_in_one_line(mirrored, query):
    done = mirrored.run("sql", "--", query)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_without_a_mirror_the_next_step_is_named(site):
    done = site.run("sql", "SELECT 1")
    assert done.exit_code == 1
    assert "run: annomirror sync" in done.stderr
    assert not site.mirror.exists()


# What only Postgres gives: JSON taken apart, exact numbers, bytes.
ROW = ({"a": ["é", None]}, Decimal("1.5"), Decimal("NaN"), float("inf"), b"\x00\xff", None)
NAMES = tuple("abcdef")


def test_json_prints_as_json_whatever_the_database_gives(capsys):
    expected = [{"a": ["é", None]}, 1.5, None, None, "00ff", None]
    for name in ("json", "jsonl"):
        FORMATS[name](NAMES, [ROW])
        said = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
        assert (said[0] if name == "json" else said) == dict(zip(NAMES, expected, strict=True))


def test_csv_and_tables_write_json_as_json(capsys):
    for name in ("csv", "table"):
        FORMATS[name](NAMES[:1], [ROW[:1]])
        assert json.dumps(ROW[0], ensure_ascii=False) in capsys.readouterr().out.replace('""', '"')


@pytest.mark.parametrize("query", ["-- how many\nSELECT 1 AS one", "--how many\nSELECT 1 AS one"])
def test_a_query_may_begin_with_a_comment(mirrored, query):
    done = mirrored.run("sql", query, "--format", "csv")
    assert (done.exit_code, done.stdout) == (0, "one\n1\n")


def test_a_misspelt_option_is_a_usage_error_all_the_same(mirrored):
    assert mirrored.run("sql", "SELECT 1", "--fromat", "csv").exit_code == 2


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_columns_of_one_name_are_all_shown(mirrored, form):
    done = mirrored.run("sql", "SELECT 1 AS a, 2 AS a, 3 AS b", "--format", form)
    found = json.loads(done.stdout)
    assert (found[0] if form == "json" else found) == {"a": 1, "a_2": 2, "b": 3}


def test_a_file_that_is_damaged_is_one_clear_line(mirrored):
    with mirrored.mirror.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 200_000)
    done = mirrored.run("sql", "SELECT * FROM label_studio_tasks ORDER BY data")
    assert done.exit_code in (1, 2)
    assert "stopped by" not in done.stderr
    assert "malformed" in done.stderr or "not a database" in done.stderr
