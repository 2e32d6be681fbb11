"""Of several files those that are in are passed over, and what is new of the others is sent."""

import json

import pytest

FILES = ["first.jsonl", "second.jsonl"]


@pytest.fixture
def both(site, images):
    for place, name in enumerate(FILES):
        site.file(images(3, 3 * place + 1), name)
    site.imported(*FILES)
    return FILES


@pytest.mark.parametrize("grown", FILES)
def test_what_was_added_to_one_of_several_files_is_sent(site, both, images, grown):
    start = 3 * both.index(grown) + 1
    site.file([*images(3, start), *images(2, 10)], grown)
    assert site.imported(*both, "--dry-run") == {"created": 2}
    assert site.imported(*both) == {"created": 2}
    assert site.numbers == [1, 2, 3, 4, 5, 6, 10, 11]
    assert site.put(*both)[0] == 5


def test_who_is_passed_over_is_told_in_one_line(site, both, images):
    other = site.file(images(2, 10), "other.jsonl")
    done = site.run("import", "labels", "--project", "1", *both, other)
    told = [line for line in done.stderr.splitlines() if "passed over" in line]
    assert (done.exit_code, len(told)) == (0, 2)
    assert all(f"{name}: it is in already" in line for name, line in zip(both, told, strict=True))


def test_a_mended_line_of_one_of_several_files_is_sent(site, images, jsonl):
    first = site.file(images(3), "first.jsonl")
    second = site.file("5\n" + jsonl(images(2, 5)), "second.jsonl")
    site.put(first, second, "--skip-bad")
    site.file(images(3, 4), second)
    assert site.imported(first, second) == {"created": 1}
    assert site.numbers == [1, 2, 3, 4, 5, 6]


def test_a_command_all_of_whose_files_are_in_is_refused(site, both):
    for more in ((), ("--dry-run",)):
        code, said = site.put(*both, *more)
        assert (code, "this very file was imported" in said["error"]) == (5, True)
    assert (said["unfinished"], site.numbers) == (0, [1, 2, 3, 4, 5, 6])


def test_a_copy_of_what_is_in_is_passed_over(site, both, images):
    array = site.file(json.dumps(images(3)), "copy.json")
    copy = site.file(images(3, 4), "copy.jsonl")
    other = site.file(images(2, 10), "other.jsonl")
    assert site.imported(array, copy, other) == {"created": 2}
    assert site.numbers == [1, 2, 3, 4, 5, 6, 10, 11]


def test_one_of_several_files_that_is_in_and_changed_sends_nothing(site, both, images):
    site.file(images(3, 2), both[0])
    site.file(images(5, 4), both[1])
    for more in ((), ("--dry-run",)):
        code, said = site.put(*both, *more)
        assert (code, "line 1 is another one than was imported" in said["error"]) == (5, True)
    assert (site.numbers, said["unfinished"]) == ([1, 2, 3, 4, 5, 6], 0)


def test_what_is_in_is_sent_anew_with_the_others_where_that_is_said(site, both):
    assert site.imported(*both, "--again") == {"created": 6}
