"""annomirror import: files into a project, each line followed to its task."""

import csv
import io
import json
import sqlite3
from contextlib import closing

import pytest

from etl.standins.faults import Fault
from imports.conftest import IMAGES

# Each line is a task


def test_every_line_is_a_task_and_the_books_know_which(site, images):
    assert site.imported(site.file(images(5))) == {"created": 5}
    assert [data["n"] for data in site.there.values()] == [1, 2, 3, 4, 5]
    rows = site.items("import_id", "position", "line", "external_key", "outcome", "task_id")
    assert rows == [(1, n, n, None, "created", n) for n in range(1, 6)]


def test_the_mirror_has_the_tasks_at_once_as_a_sync_would(site, images):
    site.run("sync")
    site.imported(site.file(images(7)), "--batch-size", "3")
    assert site.mirrored() == site.there
    before = site.rows("SELECT * FROM label_studio_tasks ORDER BY id")
    assert site.run("sync").exit_code == 0
    assert site.rows("SELECT * FROM label_studio_tasks ORDER BY id") == before


def test_a_batch_is_in_the_books_with_all_that_is_known_of_it(site, server, images):
    site.imported(site.file(images(5)), "--batch-size", "3")
    columns = ("id", "project_id", "batch", "file", "status", "task_count", "error")
    file = str(site.folder / "tasks.jsonl")
    assert site.batches(*columns) == [
        (1, 1, 1, file, "completed", 3, None),
        (2, 1, 2, file, "completed", 2, None),
    ]
    jobs = [None, None] if server.state.edition == "Community" else [1, 2]
    assert [job for (job,) in site.batches("job_id")] == jobs
    times = site.batches("submitted_at", "finished_at")
    assert all(sent and sent <= ended for sent, ended in times)


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ((), [7]),
        (("--batch-size", "3"), [3, 3, 1]),
        (("--batch-size", "7"), [7]),
        (("--batch-bytes", "210"), [2, 2, 2, 1]),
        (("--batch-bytes", "1"), [1] * 7),
    ],
)
def test_a_file_travels_in_batches_by_number_and_size(site, images, options, sizes):
    site.imported(site.file(images(7)), *options)
    assert [len(sent) for sent in site.posts()] == sizes
    assert site.numbers == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("records", ["with data", "flat"])
def test_no_request_is_larger_than_was_asked_for(site, server, images, records):
    tasks = images(100) if records == "with data" else [one["data"] for one in images(100)]
    site.imported(site.file(tasks), "--batch-bytes", "1000")
    sizes = [len(r.body) for r in server.requests if r.method == "POST" and r.path == site.posting]
    assert 850 < max(sizes) <= 1000


def form(records, kind):
    if kind == "csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, list(records[0]["data"]))
        writer.writeheader()
        writer.writerows(record["data"] for record in records)
        return text.getvalue()
    flat = [record["data"] for record in records]
    return json.dumps(records, indent=1) if kind == "json" else json.dumps(flat)


@pytest.mark.parametrize("kind", ["json", "flat", "csv"])
def test_arrays_and_tables_are_read_too(site, images, kind):
    site.imported(site.file(form(images(3), kind), f"tasks.{kind}"))
    assert [int(data["n"]) for data in site.there.values()] == [1, 2, 3]


def test_standard_input_is_read(site, images, jsonl):
    assert site.imported("-", stdin=jsonl(images(3))) == {"created": 3}
    assert (site.numbers, site.batches("file")) == ([1, 2, 3], [("-",)])


def test_several_files_are_imported_one_after_the_other(site, images):
    files = [site.file(images(2), "a.jsonl"), site.file(images(2, 3), "b.jsonl")]
    assert site.imported(*files) == {"created": 4}
    assert site.numbers == [1, 2, 3, 4]


