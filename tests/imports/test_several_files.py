"""A command of several files that was cut: the same command, or --resume, goes on with the rest."""

import json

import pytest

from etl.imports import fates
from etl.imports.deliver import Delivery
from importer import Died

FILES = ["first.jsonl", "second.jsonl", "third.jsonl"]
ALL = list(range(1, 10))


@pytest.fixture
def three(site, images):
    for place, name in enumerate(FILES):
        site.file(images(3, 3 * place + 1), name)
    return FILES


@pytest.fixture
def dies_following(monkeypatch):
    """Let the program die when it has sent the n-th batch."""
    usual, left = Delivery._taken, [0]

    def taken(self, batch, lines, job):
        left[0] -= 1
        if not left[0]:
            raise Died
        return usual(self, batch, lines, job)

    monkeypatch.setattr(Delivery, "_taken", taken)

    def at(number):
        left[0] = number

    return at


def cut(site, dies_following, number, *arguments):
    dies_following(number)
    with pytest.raises(Died):
        site.put(*arguments)
    dies_following(0)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("again", [FILES, ["--resume"]], ids=["the same", "--resume"])
def test_the_same_command_goes_on_with_each_of_its_files(
    site, three, dies_following, number, again
):
    cut(site, dies_following, number, *three)
    assert site.imported(*again)["created"] == 9 - 3 * (number - 1)
    assert site.numbers == ALL
    assert (site.imported("--resume"), site.mirrored()) == ({}, site.there)


def test_a_command_may_be_cut_in_each_of_its_files(site, three, dies_following):
    for number in (2, 1):
        cut(site, dies_following, number, *three)
    site.imported(*three)
    assert site.numbers == ALL
    assert site.put(*three)[0] == 5


def test_what_was_sent_anew_is_not_sent_anew_by_the_command_that_goes_on(
    site, three, dies_following
):
    site.imported(*three)
    cut(site, dies_following, 2, *three, "--again")
    assert site.imported(*three, "--again") == {"created": 6}
    assert site.numbers == sorted(ALL * 2)
    assert site.imported(three[0], "--again") == {"created": 3}


def test_what_was_added_to_a_file_that_is_passed_over_is_sent(site, three, dies_following, images):
    cut(site, dies_following, 2, *three)
    site.file([*images(3), *images(1, 10)], three[0])
    assert site.imported(*three) == {"created": 7}
    assert site.numbers == [*ALL, 10]


def books(site):
    rows = site.batches("id", "session", "batch", "file", "status", "submitted_at", "options")
    return [(*row[:-1], json.loads(row[-1])) for row in rows]


@pytest.mark.parametrize("number", [1, 2])
def test_a_command_that_is_refused_leaves_the_books_as_they_were(
    site, three, dies_following, images, number
):
    cut(site, dies_following, number, *three)
    site.imported(site.file(images(1, 20), "in.jsonl"))
    site.file(images(1, 30), "in.jsonl")
    before = books(site)
    for wrong, code in (("in.jsonl", 5), (site.file("5\n", "broken.jsonl"), 2)):
        assert site.put(*three, wrong)[0] == code
        assert books(site) == before
    assert site.imported("--resume")["created"] == 9 - 3 * (number - 1)
    assert site.numbers == [*ALL, 20]


# A file that is a part of another one


@pytest.fixture
def part(site, images):
    return [site.file(images(4), "whole.jsonl"), site.file(images(2, 2), "part.jsonl")]


@pytest.mark.parametrize("number", [None, 1, 2])
@pytest.mark.parametrize("again", ["the same", "--resume", "alone"])
def test_a_file_that_is_a_part_of_another_one_is_sent_as_if_nothing_was_cut(
    site, part, dies_following, number, again
):
    if number:
        cut(site, dies_following, number, *part)
        if again == "alone":
            site.put(part[0])
        site.imported(*{"the same": part, "--resume": ["--resume"], "alone": part[1:]}[again])
    else:
        site.imported(*part)
    assert site.numbers == [1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize("dies", [1, 2])
def test_a_part_of_another_file_is_sent_where_the_run_died_looking_through(
    site, part, monkeypatch, dies
):
    left = [dies]

    def survey(*arguments, **how):
        left[0] -= 1
        if not left[0]:
            raise Died
        return usual(*arguments, **how)

    usual = fates.survey
    monkeypatch.setattr(fates, "survey", survey)
    with pytest.raises(Died):
        site.put(*part)
    assert site.imported("--resume") == {"created": 6}


@pytest.mark.usefixtures("on_both", "at_once")
@pytest.mark.parametrize("again", ["the same", "--resume", "alone"])
def test_a_copy_of_another_file_of_its_command_is_not_sent_by_the_command_that_goes_on(
    site, images, monkeypatch, again
):
    names = [site.file(images(4), "one.jsonl"), site.file(json.dumps(images(4)), "same.json")]

    def die(*_, **__):
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(fates, "survey", die)
        with pytest.raises(Died):
            site.put(*names)
    if again == "alone":
        site.imported(names[0])
    site.put(*{"the same": names, "--resume": ["--resume"], "alone": names[1:]}[again])
    assert site.numbers in ([1, 2, 3, 4], [])


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_that_says_the_same_by_now_as_one_that_was_begun_is_refused(
    site, three, dies_following, images, order
):
    cut(site, dies_following, 1, *three[:2], "--batch-size", "2")
    site.file(json.dumps(images(3)), "same.json")
    for more in ((), ("--dry-run",)):
        code, said = site.put(*[three[0], "same.json"][::order], *more)
        assert (code, "same.json: this very file was begun as" in said["error"]) == (5, True)
    assert site.imported(*three[:2]) == {"created": 6}
    assert site.numbers == ALL[:6]
