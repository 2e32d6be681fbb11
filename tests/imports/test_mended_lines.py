"""Lines that were set aside and have been mended are sent, and no others."""

import pytest

from etl.imports import transfer
from importer import image, without


def test_a_wrong_line_that_is_mended_later_leaves_the_quarantine(site):
    records = [image(1), without(2)]
    site.imported(site.file(records), "--skip-bad")
    records[1] = image(2)
    site.imported(site.file(records), "--key", "n")
    assert site.rows("SELECT count(*) FROM sync_rejects") == [(0,)]


@pytest.mark.parametrize("more", [[], [4, 5]], ids=["no more", "more lines"])
def test_lines_that_were_set_aside_and_mended_are_sent(site, more):
    site.imported(site.file([image(1), without(2), image(3)]), "--skip-bad")
    mended = site.file([image(n) for n in (1, 2, 3, *more)])
    assert site.imported(mended, "--dry-run") == {"created": 1 + len(more)}
    assert site.imported(mended) == {"created": 1 + len(more)}
    assert site.rows("SELECT count(*) FROM sync_rejects") == [(0,)]
    assert [o for (o,) in site.items("outcome")] == ["created"] * (3 + len(more))
    assert (site.numbers, site.mirrored()) == ([1, 2, 3, *more], site.there)
    assert site.put(mended)[0] == 5


def test_lines_that_are_set_aside_already_are_no_news(site, jsonl):
    content = jsonl([image(1)]) + "5\n"
    site.imported(site.file(content), "--skip-bad")
    assert site.put(site.file(content))[0] == 5
    grown = site.file(content + jsonl([image(3)]))
    assert site.imported(grown, "--dry-run") == {"created": 1}
    assert site.imported(grown) == {"created": 1}
    assert [o for (o,) in site.items("outcome")] == ["created", "rejected", "created"]


def test_an_empty_line_of_a_table_that_is_set_aside_is_no_news(site):
    table = site.file("image\na.jpg\n\nb.jpg\n", "table.csv")
    assert site.imported(table, "--skip-bad") == {"created": 2, "rejected": 1}
    assert site.put(table, "--skip-bad")[0] == 5
    assert site.imported(site.file("image\na.jpg\nc.jpg\nb.jpg\n", table)) == {"created": 1}


def test_a_line_that_failed_and_is_set_aside_later_is_known_by_what_it_says_then(
    site, server, by_jobs
):
    server.state.job_seconds = 3600
    file = site.file([image(n) for n in range(1, 5)])
    site.put(file, "--batch-size", "2", "--no-wait")
    for number in (1, 2):
        server.state.jobs[number].status, server.state.jobs[number].error = "failed", "died"
    server.state.job_seconds = 0.05
    site.file([5, *(image(n) for n in range(2, 5))])
    assert site.imported("--resume", "--skip-bad") == {"created": 3, "rejected": 1}
    assert site.put(file, "--skip-bad")[0] == 5


def test_a_line_that_was_mended_to_something_wrong_is_told(site, jsonl):
    site.imported(site.file(jsonl([image(1)]) + "5\n"), "--skip-bad")
    still = site.file(jsonl([image(1)]) + "6\n")
    code, said = site.put(still)
    assert (code, "line 2: a record should be" in said["error"], said["unfinished"]) == (2, True, 0)
    assert site.imported(still, "--skip-bad") == {"rejected": 1}
    assert site.rows("SELECT payload FROM sync_rejects") == [("6",)]
    assert site.put(still)[0] == 5


def test_a_line_that_was_taken_out_is_no_line_that_was_mended(site):
    site.imported(site.file([image(1), without(2), image(3)]), "--skip-bad")
    code, said = site.put(site.file([image(1), image(3), image(4)]))
    assert (code, "line 3 is another one than was imported" in said["error"]) == (5, True)
    assert site.numbers == [1, 3]


def test_a_line_set_aside_and_mended_before_its_import_was_cut_is_sent_by_going_on(site):
    records = [image(1), without(2), image(3), image(4), image(5)]
    site.goes_wrong(skip=2, times=None, status=403, body=b"{}")
    file = site.file(records)
    assert site.put(file, "--skip-bad", "--batch-size", "3")[0] == 1
    site.server.faults.clear()
    records[1] = image(2)
    site.file(records)
    assert site.imported("--resume") == {"created": 3}
    assert (site.numbers, site.mirrored()) == ([1, 2, 3, 4, 5], site.there)


@pytest.fixture
def cut_with_one_aside(site):
    """Cut an import that has set its second line aside."""

    def cut(name, stdin=None):
        site.goes_wrong(skip=2, times=None, status=403, body=b"{}")
        assert site.put(name, "--skip-bad", "--batch-size", "3", stdin=stdin)[0] == 1
        site.server.faults.clear()

    return cut


def test_a_mended_line_that_changes_while_its_file_is_compared_is_not_sent(
    site, monkeypatch, cut_with_one_aside
):
    records = [image(1), without(2), *map(image, (3, 4, 5))]
    file = site.file(records)
    cut_with_one_aside(file)
    usual = transfer.compared

    def compared(*arguments):
        found = usual(*arguments)
        site.file([image(1), image(9), *records[2:]])
        return found

    monkeypatch.setattr(transfer, "compared", compared)
    site.file([image(1), image(2), *records[2:]])
    code, said = site.put("--resume")
    assert (code, "line 2 is another one" in said["error"]) == (5, True)
    assert not {2, 9} & set(site.numbers)


def test_more_mended_lines_are_piped_than_can_be_held(site, jsonl, monkeypatch, cut_with_one_aside):
    records = [image(1), without(2), *map(image, (3, 4, 5))]
    cut_with_one_aside("-", jsonl(records))
    records[1] = image(2)
    with monkeypatch.context() as patched:
        patched.setattr(transfer, "HELD", 20)
        code, said = site.put("-", stdin=jsonl(records))
    assert (code, "lines that were set aside say something else" in said["error"]) == (2, True)
    assert 2 not in site.numbers
    assert site.imported("-", stdin=jsonl(records))["created"]
    assert site.numbers == [1, 2, 3, 4, 5]


def test_what_failed_may_be_gone_on_with_without_its_wrong_lines(site):
    assert site.put(site.file([image(1), without(2)]))[0] == 2
    assert site.imported("--resume", "--skip-bad") == {"created": 1, "rejected": 1}


def test_a_line_that_the_project_takes_by_now_is_sent_in_a_file_of_its_own(site, server):
    name = site.file([image(1), without(2)])
    assert site.imported(name, "--skip-bad") == {"created": 1, "rejected": 1}
    server.state.project(1).label_config = "<View><Text name='n' value='$n'/></View>"
    code, said = site.put(name)
    assert (code, ", 1 set aside; to send those, mend" in said["error"]) == (5, True)
    assert site.imported(site.file([without(2)], "rest.jsonl")) == {"created": 1}
    assert site.numbers == [1, 2]
