"""A file that was given up, and edited or renamed: nothing is sent beside what may come late."""

import pytest

from etl.imports import fates
from etl.imports.journal import Journal
from importer import Died

NUMBERS = list(range(1, 8))
MIDDLE = "its import into project 1 was given up in the middle"
HOW = "say --again, to import only what is new say --key FIELD"


@pytest.fixture
def unsent(site, server, file):
    """Give up a file of which the first batch is in, and the second never came to the server."""
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    (site.folder / file).rename(site.folder / "away")
    site.put("--resume", "--give-up")
    server.faults.clear()
    (site.folder / "away").rename(site.folder / file)


def refused(site, said, *arguments):
    for more in ((), ("--dry-run",)):
        batches = site.batches("id", "status", "options")
        posts = len(site.posts())
        code, found = site.put(*arguments, *more)
        assert (code, said in found["error"]) == (5, True), found
        assert (site.batches("id", "status", "options"), len(site.posts())) == (batches, posts)


@pytest.mark.parametrize("line", [1, 4, 7])
def test_a_line_that_may_come_late_may_not_say_something_else(site, late, file, images, line):
    records = images(9)
    records[line - 1]["data"]["image"] = "another.jpg"
    site.file(records)
    refused(site, f"line {line} is another one now, and {MIDDLE}", file)
    site.file(images(9))
    late()
    site.server.state.job_seconds = 0.05
    assert site.imported(file) == {"created": 9}
    site.once(range(1, 10))


def test_another_file_of_the_name_of_what_may_come_late_is_sent_where_that_is_said(
    site, late, file, images
):
    site.file(images(7, 11))
    refused(site, f"line 1 is another one now, and {MIDDLE}", file)
    site.server.state.job_seconds = 0.05
    assert site.imported(file, "--again") == {"created": 7}


def test_a_file_that_lacks_a_line_that_may_come_late_is_refused(site, late, file, images):
    site.file(images(6))
    refused(site, f"it is shorter now, and {MIDDLE}", file)


def test_what_may_come_late_by_a_key_is_not_sent_without(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--key", "n", "--timeout", "0.1")
    assert site.imported("--resume", "--give-up", "--timeout", "0.1") == {}
    refused(site, MIDDLE, file)


def test_a_renamed_file_that_may_come_late_is_refused_under_its_new_name(site, late, file):
    (site.folder / file).rename(site.folder / "new.jsonl")
    refused(site, f"as {site.folder / file}, and was given up in the middle; to go on", "new.jsonl")
    refused(site, HOW, "new.jsonl")
    (site.folder / "new.jsonl").rename(site.folder / file)
    late()
    assert site.imported(file) == {"created": 7}
    site.once()


def test_what_may_come_late_is_known_in_another_layout(site, late, images, jsonl):
    part = site.file(jsonl(images(7)[::-1][:5]), "part.jsonl")
    refused(site, "and was given up in the middle; to go on with that give the file", part)


@pytest.mark.usefixtures("unsent")
def test_a_renamed_file_of_which_a_part_is_in_is_told_how_it_is_gone_on_with(site, file):
    (site.folder / file).rename(site.folder / "new.jsonl")
    refused(site, f"as {site.folder / file}, and was given up in the middle; to go on", "new.jsonl")
    (site.folder / "new.jsonl").rename(site.folder / file)
    assert site.imported(file) == {"created": 4}
    assert site.numbers == NUMBERS
    copy = site.file((site.folder / file).read_bytes(), "new.jsonl")
    refused(site, "this very file was imported into project 1", copy)


def test_a_file_that_was_cut_and_renamed_is_told_how_it_is_gone_on_with(site, server, file, images):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    server.faults.clear()
    (site.folder / file).rename(site.folder / "new.jsonl")
    other = site.file(images(2, 8), "other.jsonl")
    for names in (["new.jsonl"], [other, "new.jsonl"]):
        refused(site, f"begun as {site.folder / file} and is not all in project 1; to go", *names)
    (site.folder / "new.jsonl").rename(site.folder / file)
    assert site.imported(file, other) == {"created": 6}


def test_a_file_of_which_only_one_batch_was_read_is_told_as_given_up(site, file, monkeypatch):
    """The run died before it had written down its second batch."""
    usual, left = Journal.prepare, [2]

    def prepare(journal, *arguments, **how):
        left[0] -= 1
        return usual(journal, *arguments, **how) if left[0] else die()

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "prepare", prepare)
        with pytest.raises(Died):
            site.put(file, "--batch-size", "3")
    (site.folder / file).rename(site.folder / "new.jsonl")
    site.put("--resume", "--give-up")
    refused(site, "and was given up in the middle; to go on", "new.jsonl")
    (site.folder / "new.jsonl").rename(site.folder / file)
    assert site.imported(file) == {"created": 4}
    site.file((site.folder / file).read_bytes(), "new.jsonl")
    refused(site, "this very file was imported into project 1", "new.jsonl")