def test_annotations_predictions_and_meta_come_along(site):
    task = {
        "data": {"image": "a.jpg", "n": 1},
        "meta": {"from": "camera 7"},
        "annotations": [{"result": [], "lead_time": 2.5}],
        "predictions": [{"result": [], "model_version": "m"}],
    }
    site.imported(site.file([task]))
    made = site.server.state.task(1)
    assert (len(made.annotations), len(made.predictions)) == (1, 1)
    meta = json.loads(made.meta)
    assert meta.pop("annomirror").endswith(".1.1")
    assert meta == {"from": "camera 7"}
    assert site.rows("SELECT count(*) FROM label_studio_annotations") == [(1,)]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"meta": "camera 7"}, "meta should be a JSON object"),
        ({"meta": ["camera 7"]}, "meta should be a JSON object"),
        ({"meta": 0}, "meta should be a JSON object"),
        ({"meta": {"annomirror": "mine"}}, "meta has a field 'annomirror'"),
        ({"data": 7}, "data should be a JSON object"),
        ({"data": ["a"]}, "data should be a JSON object"),
        ({"data": None}, "data should be a JSON object"),
    ],
    ids=str,
)
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_what_would_not_arrive_as_it_was_written_is_a_wrong_line(site, record, said, more):
    good = {"data": {"image": "a", "n": 1}}
    name = site.file([good, {**good, **record}])
    code, told = site.put(name, *more)
    assert (code, site.there) == (2, {})
    assert f"tasks.jsonl: line 2: {said}" in told["error"]
    assert site.imported(name, "--skip-bad") == {"created": 1, "rejected": 1}


def test_meta_that_is_null_is_none(site):
    site.imported(site.file([{"data": {"image": "a", "n": 1}, "meta": None}]))
    assert json.loads(site.server.state.task(1).meta).keys() == {"annomirror"}


def test_numbers_and_texts_arrive_as_they_were_written(site):
    site.imported(site.file('{"data": {"image": "é", "n": 12345678901234567890123, "x": 1.50}}'))
    assert b'"n":12345678901234567890123' in site.server.state.task(1).data


def test_the_address_says_once_that_ids_are_wanted(site, server, images):
    site.imported(site.file(images(2)))
    sent = next(r for r in server.requests if r.method == "POST" and r.path.endswith("import"))
    assert sent.params == [("return_task_ids", "true")]


def test_the_books_are_the_same_on_both_databases(on_both, site, images):
    site.imported(site.file(images(5)), "--batch-size", "2", "--key", "n")
    rows = on_both.all(
        "SELECT import_id, position, external_key, outcome, task_id "
        "FROM label_studio_import_items ORDER BY position"
    )
    assert [tuple(row) for row in rows] == [
        (1, 1, "1", "created", 1),
        (1, 2, "2", "created", 2),
        (2, 3, "3", "created", 3),
        (2, 4, "4", "created", 4),
        (3, 5, "5", "created", 5),
    ]
    assert site.imported(site.file(images(6)), "--key", "n") == {"created": 1, "skipped": 5}


# What is said


def test_the_object_tells_everything(site, images):
    name = site.file(images(3))
    code, said = site.put(name)
    assert said.pop("seconds") > 0
    assert said.pop("requests") >= 4
    assert (code, said) == (
        0,
        {
            "source": "labels",
            "project": 1,
            "files": [name],
            "run": 1,
            "outcome": "ok",
            "sent": {"batches": 0, "lines": 0, "jobs": []},
            "unfinished": 0,
            "created": 3,
            "updated": 0,
            "skipped": 0,
            "rejected": 0,
        },
    )


def test_a_run_of_its_own_stands_in_the_books(site, images):
    site.imported(site.file(images(3)))
    columns = "stream, outcome, read, inserted, requests > 3"
    assert site.rows(f"SELECT {columns} FROM sync_stream_runs") == [("imports", "ok", 3, 3, 1)]


def test_a_crash_is_no_success_in_the_books(site, images, monkeypatch):
    def crash(*_):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("etl.imports.journal.Journal.taken", crash)
    assert site.put(site.file(images(3)))[0] == 1
    assert site.rows("SELECT stream, outcome, error FROM sync_stream_runs") == [
        ("imports", "failed", "RuntimeError('a fault of ours')")
    ]


