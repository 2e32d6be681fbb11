"""What the books know a begun file by: its name, its records, and what was added."""

import os

import pytest

from etl.standins.faults import Fault
from importer import image

NUMBERS = list(range(1, 8))


def test_a_file_that_was_mended_is_known_by_what_it_says_now(site):
    site.put(site.file([image(1), {"data": {"n": 2}}, image(3)]))
    mended = site.file([image(1), image(2), image(3)])
    assert site.imported(mended) == {"created": 3}
    for name in (mended, site.file([image(1), image(2), image(3)], "copy.jsonl")):
        code, said = site.put(name)
        assert (code, "this very file was imported" in said["error"]) == (5, True)
    assert site.numbers == [1, 2, 3]


def test_a_file_whose_first_batch_was_refused_once_is_known_too(site):
    site.goes_wrong(status=400, body=b'{"detail": "the interface is being changed"}')
    file = site.file([image(n) for n in (1, 2, 3)])
    assert site.put(file, "--batch-size", "2")[0] == 2
    assert site.imported(file) == {"created": 3}
    assert site.put(file)[0] == 5
    assert site.numbers == [1, 2, 3]


@pytest.mark.parametrize("again", [("tasks.jsonl",), ("--resume",)])
def test_lines_that_were_added_to_a_file_that_was_begun_are_sent(site, file, images, again):
    site.goes_wrong(status=403, body=b"{}")
    assert site.put(file)[0] == 1
    site.file(images(9))
    assert site.imported(*again) == {"created": 9}
    site.once(range(1, 10))
    assert site.put(file)[0] == 5


@pytest.mark.parametrize("again", [("tasks.jsonl",), ("--resume",)])
def test_lines_that_were_added_behind_what_was_sent_are_sent(site, file, images, again, by_jobs):
    """All of the file was sent, so that nothing but the new lines needs it."""
    site.put(file, "--no-wait")
    site.file(images(9))
    assert site.imported(*again) == {"created": 9}
    site.once(range(1, 10))
    assert site.imported("--resume") == {}


def test_what_the_server_refuses_of_added_lines_is_told_by_going_on(site, file, images, by_jobs):
    site.put(file, "--no-wait")
    site.server.clock.advance(hours=1)
    site.file([*images(7), {"data": {"n": 8}}])
    for _ in range(2):
        code, said = site.put("--resume")
        assert (code, said["unfinished"], "line 8" in said["error"]) == (2, 1, True)
    site.file(images(8))
    assert site.imported("--resume") == {"created": 1}
    assert site.numbers == list(range(1, 9))


def test_a_file_that_is_another_one_does_not_spoil_what_was_sent_of_it(site, file, images, by_jobs):
    site.put(file, "--no-wait")
    site.file(images(7, 11))
    done = site.run("import", "--resume")
    assert (done.exit_code, site.numbers) == (0, NUMBERS)
    assert "line 1 is another one than when" in done.stderr
    site.once()


def test_a_file_that_is_gone_is_not_needed_for_what_was_sent_of_it(site, file, by_jobs):
    site.put(file, "--no-wait")
    (site.folder / file).unlink()
    assert site.imported("--resume") == {"created": 7}
    site.once()


@pytest.fixture
def spelled(site, file):
    """Name the same file in another way."""
    (site.folder / "sub").mkdir()
    (site.folder / "link.jsonl").symlink_to(site.folder / file)
    return lambda way: {"through a folder": f"sub/../{file}", "by a link": "link.jsonl"}[way]


@pytest.mark.parametrize("way", ["through a folder", "by a link"])
def test_a_file_that_was_begun_is_known_by_another_name(site, file, spelled, way):
    site.cut(file)
    assert site.imported(spelled(way)) == {"created": 4}
    site.once()


def test_a_file_whose_name_is_no_text_is_gone_on_with(site, server, images):
    """As it comes out of an old archive: Latin-1 where UTF-8 is expected."""
    name = os.fsdecode(b"caf\xe9.jsonl")
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    code, said = site.put(site.file(images(7), name), "--batch-size", "3")
    assert (code, said["files"], site.numbers) == (1, ["caf\\udce9.jsonl"], [1, 2, 3])
    server.faults.clear()
    assert site.imported("--resume") == {"created": 4}
    site.once()
    code, said = site.put(name)
    assert (code, "caf\\udce9.jsonl: this very file was imported" in said["error"]) == (5, True)


def test_a_copy_of_a_file_whose_jobs_are_under_way_is_refused(site, file, images, by_jobs):
    site.put(file, "--no-wait")
    copy = site.file(images(7), "copy.jsonl")
    for more in ((), ("--dry-run",)):
        code, said = site.put(copy, *more)
        assert (code, "this very file was imported" in said["error"]) == (5, True)
        assert f"to go on with it as {site.folder / file} say --resume" in said["error"]
    assert site.imported("--resume") == {"created": 7}
    site.once()


def test_a_copy_of_a_file_whose_answer_was_lost_is_refused(site, server, file, images):
    site.goes_wrong(cut_after=0)
    server.faults.append(Fault(path="/api/tasks/", times=None, status=503))
    assert site.put(file)[0] == 1
    server.faults.clear()
    assert site.put(site.file(images(7), "copy.jsonl"))[0] == 5
