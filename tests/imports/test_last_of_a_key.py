"""Of the lines of a file that have one key the last counts, in whatever order they are sent."""

import pytest

from etl.standins.exchange import json_answer

UPDATE = ("--key", "id", "--update", "--skip-bad", "--batch-size", "1")
RECORDS = [{"image": f"{n}.jpg", "id": key, "n": n} for n, key in enumerate((1, 2, 1, 3), 1)]


@pytest.fixture
def cut_with_the_first_aside(site, server, jsonl):
    """Cut an import that has set its first line aside, and mend that line."""

    def cut(records, sent=2):
        _, _, rest = jsonl(records).partition("\n")
        site.goes_wrong(skip=sent, times=None, status=403, body=b"{}")
        assert site.put(site.file("{\n" + rest), *UPDATE)[0] == 1
        server.faults.clear()
        site.file(records)

    return cut


def test_a_mended_line_does_not_replace_a_later_one_of_its_key(site, cut_with_the_first_aside):
    cut_with_the_first_aside(RECORDS)
    foretold = site.imported("tasks.jsonl", *UPDATE, "--dry-run")
    assert site.imported("--resume") == {"created": 1, "skipped": 1} == foretold
    assert site.numbers == [2, 3, 4]
    assert site.items("outcome", "task_id") == [
        ("skipped", 2),
        ("created", 1),
        ("created", 2),
        ("created", 3),
    ]
    assert (site.mirrored(), site.rows("SELECT * FROM sync_rejects")) == (site.there, [])


def test_a_mended_line_does_not_replace_a_later_one_on_both_databases(
    on_both, site, cut_with_the_first_aside
):
    cut_with_the_first_aside(RECORDS)
    assert site.imported("--resume") == {"created": 1, "skipped": 1}
    rows = on_both.all("SELECT position, task_id FROM label_studio_import_items ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, 2), (2, 1), (3, 2), (4, 3)]


def test_a_mended_line_changes_what_another_import_wrote_from_a_later_line(
    site, cut_with_the_first_aside
):
    site.imported(site.file(RECORDS[:3], "other.jsonl"), "--key", "id", "--update")
    cut_with_the_first_aside([RECORDS[0], RECORDS[1], RECORDS[3], {**RECORDS[3], "id": 4}], 1)
    assert site.imported("--resume") == {"created": 1, "updated": 1}
    assert site.there[1]["n"] == 1


def test_a_number_and_a_text_that_look_the_same_are_two_keys(site, cut_with_the_first_aside):
    records = [RECORDS[0], RECORDS[1], {**RECORDS[2], "id": "1"}, RECORDS[3]]
    cut_with_the_first_aside(records)
    assert site.imported("--resume") == {"created": 2}
    assert site.numbers == [1, 2, 3, 4]


def test_a_line_the_server_failed_at_does_not_replace_a_later_one_of_its_key(site, server, at_once):
    answer, failed = server.server.app.answer, []

    def failing(request):
        own = request.path == site.posting and request.param("commit_to_project") != "false"
        if own and b'"1.jpg"' in request.body and len(failed) < 3:
            failed.append(request)
            return json_answer({"detail": "oops"}, 500)
        return answer(request)

    server.server.app.answer = failing
    records = [RECORDS[0], {**RECORDS[1], "id": 1}, RECORDS[3]]
    assert site.imported(site.file(records), *UPDATE) == {"created": 2, "skipped": 1}
    assert (len(failed), site.numbers) == (3, [2, 4])


@pytest.mark.parametrize("size", ["1", "10"])
def test_of_two_tasks_that_have_the_key_of_two_lines_the_oldest_says_what_the_last_line_says(
    site, server, project, size
):
    server.state.import_tasks(project.id, [{"data": {"image": f"{n}", "id": 1}} for n in (8, 9)])
    name = site.file([RECORDS[0], RECORDS[2], {**RECORDS[2], "n": 4}])
    said = site.imported(name, "--key", "id", "--update", "--batch-size", size)
    assert said == {"updated": 3}
    assert [data.get("n") for data in site.there.values()] == [4, None]
    assert site.items("outcome", "task_id") == [("updated", 1)] * 3
