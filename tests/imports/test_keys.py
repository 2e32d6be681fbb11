"""Tasks that are there already under the key of a line: skipped, or changed."""

import json

import pytest

from etl.standins.exchange import json_answer


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


@pytest.mark.parametrize("count", [499, 500, 501, 1003])
def test_a_key_that_many_tasks_have_is_found_and_so_are_the_others(site, server, count):
    """A page of the server's has 500 tasks; the key that is last is beyond it."""
    many = [{"data": {"image": "a", "n": 1}}] * count
    server.state.import_tasks(1, [*many, {"data": {"image": "a", "n": 2}}])
    name = site.file([{"image": "b", "n": n} for n in (1, 2, 3)])
    foretold = site.imported(name, "--key", "n", "--update", "--dry-run")
    assert site.imported(name, "--key", "n", "--update") == {"created": 1, "updated": 2} == foretold
    changed = [key for key, data in site.there.items() if data["image"] == "b"]
    assert changed == [1, count + 1, count + 2]


def test_a_server_that_tells_fewer_tasks_than_it_has_hides_no_key(site, server):
    many = [{"data": {"image": "a", "n": 1}}] * 500
    server.state.import_tasks(1, [*many, {"data": {"image": "a", "n": 2}}])

    def fewer(request, said):
        if request.path == "/api/tasks/" and b'"total":501' in said.body:
            return json_answer({**json.loads(said.body), "total": 500})
        return None

    site.asked(fewer)
    name = site.file([{"image": "b", "n": n} for n in (1, 2, 3)])
    assert site.imported(name, "--key", "n") == {"created": 1, "skipped": 2}
