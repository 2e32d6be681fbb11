"""annomirror import: files into a project, each line followed to its task."""

import csv
import io
import json

import pytest

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