def test_a_person_reads_two_lines(site, images):
    done = site.run("import", "labels", "--project", "1", site.file(images(3)))
    first, second = done.stdout.splitlines()
    assert first.startswith("run 1: ok in ")
    assert second.startswith("  labels: 3 created (")


def test_a_rehearsal_sends_and_writes_nothing(site, images):
    assert site.imported(site.file(images(3)), "--dry-run") == {"created": 3}
    assert (site.there, site.posts(), (site.folder / "mirror.db").exists()) == ({}, [], False)


def test_a_rehearsal_foretells_what_keys_do(site, images):
    site.imported(site.file(images(3)))
    changed = [*images(2), {"data": {"image": "other", "n": 3}}, *images(2, 4)]
    name = site.file(changed, "more.jsonl")
    foretold = site.imported(name, "--key", "n", "--update", "--dry-run")
    assert foretold == {"created": 2, "updated": 1, "skipped": 2}
    assert site.imported(name, "--key", "n", "--update") == foretold


def test_a_rehearsal_refuses_what_the_import_would_refuse(site, images):
    name = site.file(images(3))
    site.imported(name)
    code, said = site.put(name, "--dry-run")
    assert (code, "this very file was imported" in said["error"]) == (5, True)
    assert site.imported(name, "--dry-run", "--again") == {"created": 3}
    assert site.imported(name, "--dry-run", "--key", "n") == {"skipped": 3}


def test_a_rehearsal_counts_a_key_once(site, images):
    name = site.file([*images(2), *images(3)])
    foretold = site.imported(name, "--key", "n", "--dry-run")
    assert foretold == {"created": 3, "skipped": 2}
    assert site.imported(name, "--key", "n") == foretold


def test_a_rehearsal_counts_a_key_once_however_far_apart_it_comes(site, images):
    name = site.file([*images(1000), *images(3)])
    foretold = site.imported(name, "--key", "n", "--dry-run")
    assert foretold == {"created": 1000, "skipped": 3}
    assert site.imported(name, "--key", "n") == foretold


def test_a_rehearsal_compares_a_key_with_what_its_last_line_said(site):
    contents = ["a", "b", "b"]
    name = site.file([{"data": {"image": content, "n": 1}} for content in contents])
    foretold = site.imported(name, "--key", "n", "--update", "--dry-run")
    assert foretold == {"created": 1, "updated": 1, "skipped": 1}
    assert site.imported(name, "--key", "n", "--update") == foretold


def test_a_rehearsal_needs_no_tables_of_imports(site, images):
    """As in a mirror of before there were imports."""
    site.run("sync")
    with closing(sqlite3.connect(site.folder / "mirror.db")) as connection:
        connection.execute("DROP TABLE label_studio_import_items")
    assert site.imported(site.file(images(3)), "--dry-run") == {"created": 3}


def test_a_rehearsal_says_what_would_happen(site, images):
    site.server.state.import_tasks(1, images(1))
    name = site.file('{"image": "a", "n": 1}\n{"image": "b", "n": 2}\n5\n')
    done = site.run(
        "import", "labels", "--project", "1", name, "--dry-run", "--key", "n", "--skip-bad"
    )
    assert "labels: would create 1, would skip 1, would set aside 1 (" in done.stdout


INTERFACES = {
    IMAGES: ["image"],
    '<View><Text name="t" value="$a.b"/><Image name="i" value="$c[0]"/></View>': ["a", "c"],
    '<View><Header value="$h"/><Text name="t" value="see $b and $c"/></View>': ["b"],
    '<View value="$v"><Label name="l" value="Cat"/></View>': [],
    "<View": [],
}


