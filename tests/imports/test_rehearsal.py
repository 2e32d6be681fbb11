"""A rehearsal says what an import would do, and sends nothing."""

import sqlite3
from contextlib import closing

import pytest

from importer import Died
from imports.conftest import IMAGES


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


def test_a_rehearsal_knows_keys_apart_that_hash_alike(site):
    name = site.file([{"data": {"image": "a", "n": n}} for n in (-1, -2)])
    assert site.imported(name, "--key", "n", "--dry-run") == {"created": 2}


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


# Of a file that was begun


def test_a_rehearsal_of_a_file_that_was_begun_tells_what_is_sent_already(site, images):
    name = site.file(images(7))
    site.goes_wrong(skip=1, status=403)
    assert site.put(name, "--batch-size", "3")[0] == 1
    code, said = site.put(site.file(images(9)), "--dry-run")
    assert (code, said["already_sent"], said["created"]) == (0, 3, 6)
    done = site.run("import", "labels", "--project", "1", name, "--dry-run")
    assert "labels: 3 lines sent already, would create 6 (" in done.stdout
    site.server.faults.clear()
    assert site.imported(name) == {"created": 6}


def test_a_rehearsal_counts_mended_lines_of_a_file_that_was_begun(site, images):
    records = images(7)
    name = site.file([5, *records[1:]])
    site.goes_wrong(skip=1, times=None, status=403)
    assert site.put(name, "--batch-size", "3", "--skip-bad")[0] == 1
    site.server.faults.clear()
    code, said = site.put(site.file(records), "--dry-run")
    assert (code, said["already_sent"], said["created"]) == (0, 2, 5)
    assert site.imported(name) == {"created": 5}


def test_a_rehearsal_refuses_what_was_begun_and_is_another_file_now(site, images):
    name = site.file(images(7))
    site.goes_wrong(skip=1, times=None, status=403)
    assert site.put(name, "--batch-size", "3")[0] == 1
    site.file(images(7, 2))
    code, said = site.put(name, "--dry-run")
    assert (code, "line 1 is another one than when its import" in said["error"]) == (5, True)


def test_a_rehearsal_refuses_two_files_that_say_the_same(site, file, images):
    copy = site.file(images(7), "copy.jsonl")
    code, said = site.put(file, copy, "--dry-run")
    assert (code, "another file of this command says the same" in said["error"]) == (5, True)


@pytest.mark.parametrize("again", [(), ("--again",)])
def test_a_rehearsal_passes_over_what_the_same_command_sent_before_it_was_cut(
    site, file, images, again
):
    names = (file, site.file(images(2, 8), "other.jsonl"), *again)
    site.goes_wrong(skip=1, times=None, status=403)
    assert site.put(*names)[0] == 1
    site.server.faults.clear()
    code, said = site.put(*names, "--dry-run")
    assert (code, said["created"]) == (0, 2)
    assert site.imported(*names) == {"created": 2}


def test_what_is_with_the_server_is_sent_already(site, server, images, by_jobs):
    server.state.job_seconds = 3600
    name = site.file(images(7))
    site.put(name, "--batch-size", "3", "--no-wait")
    code, said = site.put(name, "--dry-run")
    assert (code, said["already_sent"], said["created"]) == (0, 7, 0)
    done = site.run("import", "labels", "--project", "1", name, "--dry-run")
    assert "labels: 7 lines sent already, would do nothing (" in done.stdout


def test_a_rehearsal_counts_wrong_lines_of_what_is_not_sent(site):
    rows = [{"image": "a", "n": n} for n in range(1, 4)]
    name = site.file([rows[0], {"n": 7}, 5, *rows[1:], 6])
    site.goes_wrong(skip=1, status=403)
    assert site.put(name, "--batch-size", "3", "--skip-bad")[0] == 1
    code, said = site.put(name, "--skip-bad", "--dry-run")
    assert (code, said["created"], said["rejected"]) == (0, 3, 1)


def test_a_rehearsal_with_a_key_goes_on_with_what_was_begun(site, images):
    name = site.file([*images(3), *images(3), *images(2, 4)])
    site.goes_wrong(skip=1, status=403)
    assert site.put(name, "--key", "n")[0] == 1
    code, said = site.put(name, "--dry-run", "--key", "n")
    assert (code, said["already_sent"], said["created"], said["skipped"]) == (0, 6, 2, 0)
    site.server.faults.clear()
    assert site.imported(name, "--key", "n") == {"created": 2}


@pytest.mark.parametrize("options", [("--key", "n"), ("--key", "n", "--update")])
def test_a_rehearsal_refuses_to_go_on_otherwise_than_a_file_was_begun(site, file, options):
    site.goes_wrong(status=403)
    assert site.put(file)[0] == 1
    code, said = site.put(file, "--dry-run", *options)
    assert (code, "was begun with no --key" in said["error"]) == (2, True)


def test_a_rehearsal_of_beginning_anew_counts_every_line(site, images):
    name = site.file(images(7))
    site.goes_wrong(skip=1, status=403)
    assert site.put(name, "--batch-size", "3")[0] == 1
    assert site.imported(name, "--dry-run", "--again") == {"created": 7}


def test_a_rehearsal_of_a_file_that_was_only_booked_is_one_of_a_new_file(
    site, file, images, monkeypatch
):
    site.imported(file)
    copy = site.file(images(7), "copy.jsonl")

    def die(*_, **__):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr("etl.imports.fates.survey", die)
        with pytest.raises(Died):
            site.put(copy)
    assert site.batches("status")[-1] == ("reading",)
    code, said = site.put(copy, "--dry-run")
    assert (code, "this very file was imported" in said["error"]) == (5, True)
