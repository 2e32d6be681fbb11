"""What was cut is gone on with: the same file, as it was begun, where it was begun."""

import pytest

from etl.standins.label_studio import LabelStudio
from importer import image

NUMBERS = list(range(1, 8))


def test_the_same_command_goes_on_where_it_was_cut(site, file):
    site.cut(file)
    assert site.numbers == [1, 2, 3]
    assert site.imported(file) == {"created": 4}
    site.once()


def test_nothing_is_left_to_go_on_with_after_all_is_done(site, file):
    site.imported(file)
    sent = len(site.posts())
    assert (site.imported("--resume"), len(site.posts())) == ({}, sent)


def test_a_file_that_is_in_is_refused_until_told_otherwise(site, file):
    site.imported(file)
    code, said = site.put(file)
    assert (code, said["outcome"], site.numbers) == (5, "refused", NUMBERS)
    assert "--again" in said["error"]
    assert site.imported(file, "--again") == {"created": 7}
    assert site.numbers == sorted(NUMBERS * 2)


def test_a_file_that_changed_since_is_not_gone_on_with(site, file, images):
    site.cut(file)
    site.file(images(7, 2))
    code, said = site.put("--resume")
    assert (code, site.numbers) == (5, [1, 2, 3])
    assert "line 1 is another one than when" in said["error"]


@pytest.mark.parametrize("again", [("tasks.jsonl",), ("--resume",)])
def test_what_was_not_sent_of_a_file_may_be_changed(site, server, file, images, again):
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put(file, "--batch-size", "3")[0] == 1  # the last line was not even read
    server.faults.clear()
    site.file([*images(6), {"image": "another", "n": 8}])
    assert site.imported(*again) == {"created": 4}
    assert site.numbers == [1, 2, 3, 4, 5, 6, 8]


def test_a_file_that_is_shorter_now_is_not_gone_on_with(site, file, images):
    site.cut(file)
    site.file(images(2))
    code, said = site.put("--resume")
    assert (code, site.numbers) == (2, [1, 2, 3])
    assert "ends after 2 records" in said["error"]


def test_a_file_that_is_gone_is_asked_for(site, file):
    site.cut(file)
    (site.folder / file).unlink()
    code, said = site.put("--resume")
    assert (code, "tasks.jsonl: No such file" in said["error"]) == (2, True)


def test_to_begin_anew_gives_up_what_was_begun(site, file, images):
    site.cut(file)
    assert site.imported(file, "--again") == {"created": 7}
    assert site.numbers == sorted([1, 2, 3, *NUMBERS])
    assert site.imported("--resume") == {}


@pytest.mark.parametrize("again", [("tasks.jsonl", "--again"), ("tasks.jsonl",), ("--resume",)])
def test_what_was_begun_anew_and_cut_is_gone_on_with(site, file, again):
    site.imported(file)
    site.cut(file, "--again")
    assert site.imported(*again) == {"created": 4}
    assert site.numbers == sorted(NUMBERS * 2)


def test_what_was_begun_anew_and_has_changed_is_closed_as_the_message_says(site, file, images):
    site.imported(file)
    site.cut(file, "--again")
    site.file(images(7, 2))
    code, said = site.put(file, "--again")
    assert (code, "or begin anew after annomirror import --resume --give-up" in said["error"]) == (
        5,
        True,
    )
    assert site.imported("--resume", "--give-up") == {}
    assert site.imported(file, "--again") == {"created": 7}


def test_standard_input_is_piped_again_to_go_on(site, server, images, jsonl):
    content = jsonl(images(7))
    site.goes_wrong(skip=1, times=None, status=403, body=b"{}")
    assert site.put("-", "--batch-size", "3", stdin=content)[0] == 1
    server.faults.clear()
    code, said = site.put("--resume")
    assert (code, site.numbers) == (2, [1, 2, 3])
    assert "pipe the same into: annomirror import labels --project 1 -" in said["error"]
    assert site.imported("-", stdin=content) == {"created": 4}
    site.once()


@pytest.mark.usefixtures("one_of_two_gone")
def test_one_file_that_is_gone_does_not_stop_the_others(site):
    code, said = site.put("--resume")
    assert (code, said["created"], said["unfinished"], site.numbers) == (2, 2, 1, [8, 9])
    assert "tasks.jsonl: No such file" in said["error"]


def test_a_source_that_fails_does_not_stop_the_next(site, file):
    site.cut(file)
    lines = ("[sources.another]", 'platform = "label_studio"', 'url = "http://127.0.0.1:9"')
    site.configure(*lines, 'token = "t"')
    code, said = site.put("--resume")
    assert (code, said["created"], site.numbers) == (1, 4, NUMBERS)
    assert "127.0.0.1:9 does not answer" in said["error"]


def test_an_import_with_keys_goes_on_with_them(site, file):
    site.cut(file, "--key", "n")
    assert site.imported("--resume") == {"created": 4}
    assert site.items("external_key") == [(str(n),) for n in NUMBERS]
    site.once()