@pytest.mark.parametrize("interface", INTERFACES, ids=str)
def test_a_rehearsal_misses_the_fields_that_the_interface_shows(site, server, interface):
    server.state.patch_project(1, label_config=interface)
    name = site.file([{"nothing": 1}])
    code, said = site.put(name, "--dry-run")
    expected = INTERFACES[interface]
    assert (code, site.posts()) == (2 if expected else 0, [])
    if expected:
        assert f'line 1: "{expected[0]}" key is expected in task data' in said["error"]
    whole = {key: [{"b": "x"}] for key in expected} or {"n": 1}
    good = site.file([whole], "good.jsonl")
    assert site.imported(good, "--dry-run") == {"created": 1}


# Keys


def test_what_is_there_under_its_key_is_skipped_and_named(site, images):
    site.server.state.import_tasks(1, images(2))
    assert site.imported(site.file(images(4)), "--key", "n") == {"created": 2, "skipped": 2}
    assert site.numbers == [1, 2, 3, 4]
    assert site.items("external_key", "outcome", "task_id") == [
        ("1", "skipped", 1),
        ("2", "skipped", 2),
        ("3", "created", 3),
        ("4", "created", 4),
    ]


def test_the_same_file_with_a_key_may_be_imported_as_often_as_one_likes(site, images):
    name = site.file(images(4))
    assert site.imported(name, "--key", "image") == {"created": 4}
    assert site.imported(name, "--key", "image") == {"skipped": 4}
    assert site.numbers == [1, 2, 3, 4]


def test_what_is_there_is_changed_where_it_differs(site, images):
    site.imported(site.file(images(3)))
    changed = [images(1)[0], {"data": {"image": "new.jpg", "n": 2}}]
    name = site.file(changed, "changed.jsonl")
    assert site.imported(name, "--key", "n", "--update") == {"updated": 1, "skipped": 1}
    assert site.there[2] == {"image": "new.jpg", "n": 2}
    assert site.mirrored() == site.there


def test_a_whole_number_is_known_whatever_the_server_makes_of_it(site, images):
    """A task may have been imported by others as 1.0, and one that is 1.5 has no key."""
    others = [{"data": {"image": "a", "n": 1.0}}, {"data": {"image": "b", "n": 1.5}}]
    site.server.state.import_tasks(1, others)
    assert site.imported(site.file(images(2)), "--key", "n") == {"skipped": 1, "created": 1}
    assert site.items("task_id") == [(1,), (3,)]


def test_a_key_that_comes_twice_in_a_file_makes_one_task(site):
    records = [{"image": "a.jpg", "n": 1}, {"image": "b.jpg", "n": 1}, {"image": "c.jpg", "n": 2}]
    assert site.imported(site.file(records), "--key", "n") == {"created": 2, "skipped": 1}
    assert site.items("outcome", "task_id") == [("created", 1), ("skipped", 1), ("created", 2)]


def test_of_a_key_that_comes_twice_the_last_one_counts_in_an_update(site):
    records = [{"image": "a.jpg", "n": 1}, {"image": "b.jpg", "n": 1}]
    counts = site.imported(site.file(records), "--key", "n", "--update")
    assert (counts, site.there[1]["image"]) == ({"created": 1, "updated": 1}, "b.jpg")


KEYS = ["a%20b.jpg", "100%", "a,b&c?d#e+f", '"q"', "back\\slash", "日本", " ", 0, -7, "x" * 4000]


def test_a_key_may_be_any_text(site):
    name = site.file([{"image": "a.jpg", "n": n, "k": key} for n, key in enumerate(KEYS)])
    assert site.imported(name, "--key", "k") == {"created": len(KEYS)}
    assert site.imported(name, "--key", "k") == {"skipped": len(KEYS)}


def test_many_keys_are_asked_for_in_addresses_no_proxy_cuts(site, server):
    records = [{"image": f"s3://bucket/{n:0100}.jpg", "n": n} for n in range(120)]
    site.imported(site.file(records), "--key", "image")
    longest = max(sum(len(k) + len(v) for k, v in request.params) for request in server.requests)
    assert longest < 4000


@pytest.mark.parametrize("value", ["null", "1.5", "true", "[1]", '""'])
def test_what_is_no_key_is_a_wrong_line(site, value):
    name = site.file(f'{{"image": "a", "n": {value}}}')
    code, said = site.put(name, "--key", "n")
    assert (code, site.there) == (2, {})
    assert "line 1:" in said["error"]