def die(*_, **__):
    raise Died


@pytest.mark.usefixtures("unsent")
@pytest.mark.parametrize("again", ["the same", "--resume"])
def test_a_line_that_was_never_sent_is_taken_up_as_it_says_now(
    site, file, images, again, monkeypatch
):
    site.file([*images(3), *images(5, 11)])
    assert site.imported(file, "--dry-run") == {"created": 5}
    if again == "--resume":
        with monkeypatch.context() as patched:
            patched.setattr("etl.imports.fates.survey", die)
            with pytest.raises(Died):
                site.put(file)
    assert site.imported(*([file] if again == "the same" else ["--resume"])) == {"created": 5}
    assert site.numbers == [1, 2, 3, 11, 12, 13, 14, 15]
    assert site.mirrored() == site.there
    assert site.items("position", "outcome") == [(n, "created") for n in range(1, 9)]
    assert (site.imported("--resume"), site.put(file)[0]) == ({}, 5)


@pytest.mark.usefixtures("unsent")
def test_a_line_that_is_in_of_what_was_given_up_may_not_say_something_else(site, file, images):
    site.file([*images(2), *images(5, 13)])
    refused(site, f"line 3 is another one now, and {MIDDLE}", file)
    assert site.imported(file, "--key", "n") == {"created": 5, "skipped": 2}


@pytest.mark.usefixtures("unsent")
def test_of_a_file_that_grew_since_it_was_given_up_the_rest_is_sent(site, file, images):
    site.file(images(9))
    assert site.imported(file, "--dry-run") == {"created": 6}
    assert site.imported(file) == {"created": 6}
    assert site.numbers == list(range(1, 10))


def test_a_file_that_never_came_to_the_server_may_be_another_one(site, server, file, images):
    site.goes_wrong(times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    (site.folder / file).unlink()
    site.put("--resume", "--give-up")
    server.faults.clear()
    site.file(images(2, 11))
    assert site.imported(file) == {"created": 2}
    site.file(images(2, 11)[::-1], "other.jsonl")
    assert site.put("other.jsonl")[0] == 5
    assert site.numbers == [11, 12]


@pytest.mark.usefixtures("on_both")
def test_what_may_come_late_is_known_on_both_databases(site, server, file, by_jobs):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    site.put("--resume", "--give-up", "--timeout", "0.1")
    copy = site.file((site.folder / file).read_bytes(), "copy.jsonl")
    code, said = site.put(copy)
    assert (code, "was given up in the middle" in said["error"]) == (5, True)
    (site.folder / file).write_text('{"n": 5}\n')
    code, said = site.put(file)
    assert (code, MIDDLE in said["error"]) == (5, True)


# Beside what only booked it


@pytest.mark.parametrize("option", [("--again",), ("--key", "n")])
def test_a_file_given_up_and_only_booked_since_is_given_up_still(
    site, unsent, file, dies_at, option
):
    dies_at(fates, "survey", 1)
    with pytest.raises(Died):
        site.put(file, *option)
    dies_at(fates, "survey", 0)
    assert site.imported(file) == {"created": 4}
    assert site.numbers == NUMBERS


def test_a_line_that_may_come_is_not_changed_where_its_file_was_only_booked_since(
    site, late, file, images, dies_at
):
    dies_at(fates, "survey", 1)
    with pytest.raises(Died):
        site.put(file, "--again")
    dies_at(fates, "survey", 0)
    site.file([*images(6), {"data": {"image": "mended", "n": 7}}])
    refused(site, MIDDLE, file)


@pytest.mark.parametrize("again", ["part.jsonl", "--resume"])
def test_a_part_of_what_may_come_is_not_sent_where_its_command_was_cut(
    site, late, images, dies_at, again
):
    part = site.file(images(7)[::-1][:5], "part.jsonl")
    assert site.put(part)[0] == 5
    dies_at(fates, "survey", 1)
    with pytest.raises(Died):
        site.put(part)
    dies_at(fates, "survey", 0)
    site.server.state.job_seconds = 0.05
    site.put(again)
    late()
    site.put("tasks.jsonl")
    assert site.numbers == NUMBERS


def test_a_file_that_was_given_up_is_looked_through_as_it_was_begun(site, server, images):
    name = site.file(images(4))
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    site.put(name, "--batch-size", "2", "--skip-bad")
    (site.folder / name).rename(site.folder / "away")
    site.put("--resume", "--give-up")
    server.faults.clear()
    site.file([*images(3), {"data": 5}])
    assert site.imported(name) == {"created": 1, "rejected": 1}