def test_the_books_go_on_on_both_databases(on_both, site, file):
    site.cut(file)
    assert site.imported("--resume") == {"created": 4}
    rows = on_both.all(
        "SELECT position, outcome, task_id FROM label_studio_import_items ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [(n, "created", n) for n in NUMBERS]
    assert site.numbers == NUMBERS


# As it was begun, where it was begun


def test_another_server_is_noticed(site, server, file):
    site.cut(file)
    with LabelStudio() as other:
        other.state.add_project("Elsewhere")
        site.server = other
        site.configure()
        code, said = site.put("--resume")
        assert (code, len(other.state.project(1).tasks)) == (5, 0)
        assert f"tasks.jsonl: begun at {server.url}, and labels is {other.url} now" in said["error"]
        assert site.put(file)[0] == 5
        assert site.imported(file, "--again") == {"created": 7}
        assert site.numbers == NUMBERS
        site.server = server
    assert site.numbers == [1, 2, 3]


def test_the_books_keep_the_address_and_never_the_token(site, server, file):
    site.imported(file)
    ((options,),) = site.batches("options")
    assert (server.url in options, server.token in options) == (True, False)


@pytest.mark.parametrize("before", [(), ("--key", "n"), ("--key", "n", "--update")])
@pytest.mark.parametrize(
    "now", [(), ("--key", "n"), ("--key", "n", "--update"), ("--key", "image")]
)
def test_a_file_is_gone_on_with_by_the_key_it_was_begun_with(site, file, before, now):
    site.cut(file, *before)
    code, said = site.put(file, *now)
    if now == before:
        assert (code, said["created"]) == (0, 4)
        site.once()
        return
    assert (code, site.numbers) == (2, [1, 2, 3])
    told = " ".join(before) or "no --key"
    assert f"was begun with {told} and is not finished; say the same" in said["error"]


@pytest.mark.parametrize("again", [("tasks.jsonl", "--no-wait"), ("--resume", "--no-wait")])
def test_keys_are_not_compared_with_what_is_not_made_yet(site, server, images, by_jobs, again):
    file = site.file([*images(2), *images(2)])
    site.goes_wrong(status=403, body=b"{}")
    assert site.put(file, "--key", "n", "--batch-size", "2")[0] == 1
    server.state.job_seconds = 3600
    key = ("--key", "n") if "--resume" not in again else ()
    code, said = site.put(*again, *key)
    assert (code, "leave --no-wait out" in said["error"]) == (2, True)
    server.state.job_seconds = 0.05
    assert site.imported("--resume") == {"created": 2, "skipped": 2}
    assert site.numbers == [1, 2]


def test_other_sizes_may_be_told_to_go_on_with(site, images):
    file = site.file(images(9))
    site.cut(file)
    assert site.imported(file, "--batch-size", "1") == {"created": 6}
    assert [len(sent) for sent in site.posts()][-4:] == [3, 1, 1, 1]
    site.once(range(1, 10))


# Keys of lines that were mended


def test_a_mended_line_with_the_key_of_another_is_not_lost(site, server, by_jobs):
    """Of a job that died in the middle a part is in, so that its lines stay its own."""
    answer = server.server.app.answer

    def half(request, _said):
        if request.path == site.posting and len(site.posts()) == 1 and 1 in server.state.jobs:
            job = server.state.jobs[1]
            if job.status != "failed":
                server.state.import_tasks(1, job.tasks[:4])
                job.status = "failed"
                job.error = "[ErrorDetail(string='no', code='invalid')]"

    site.asked(half)
    records = [image(n) for n in NUMBERS]
    assert site.put(site.file(records), "--key", "n")[0] == 2
    server.server.app.answer = answer
    records[5] = image(5)
    site.file(records)
    assert site.imported("--resume") == {"created": 2, "skipped": 1}
    assert site.numbers == [1, 2, 3, 4, 5, 7]
    assert [o for (o,) in site.items("outcome")] == [
        *["created"] * 5,
        "skipped",
        "created",
    ]
    assert site.items("external_key")[5] == ("5",)


def test_another_standard_input_is_not_taken_for_the_one_that_was_sent(
    site, server, images, jsonl, by_jobs
):
    """Its jobs may be under way while the next is piped: nothing of that is to be lost silently."""
    server.state.job_seconds = 3600
    site.put("-", "--no-wait", stdin=jsonl(images(3)))
    code, said = site.put("-", "--no-wait", stdin=jsonl(images(3, 4)))
    assert (code, "line 1 is another one than when" in said["error"]) == (5, True)
    longer = jsonl(images(5))
    assert site.put("-", "--no-wait", stdin=longer)[0] == 0
    server.clock.advance(hours=1)
    assert site.imported("--resume") == {"created": 5}
    site.once(range(1, 6))
