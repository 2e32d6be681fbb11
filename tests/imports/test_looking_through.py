"""All files of a command are looked through before anything is sent, and booked before that."""

import pytest

from etl.imports import fates
from importer import Died

BROKEN = '{"image": "a", "n": 9}\n{"image": \n'


@pytest.fixture
def dies_reading(dies_at):
    """Let the program die while it looks through the n-th file."""
    return lambda number: dies_at(fates, "survey", number)


@pytest.mark.parametrize("order", [1, -1])
def test_a_wrong_file_of_several_sends_nothing_of_any(site, file, order):
    names = [file, site.file(BROKEN, "broken.jsonl")][::order]
    code, said = site.put(*names)
    assert (code, site.posts(), "broken.jsonl: line 2" in said["error"]) == (2, [], True)
    assert (said["unfinished"], site.batches("id")) == (0, [])
    assert site.imported(file) == {"created": 7}


@pytest.mark.parametrize("how", ["edited", "shorter"])
def test_a_file_that_is_in_and_changed_sends_nothing_of_those_before_it(site, file, images, how):
    site.imported(file)
    other = site.file(images(2, 8), "other.jsonl")
    site.file(images(7, 2) if how == "edited" else images(6))
    code, said = site.put(other, file)
    assert (code, site.numbers, said["unfinished"]) == (5, list(range(1, 8)), 0)
    assert site.imported(other) == {"created": 2}


def test_a_file_that_was_begun_otherwise_sends_nothing_of_those_before_it(
    site, server, file, images
):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    server.faults.clear()
    other = site.file(images(2, 8), "other.jsonl")
    code, said = site.put(other, file, "--key", "n")
    assert (code, site.numbers, said["unfinished"]) == (2, [1, 2, 3], 2)
    assert site.imported("--resume") == {"created": 4}


@pytest.mark.parametrize("how", ["edited", "wrong"])
def test_a_file_that_was_begun_and_is_refused_sends_nothing_of_those_before_it(
    site, server, file, images, how
):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1
    server.faults.clear()
    other = site.file(images(2, 8), "other.jsonl")
    records = images(7)
    records[1 if how == "edited" else 6] = 5
    site.file(records)
    code, said = site.put(other, file)
    assert (code, site.numbers, said["unfinished"]) == (2 + 3 * (how == "edited"), [1, 2, 3], 2)
    site.file(images(7))
    assert site.imported(other, file) == {"created": 6}
    assert site.numbers == list(range(1, 10))


def test_a_file_is_not_imported_twice_by_one_command(site, file, images):
    copy = site.file(images(7), "copy.jsonl")
    code, said = site.put(file, copy)
    assert (code, "another file of this command says the same" in said["error"]) == (5, True)
    code, said = site.put(file, f"./{file}")
    assert (code, "is named twice" in said["error"]) == (2, True)
    assert (site.posts(), site.batches("id")) == ([], [])


@pytest.fixture
def two(site, file, images):
    return [file, site.file(images(2, 8), "other.jsonl")]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("again", ["--resume", "the same"])
def test_a_run_that_died_while_it_looked_through_the_files_is_known_of(
    site, two, dies_reading, number, again
):
    dies_reading(number)
    with pytest.raises(Died):
        site.put(*two)
    dies_reading(0)
    assert len(site.batches("id")) == 2
    assert site.imported(*(two if again == "the same" else ["--resume"])) == {"created": 9}
    assert site.numbers == list(range(1, 10))
    assert site.imported("--resume") == {}


def test_what_died_unread_is_looked_through_before_it_is_sent(site, dies_reading):
    broken = site.file(BROKEN, "broken.jsonl")
    dies_reading(1)
    with pytest.raises(Died):
        site.put(broken)
    dies_reading(0)
    code, said = site.put("--resume")
    assert (code, site.posts(), "broken.jsonl: line 2" in said["error"]) == (2, [], True)
    assert ("--give-up" in said["error"], site.batches("id")) == (False, [])
    assert site.imported("--resume") == {}


@pytest.mark.parametrize("comes_back", [False, True])
def test_what_died_unread_and_is_gone_is_waited_for(site, file, dies_reading, comes_back):
    dies_reading(1)
    with pytest.raises(Died):
        site.put(file)
    dies_reading(0)
    (site.folder / file).rename(site.folder / "away")
    for _ in range(2):
        code, said = site.put("--resume")
        assert (code, said["unfinished"], "No such file" in said["error"]) == (2, 1, True)
        assert "to close it as it is: annomirror import --resume --give-up" in said["error"]
    if comes_back:
        (site.folder / "away").rename(site.folder / file)
        assert site.imported("--resume") == {"created": 7}
    else:
        assert site.imported("--resume", "--give-up") == {}
    assert site.imported("--resume") == {}


def test_what_died_unread_may_be_begun_otherwise(site, file, dies_reading):
    dies_reading(1)
    with pytest.raises(Died):
        site.put(file)
    dies_reading(0)
    assert site.imported(file, "--key", "n") == {"created": 7}
    assert site.imported("--resume") == {}


@pytest.fixture
def phantom(site, two, images, dies_reading):
    """Leave booked what is in: a file, and a copy of another one."""
    site.imported(*two)
    copy = site.file(images(2, 8), "copy.jsonl")
    dies_reading(1)
    with pytest.raises(Died):
        site.put(two[0], copy)
    dies_reading(0)
    assert [status for (status,) in site.batches("status")][2:] == ["reading"] * 2
    return two[0], copy


def test_what_is_in_and_died_unread_is_dropped_by_a_resume_that_says_so(site, phantom):
    done = site.run("import", "--resume")
    assert done.exit_code == 0
    for name in phantom:
        assert f"{name}: it is in already; what was booked of it is dropped" in done.stderr
    assert site.numbers == list(range(1, 10))
    assert [status for (status,) in site.batches("status")] == ["completed"] * 2


def test_what_is_in_and_died_unread_is_said_to_be_in_and_dropped_by_the_same_command(site, phantom):
    code, said = site.put(*phantom)
    assert (code, "this very file was imported" in said["error"]) == (5, True)
    assert (said["unfinished"], len(site.batches("id"))) == (0, 2)


def test_a_resume_goes_on_with_the_rest_where_one_is_in_already(site, phantom, images):
    other = site.file(images(2, 20), "third.jsonl")
    site.goes_wrong(times=1, status=403, body=b"{}")
    assert site.put(other)[0] == 1
    assert site.imported("--resume") == {"created": 2}
    assert site.imported("--resume") == {}


def test_a_file_that_grew_and_died_unread_sends_only_its_new_lines(
    site, file, images, dies_reading
):
    site.imported(file)
    site.file(images(9))
    dies_reading(1)
    with pytest.raises(Died):
        site.put(file)
    dies_reading(0)
    assert site.imported("--resume") == {"created": 2}
    site.once(range(1, 10))


def test_files_behind_one_that_the_server_refuses_are_gone_on_with(site, images):
    wrong = site.file([{"n": 1}], "wrong.jsonl")
    other = site.file(images(2), "other.jsonl")
    code, said = site.put(wrong, other)
    assert (code, site.numbers, said["unfinished"]) == (2, [], 2)
    site.file([{"image": "a", "n": 3}], "wrong.jsonl")
    assert site.imported(wrong, other) == {"created": 3}
    assert site.imported("--resume") == {}