# What does not go together


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "say where to"),
        (["labels"], "say into which project"),
        (["labels", "--project", "1"], "say a FILE"),
        (["labels", "--project", "1", "none.json"], "there is no such file"),
        (["labels", "--project", "1", "."], "is no file that can be read again"),
        (["labels", "--project", "1", "-", "-"], "standard input can be read once"),
        (["labels", "--project", "1", "-", "--watch", "1"], "say a FILE"),
        (["labels", "--project", "1", "-", "--update"], "say --key too"),
        (["labels", "--project", "1", "-", "--key", "n", "--no-wait"], "leave --no-wait out"),
        (["labels", "--project", "1", "-", "--key", "a__b"], "finds nothing by such a name"),
        (["labels", "--project", "1", "--resume"], "say no more with it"),
        (["--resume", "--dry-run"], "say no more with it"),
        (["--resume", "--key", "n"], "say no more with it"),
        (["--resume", "--batch-size", "5"], "say no more with it"),
        (["--resume", "--again"], "say no more with it"),
        (["labels", "--project", "1", "--watch", "1", "--dry-run"], "leave --watch out"),
        (["labels", "--project", "1", "-", "--dry-run"], "--dry-run needs a file"),
        (["nobody", "--project", "1", "-"], "unknown source 'nobody'"),
        *(
            (["labels", "--project", "1", "-", "--timeout", value], "Invalid value for '--timeout'")
            for value in ("nan", "inf", "-inf", "-1", "0")
        ),
    ],
)
def test_a_wrong_command_line_is_told_what_to_say(site, arguments, said):
    done = site.run("import", *arguments, stdin="")
    assert (done.exit_code, site.posts()) == (2, [])
    assert said in done.stderr


def test_only_label_studio_is_imported_into(site, images):
    lines = ("[sources.boxes]", 'platform = "coco_annotator"', 'url = "http://127.0.0.1:9"')
    site.configure(*lines)
    done = site.run("import", "boxes", "--project", "1", site.file(images(1)))
    assert done.exit_code == 2
    assert "nothing can be imported into COCO Annotator" in done.stderr


def test_a_project_that_is_not_mirrored_is_not_imported_into(site, images):
    site.configure('projects = ["Spans"]')
    code, said = site.put(site.file(images(1)))
    assert (code, site.posts()) == (2, [])
    assert "'Boxes' (1) is none of them" in said["error"]


def test_a_source_whose_tasks_are_not_mirrored_is_not_imported_into(site, images):
    site.configure('streams = ["users"]')
    for more in ((), ("--dry-run",)):
        code, said = site.put(site.file(images(1)), *more)
        assert (code, site.posts()) == (2, [])
        assert "labels mirrors only users; add 'tasks' to its streams" in said["error"]


def test_a_project_that_is_not_there_is_told_with_those_that_are(site, images):
    code, said = site.put(site.file(images(1)), project=99)
    assert (code, said["error"]) == (1, "no project 99; there are: 'Boxes' (1)")


def test_a_wrong_token_sends_nothing(site, images):
    site.configure(token="0" * 40)
    code, said = site.put(site.file(images(1)))
    assert (code, site.posts(), "0" * 40 in str(said)) == (1, [], False)
    assert "token is refused" in said["error"]


def test_an_account_in_another_organisation_sends_nothing(site, server, images):
    site.run("sync")
    server.state.organization["id"] = 2
    server.state.user(1).organization = 2
    code, said = site.put(site.file(images(1)))
    assert (code, said["outcome"], site.posts()) == (5, "refused", [])


def test_a_held_mirror_is_not_imported_into(site, server, images):
    server.faults.append(Fault(method="POST", path="/api/projects/1/import", delay=1))
    site.run("db", "upgrade")
    import fcntl  # noqa: PLC0415  # Unix has it

    with (site.folder / "mirror.db.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert site.put(site.file(images(1)))[0] == 4
