"""Records no table can hold: set aside whole, listed, shown, retried and released."""

import json
import sqlite3
from decimal import Decimal

import pytest

from etl.address import parse
from etl.database import connected
from etl.platforms.label_studio import left_out

BAD = {
    "an id that is text": {"id": b'"abc"'},
    "an id that is null": {"id": b"null"},
    "an id beyond 64 bits": {"id": b"9223372036854775808"},
    "no id": {"without": ["id"]},
    "a number where text belongs": {"created_at": b"5"},
    "no time": {"created_at": b'"yesterday"'},
    "text where a number belongs": {"overlap": b'"many"'},
    "an object where a list belongs": {"annotations": b"{}"},
}


def tasks(site):
    return [key for (key,) in site.rows("SELECT id FROM label_studio_tasks ORDER BY id")]


def rejects(site):
    return json.loads(site.run("rejects", "list", "--json").stdout)


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("place", [1, 6, 12], ids=["first", "middle", "last"])
def test_a_malformed_record_is_set_aside_and_its_neighbours_land(site, boxes, server, bad, place):
    site.configure("page_size = 5")
    server.state.spoil(place, **bad)
    assert site.mirrored()["streams"][2]["rejected"] == 1
    assert tasks(site) == [n for n in range(1, 13) if n != place]
    assert [(row["source"], row["stream"], row["part"]) for row in rejects(site)] == [
        ("labels", "tasks", "1")
    ]


@pytest.mark.parametrize("value", [b"5", b'"yesterday"', b"null", b"{}"])
def test_a_newest_task_with_a_senseless_time_harms_only_itself(site, boxes, server, value):
    server.state.spoil(12, updated_at=value)
    site.run("sync")
    assert tasks(site)[:11] == list(range(1, 12))


NO_STAMP = {"null": {"updated_at": b"null"}, "missing": {"without": ["updated_at"]}}


@pytest.mark.parametrize("gone", NO_STAMP.values(), ids=NO_STAMP.keys())
@pytest.mark.parametrize("of", [[3], [12], [3, 7, 12], range(1, 13)], ids=str)
def test_tasks_without_a_stamp_land_whole_and_so_do_their_later_edits(
    site, boxes, server, gone, of
):
    for each in of:
        server.state.spoil(each, **gone)
    assert site.mirrored()["streams"][2]["rejected"] == 0
    stamped = site.rows("SELECT id FROM label_studio_tasks WHERE updated_at IS NOT NULL")
    assert sorted(key for (key,) in stamped) == [n for n in range(1, 13) if n not in of]
    found = site.rows("SELECT id, data, project_id FROM label_studio_tasks ORDER BY id")
    assert found == [(n, f'{{"n":{n}}}', 1) for n in range(1, 13)]
    server.state.patch_task(of[0], data={"n": "edited"})
    site.mirrored(*(["--full"] if len(of) == 12 else []))  # where nothing has one, nothing shows
    found = site.rows("SELECT data FROM label_studio_tasks WHERE id = ?", of[0])
    assert found == [('{"n":"edited"}',)]


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_a_reject_is_released_after_repair_upstream(site, boxes, server, bad):
    server.state.spoil(5, **bad)
    site.mirrored()
    server.state.task(5).spoiled = None
    server.state.patch_task(5, data={"n": "repaired"})
    site.mirrored()
    assert tasks(site) == list(range(1, 13))
    assert rejects(site) == []


def test_a_reject_that_stays_is_not_written_again(site, boxes, server):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    before = site.rows("SELECT * FROM sync_rejects")
    site.mirrored()
    assert site.rows("SELECT * FROM sync_rejects") == before


def test_the_list_names_record_and_reason(site, boxes, server):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    done = site.run("rejects", "list")
    assert done.exit_code == 0
    line = done.stdout.splitlines()[2]
    assert line.split()[:5] == ["1", "labels", "tasks", "1", "5"]
    assert "yesterday" in line


def test_the_list_can_be_narrowed(site, boxes, server):
    server.state.spoil(5, created_at=b"5")
    server.state.spoil_user(1, email=b"5")
    site.mirrored()
    done = site.run("rejects", "list", "--stream", "users", "--json")
    assert [row["stream"] for row in json.loads(done.stdout)] == ["users"]
    assert site.run("rejects", "list", "--source", "other", "--json").stdout.strip() == "[]"


