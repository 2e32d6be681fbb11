"""Keys are compared with what is there when nothing else is under way to the project."""

import pytest

from etl.imports.absence import Absence
from importer import Died, image, without

NUMBERS = list(range(1, 8))


@pytest.mark.usefixtures("on_both", "by_jobs")
def test_keys_are_not_compared_while_a_job_that_was_given_up_runs(site, server, file):
    server.state.job_seconds = 3600
    site.put(file, "--batch-size", "4", "--no-wait")
    assert site.imported("--resume", "--give-up", "--timeout", "0.1") == {}
    for _ in range(2):
        code, said = site.put(file, "--key", "n")
        assert (code, "was given up, and the server is at it" in said["error"]) == (5, True)
    server.clock.advance(hours=2)
    assert site.imported(file, "--key", "n") == {"skipped": 7}
    assert site.numbers == NUMBERS


@pytest.mark.usefixtures("by_jobs")
def test_a_copy_waits_for_the_job_of_the_other_before_keys_are_compared(site, server, images, file):
    server.state.job_seconds = 0.5
    assert site.put(file, "--no-wait")[0] == 0
    copy = site.file(images(8), "copy.jsonl")
    assert site.imported(copy, "--key", "n") == {"created": 8, "skipped": 7}
    assert site.numbers == [*NUMBERS, 8]


@pytest.mark.usefixtures("by_jobs")
def test_a_job_that_does_not_end_keeps_a_copy_with_a_key_out(site, server, images, file):
    server.state.job_seconds = 3600
    site.put(file, "--no-wait")
    copy = site.file(images(7), "copy.jsonl")
    code, said = site.put(copy, "--key", "n", "--timeout", "0.1")
    assert (code, said["created"], len(site.posts())) == (1, 0, 1)
    assert "annomirror import --resume" in said["error"]


@pytest.mark.usefixtures("at_once", "on_both")
def test_what_was_not_answered_is_looked_for_before_keys_are_compared(site, images, file, dies_at):
    dies_at(Absence, "wait_for_batch", 1)
    site.goes_wrong(cut_after=0)
    with pytest.raises(Died):
        site.put(file)
    copy = site.file(images(8), "copy.jsonl")
    assert site.imported(copy, "--key", "n") == {"created": 8, "skipped": 7}
    assert site.numbers == [*NUMBERS, 8]


def test_a_rehearsal_with_keys_counts_a_wrong_line_once(site):
    name = site.file([image(1), image(2), without(3)])
    said = site.put(name, "--key", "n", "--skip-bad", "--dry-run")[1]
    assert (said["created"], said["rejected"]) == (2, 1)
    assert site.imported(name, "--key", "n", "--skip-bad") == {"created": 2, "rejected": 1}
    said = site.put(name, "--key", "n", "--skip-bad", "--dry-run")[1]
    assert (said["created"], said["skipped"], said["rejected"]) == (0, 2, 1)