def test_a_reject_is_shown_whole(site, boxes, server):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    done = site.run("rejects", "show", "1")
    _, _, payload = done.stdout.partition("\n{")
    shown = json.loads("{" + payload)
    assert (shown["id"], shown["created_at"], shown["data"]) == (5, "yesterday", {"n": 5})


def test_a_number_that_is_no_reject_is_a_usage_error(site, boxes):
    site.mirrored()
    done = site.run("rejects", "show", "7")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no reject 7" in done.stderr


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x"])
def test_a_number_no_reject_can_have_is_a_usage_error(site, boxes, number):
    site.mirrored()
    assert site.run("rejects", "show", "--", number).exit_code == 2
    assert site.run("rejects", "retry", "--", number).exit_code == 2


def test_a_retry_of_what_is_still_bad_keeps_it(site, boxes, server):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    done = site.run("rejects", "retry")
    assert (done.exit_code, done.stdout) == (0, "0 of 1 landed\n")
    assert len(rejects(site)) == 1


def test_a_retry_lands_what_this_program_understands(site, boxes, server, tmp_path):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    mend(site, "UPDATE sync_rejects SET payload = replace(payload, 'yesterday', '2026-01-02')")
    done = site.run("rejects", "retry", "1")
    assert (done.exit_code, done.stdout) == (0, "1 of 1 landed\n")
    assert rejects(site) == []
    found = site.rows("SELECT created_at, project_id FROM label_studio_tasks WHERE id = 5")
    assert found == [("2026-01-02 00:00:00.000000", 1)]


def test_a_retry_of_an_empty_quarantine_is_fine(site, boxes):
    site.mirrored()
    done = site.run("rejects", "retry")
    assert (done.exit_code, done.stdout) == (0, "0 of 0 landed\n")
    assert site.rows("SELECT id, outcome FROM sync_runs") == [(1, "ok"), (2, "ok")]


def test_a_retry_of_a_number_that_is_not_there_is_a_usage_error(site, boxes):
    site.mirrored()
    assert site.run("rejects", "retry", "7").exit_code == 2


def test_a_retry_of_a_source_no_longer_configured_leaves_no_open_run(site, boxes, server):
    server.state.spoil(5, created_at=b'"yesterday"')
    site.mirrored()
    text = site.configuration.read_text()
    site.configuration.write_text(text.replace("[sources.labels]", "[sources.others]"))
    assert site.run("rejects", "retry").exit_code == 2
    assert site.rows("SELECT count(*) FROM sync_runs WHERE outcome IS NULL") == [(0,)]


def test_many_rejects_make_a_stream_partial(site, boxes, server):
    for number in range(1, 12):
        server.state.spoil(number, created_at=b"5")
    done = site.run("sync")
    assert done.exit_code == 3
    assert "11 of 12 records could not be normalised; see: annomirror rejects list" in done.stderr
    assert tasks(site) == [12]


# New fields


def test_a_new_field_lands_in_extra_and_is_reported_once(site, boxes, server):
    site.configure("page_size = 5")
    for number in (1, 2, 12):
        server.state.spoil(number, mood=b'{"is": "good"}')
    done = site.run("sync")
    assert done.exit_code == 0
    assert done.stderr.count("mood") == 1
    assert "labels/tasks: new field 'mood' upstream" in done.stderr
    found = site.rows("SELECT id, extra FROM label_studio_tasks WHERE extra IS NOT NULL")
    assert [(key, json.loads(extra)) for key, extra in found] == [
        (number, {"mood": {"is": "good"}}) for number in (1, 2, 12)
    ]


def test_a_new_field_of_any_record_lands_in_extra(site, boxes, server):
    server.state.add_annotation(1, [])
    server.state.add_prediction(2, [], model_version="m")
    server.state.spoil_annotation(1, mood=b"1")
    server.state.spoil_prediction(1, mood=b"1")
    server.state.spoil_project(1, mood=b"1")
    server.state.spoil_user(1, mood=b"1")
    site.mirrored()
    for table in ("annotations", "predictions", "projects", "users"):
        assert site.rows(f"SELECT extra FROM label_studio_{table}") == [('{"mood":1}',)], table


def test_what_is_not_asked_for_is_not_taken_for_new(site, boxes, server):
    server.state.add_annotation(1, [])
    done = site.run("sync")
    assert (done.exit_code, done.stderr) == (0, "")
    asked = [
        r.param("omit") for path in ("/api/tasks/", "/api/projects/") for r in site.asked(path)
    ]
    assert {name for names in asked if names for name in names.split(",")} == {
        *left_out.OF_PROJECTS,
        *left_out.SECRETS,
        *left_out.OF_TASKS,
        *left_out.OF_ANNOTATIONS,
    }


def test_a_new_field_that_goes_away_leaves_extra(site, boxes, server):
    server.state.spoil(1, mood=b"1")
    site.mirrored()
    server.state.task(1).spoiled = None
    server.state.patch_task(1, data={})
    site.mirrored()
    assert site.rows("SELECT extra FROM label_studio_tasks WHERE id = 1") == [(None,)]


# Values at the edge of JSON


def mend(site, sql):
    """Write to the mirror behind the program's back."""
    with sqlite3.connect(site.mirror) as connection:
        connection.execute(sql)
    connection.close()


ODD = {
    "emoji, and right to left": '{"text": "👍 \u202e\u05e9\u05dc\u05d5\u05dd"}'.encode(),
    "text of 10 MB": b'{"text": "' + b"lorem ipsum " * 900_000 + b'"}',
    "the largest integers of 64 bits": b'{"n": [9223372036854775807, -9223372036854775808]}',
    "an integer beyond 64 bits": b'{"n": 9223372036854775808}',
    "negative zero": b'{"n": -0.0}',
    "NUL": b'{"text": "a\\u0000b"}',
    "a lone surrogate": b'{"text": "a\\ud800b"}',
    "an integer of 25 digits": b'{"n": 1234567890123456789012345}',
    "a number beyond double": b'{"n": 1e400}',
    "a number of 400 digits": b'{"n": 1' + b"0" * 400 + b"}",
    "NaN": b'{"n": NaN}',
    "a deep nest": b'{"n": ' + b"[" * 900 + b"]" * 900 + b"}",
    "a byte order mark": b'{"text": "\xef\xbb\xbfa"}',
    "no object": b"[1, 2]",
    "nothing": b"null",
    "an empty key": b'{"": 1}',
    "the same key twice": b'{"a": 1, "a": 2}',
}


@pytest.fixture
def on_both(empty_database, monkeypatch, site):
    """The same site, its mirror on each of the databases; gives its address."""
    monkeypatch.setenv("ANNOMIRROR_DATABASE", empty_database)
    return empty_database


def exact(text):
    """Read JSON to the last digit; zeros are equal, for that of Postgres' jsonb has no sign."""
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=str)


@pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
def test_an_odd_value_round_trips_or_is_set_aside(site, boxes, server, on_both, value):
    server.state.spoil(5, data=value)
    rejected = site.mirrored()["streams"][2]["rejected"]
    with connected(parse(on_both)) as session:
        mirrored = dict(session.all("SELECT id, data FROM label_studio_tasks"))
    if rejected:
        assert (5 in mirrored, len(rejects(site))) == (False, 1)
    else:
        said = exact(value.replace(rb"\u0000", rb"\ufffd"))  # as the mirror holds NUL
        assert exact(mirrored[5] or "null") == said
    assert len(mirrored) == 12 - rejected
    again = site.mirrored("--full")["streams"][2]
    assert (again["inserted"], again["updated"]) == (0, 0)


@pytest.mark.parametrize("name", ["NUL", "a lone surrogate", "a deep nest", "a byte order mark"])
def test_an_odd_value_can_be_queried_and_shown(site, boxes, server, name):
    server.state.spoil(5, data=ODD[name])
    site.mirrored()
    for form in ("table", "csv", "json", "jsonl"):
        done = site.run("sql", "SELECT id, data FROM label_studio_tasks", "--format", form)
        assert done.exit_code == 0
    for row in rejects(site):
        assert site.run("rejects", "show", str(row["id"])).exit_code == 0
