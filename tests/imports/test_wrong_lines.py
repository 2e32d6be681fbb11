"""What is wrong is said with its line, and harms no other line."""

import json

import pytest

from etl.imports import transfer
from etl.standins.exchange import json_answer
from etl.standins.faults import Fault

IMPORT = "/api/projects/1/import"
MISSING = '"image" key is expected in task data'


def image(number):
    return {"data": {"image": f"{number}.jpg", "n": number}}


def without(number):
    return {"data": {"n": number}}


# Wrong by itself


def test_a_file_with_a_broken_line_sends_nothing(site):
    name = site.file('{"image": "a", "n": 1}\n{"image": \n{"image": "b", "n": 2}\n')
    code, said = site.put(name, "--batch-size", "1")
    assert (code, site.posts(), said["outcome"]) == (2, [], "failed")
    assert "tasks.jsonl: line 2: it is not JSON" in said["error"]
    assert site.batches("id") == []


def test_broken_lines_are_set_aside_and_the_rest_is_sent(site):
    name = site.file('{"image": "a", "n": 1}\n{"image": \n5\n{"image": "b", "n": 2}\n')
    assert site.imported(name, "--skip-bad") == {"created": 2, "rejected": 2}
    assert site.items("line", "outcome", "task_id") == [
        (1, "created", 1),
        (2, "rejected", None),
        (3, "rejected", None),
        (4, "created", 2),
    ]
    rejects = site.rows("SELECT source, stream, part, payload FROM sync_rejects ORDER BY id")
    assert rejects == [("labels", "imports", "1", '{"image":'), ("labels", "imports", "1", "5")]


@pytest.mark.parametrize("levels", [201, 985, 5000])
def test_a_line_nested_too_deeply_is_set_aside_and_blocks_nothing(site, levels):
    deep = '{"image": ' + "[" * levels + "]" * levels + "}"
    name = site.file(f'{{"image": "a", "n": 1}}\n{deep}\n{{"image": "b", "n": 2}}\n')
    code, said = site.put(name)
    assert (code, site.posts()) == (2, [])
    assert "line 2: its lists and objects are nested more than 200 deep" in said["error"]
    assert site.imported(name, "--skip-bad") == {"created": 2, "rejected": 1}
    assert site.rows("SELECT payload FROM sync_rejects") == [(deep,)]
    assert site.imported("--resume") == {}


@pytest.mark.parametrize("odd", [b"NaN", *(b"[" * n + b"]" * n for n in (940, 950, 960))])
def test_a_task_that_is_there_and_cannot_be_read_is_told(site, server, project, odd):
    (there,) = server.state.import_tasks(project.id, [{"data": {"image": "x", "n": 1}}])
    there.data = b'{"image": "x", "n": 1, "odd": ' + odd + b"}"
    code, said = site.put(site.file([{"image": "y", "n": 1}]), "--key", "n")
    told = ("a task cannot be read: it is not JSON", "the answer is not JSON", "nested too deeply")
    assert (code, any(one in said["error"] for one in told)) == (1, True)


def test_the_first_wrong_lines_are_named_and_the_others_counted(site):
    name = site.file('{"image": "a"}\n' + "5\n" * 30)
    _, said = site.put(name)
    numbers = ", ".join(map(str, range(2, 12)))
    reason = "a record should be a JSON object"
    assert f"tasks.jsonl: lines {numbers}: {reason}; and 20 more; " in said["error"]
    _, said = site.put(site.file([image(1), image(2)]), "--key", "nosuch")
    assert "lines 1, 2: its data has no field 'nosuch'" in said["error"]


def test_an_array_that_is_broken_sends_nothing_even_if_wrong_lines_are_skipped(site):
    name = site.file('[{"image": "a", "n": 1},\n{"image" }]', "tasks.json")
    code, said = site.put(name, "--skip-bad")
    assert (code, site.posts()) == (2, [])
    assert "tasks.json: line 2: no JSON here" in said["error"]


@pytest.mark.parametrize("content", ["", "[]", "image,n\n"])
def test_an_empty_file_is_told(site, content):
    code, said = site.put(site.file(content, "tasks.csv" if "," in content else "t.json"))
    assert (code, "there is no record in it" in said["error"]) == (2, True)
    assert site.imported("--resume") == {}


def test_standard_input_is_read_up_to_its_broken_line(site):
    content = '{"image": "a", "n": 1}\n{"image": "b", "n": 2}\n5\n'
    code, said = site.put("-", "--batch-size", "2", stdin=content)
    assert (code, site.numbers) == (2, [1, 2])
    assert "line 3: a record should be a JSON object" in said["error"]
    mended = content.replace("5", '{"image": "c", "n": 3}')
    assert site.imported("-", stdin=mended) == {"created": 1}
    assert site.numbers == [1, 2, 3]


def test_an_empty_standard_input_is_told(site):
    code, said = site.put("-", stdin="")
    assert (code, "there is no record in it" in said["error"]) == (2, True)
    assert site.imported("--resume") == {}


# Wrong for the server


def test_what_the_server_refuses_is_said_with_its_line(site):
    name = site.file([image(1), without(2), image(3), {"data": {"image": 4, "n": 4}}])
    code, said = site.put(name)
    assert (code, site.there) == (2, {})
    assert f"tasks.jsonl: line 2: {MISSING}; line 4: data['image']=4 is of type" in said["error"]
    assert "--skip-bad" in said["error"]


def test_the_lines_of_a_later_batch_are_told_right(site):
    name = site.file([image(1), image(2), image(3), without(4)])
    code, said = site.put(name, "--batch-size", "2")
    assert (code, site.numbers) == (2, [1, 2])
    assert f"line 4: {MISSING}" in said["error"]


def test_what_the_server_refuses_is_set_aside_and_the_rest_is_sent(site):
    name = site.file([image(1), without(2), image(3), without(4)])
    assert site.imported(name, "--skip-bad") == {"created": 2, "rejected": 2}
    assert (site.numbers, len(site.posts())) == ([1, 3], 2)
    reasons = site.rows("SELECT reason, payload FROM sync_rejects ORDER BY id")
    assert reasons == [(MISSING, '{"data": {"n": 2}}'), (MISSING, '{"data": {"n": 4}}')]
    assert [s for (s,) in site.batches("status")] == ["failed", "completed"]


def test_a_mended_file_goes_on_and_nothing_stays_aside(site):
    records = [image(1), image(2), without(3), image(4)]
    assert site.put(site.file(records), "--batch-size", "2")[0] == 2
    records[2] = image(3)
    assert site.imported(site.file(records)) == {"created": 2}
    assert (site.numbers, site.imported("--resume")) == ([1, 2, 3, 4], {})


def test_a_wrong_line_may_be_taken_out_of_the_file(site):
    assert site.put(site.file([image(1), without(2), image(3)]))[0] == 2
    assert site.imported(site.file([image(1), image(3)])) == {"created": 2}
    assert (site.numbers, site.imported("--resume")) == ([1, 3], {})
    assert site.items("position", "outcome") == [(1, "created"), (2, "created")]


def test_a_wrong_line_of_a_later_batch_may_be_taken_out_too(site):
    records = [image(1), image(2), image(3), without(4), image(5), image(6), image(7)]
    assert site.put(site.file(records), "--batch-size", "2")[0] == 2
    del records[3]
    assert site.put("--resume")[0] == 2  # the file is as it was
    assert site.imported(site.file(records)) == {"created": 4}
    assert (site.numbers, site.imported("--resume")) == ([1, 2, 3, 5, 6, 7], {})


def test_lines_that_were_skipped_by_their_key_may_stand_beside_a_wrong_one(site):
    site.server.state.import_tasks(1, [image(1)])
    records = [image(1), without(2), image(3)]
    assert site.put(site.file(records), "--key", "n")[0] == 2
    mended = site.file([image(1), image(3)])
    assert site.imported(mended, "--key", "n") == {"skipped": 1, "created": 1}
    assert site.numbers == [1, 3]


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


def test_more_problems_than_the_server_names_are_found_all_the_same(site):
    records = [image(n) if n % 3 == 0 else without(n) for n in range(1, 301)]
    code, said = site.put(site.file(records), "--skip-bad")
    assert (code, said["created"], said["rejected"]) == (3, 100, 200)
    assert site.numbers == list(range(3, 301, 3))


def test_a_refusal_that_names_no_line_is_narrowed_down(site, server, at_once):
    """As for an annotator nobody knows, which the server says without a place."""
    answer = server.server.app.answer

    def picky(request):
        if request.path == IMPORT and b"nobody@" in request.body:
            said = b'{"detail": "Validation error", "validation_errors": {"non_field_errors": '
            said += b'["Unknown annotator\'s email nobody@x"]}}'
            return type(answer(server.requests[0]))(status=400, body=said)
        return answer(request)

    server.server.app.answer = picky
    records = [image(n) for n in range(1, 8)]
    records[4]["annotations"] = [{"result": [], "completed_by": {"email": "nobody@x"}}]
    code, said = site.put(site.file(records))
    assert (code, "lines 1 to 7: HTTP 400: Unknown annotator" in said["error"]) == (2, True)
    assert site.imported("--resume", "--skip-bad") == {"created": 6, "rejected": 1}
    assert site.numbers == [1, 2, 3, 4, 6, 7]


@pytest.fixture
def fails(site, server, at_once):
    """Let the server answer 500 to some of what it is sent to import, and to no probe."""
    answer = server.server.app.answer

    def at(which):
        sent = []

        def failing(request):
            own = request.path == IMPORT and request.param("commit_to_project") != "false"
            if own and request.method == "POST":
                sent.append(request.body)
                if which(sent):
                    return json_answer({"detail": "oops"}, 500)
            return answer(request)

        server.server.app.answer = failing
        return sent

    return at


@pytest.mark.parametrize("bad", [[5], [1], [7], [4, 5], [1, 2, 3]], ids=str)
@pytest.mark.parametrize("size", ["4", "7"])
def test_records_that_break_the_server_are_found_and_set_aside(site, fails, bad, size):
    broken = [f"{number}.jpg".encode() for number in bad]
    fails(lambda sent: any(one in sent[-1] for one in broken))
    name = site.file([image(n) for n in range(1, 8)])
    said = site.imported(name, "--skip-bad", "--batch-size", size)
    assert said == {"created": 7 - len(bad), "rejected": len(bad)}
    assert site.numbers == [n for n in range(1, 8) if n not in bad]


def test_many_records_that_break_the_server_do_not_mean_that_it_is_down(site, fails):
    fails(lambda sent: any(b'"%d.jpg' % number in sent[-1] for number in range(1, 31, 2)))
    code, said = site.put(site.file([image(n) for n in range(1, 31)]), "--skip-bad")
    assert (code, said["created"], said["rejected"]) == (3, 15, 15)


@pytest.mark.parametrize("times", [2, 4, 7, 12])
@pytest.mark.parametrize("size", ["1", "4", "7"])
def test_a_server_that_fails_for_a_while_sets_no_good_line_aside(site, fails, times, size):
    fails(lambda sent: 1 < len(sent) <= times + 1)
    name = site.file([image(n) for n in range(1, 8)])
    assert site.imported(name, "--skip-bad", "--batch-size", size) == {"created": 7}
    assert (site.numbers, site.mirrored()) == ([1, 2, 3, 4, 5, 6, 7], site.there)


@pytest.mark.parametrize("size", ["1", "4", "20"])
def test_a_server_that_fails_at_everything_sets_nothing_aside(site, server, fails, size):
    answer = server.server.app.answer
    fails(lambda sent: len(sent) > (1 if size == "4" else 0))
    name = site.file([image(n) for n in range(1, 21)])
    code, said = site.put(name, "--skip-bad", "--batch-size", size)
    assert (code, said["rejected"], site.rows("SELECT * FROM sync_rejects")) == (1, 0, [])
    assert "HTTP 500: oops; the server takes nothing now" in said["error"]
    assert "go on later with: annomirror import --resume" in said["error"]
    server.server.app.answer = answer
    created = 16 if size == "4" else 20
    assert site.imported("--resume") == {"created": created}
    assert site.numbers == list(range(1, 21))


def test_a_line_at_which_the_server_fails_to_the_last_is_set_aside(site, fails):
    """It took others again only while the last lines were tried once more."""

    def which(sent):
        number = next(n for n in (1, 2, 3) if b'"%d.jpg' % n in sent[-1])
        times = sum(b'"%d.jpg' % number in one for one in sent)
        return times <= {1: 6, 2: 3}.get(number, times)

    fails(which)
    name = site.file([image(n) for n in range(1, 4)])
    assert site.imported(name, "--skip-bad", "--batch-size", "1") == {"created": 2, "rejected": 1}
    assert (site.numbers, site.imported("--resume")) == ([1, 2], {})


def test_a_server_that_fails_is_not_told_as_a_wrong_line(site, server, fails):
    answer = server.server.app.answer
    sent = fails(lambda _sent: True)
    code, said = site.put(site.file([image(1), image(2)]))
    assert (code, len(sent), "tasks.jsonl: lines 1 to 2: " in said["error"]) == (1, 3, True)
    assert "go on later with: annomirror import --resume; a line that" in said["error"]
    server.server.app.answer = answer
    assert site.imported("--resume") == {"created": 2}


@pytest.fixture
def workers_fail(site, server, by_jobs):
    """Let the server's workers fail at the first jobs, so many; by nobody's fault."""

    def at_most(jobs):
        def fail(_request, _said):
            for job in list(server.state.jobs.values())[:jobs]:
                if job.status in ("created", "in_progress"):
                    job.status, job.error = "failed", "OperationalError: database is locked"

        site.asked(fail)

    return at_most


@pytest.mark.parametrize("options", [[], ["--skip-bad"]], ids=str)
def test_workers_that_fail_at_everything_set_nothing_aside(site, server, workers_fail, options):
    answer = server.server.app.answer
    workers_fail(100)
    name = site.file([image(n) for n in range(1, 9)])
    code, said = site.put(name, *options)
    assert (code, said["rejected"], said["unfinished"] > 0) == (1, 0, True)
    assert "failed: OperationalError: database is locked; " in said["error"]
    assert "go on later with: annomirror import --resume" in said["error"]
    server.server.app.answer = answer
    assert site.imported("--resume") == {"created": 8}
    assert site.numbers == list(range(1, 9))


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_workers_that_fail_for_a_while_set_no_good_line_aside(site, workers_fail, jobs):
    workers_fail(jobs)
    name = site.file([image(n) for n in range(1, 9)])
    assert site.imported(name, "--skip-bad") == {"created": 8}
    assert site.numbers == list(range(1, 9))


def test_a_record_that_breaks_the_workers_is_found_and_set_aside(site, server, by_jobs):
    def fail(_request, _said):
        for job in server.state.jobs.values():
            if job.status != "failed" and b'"3.jpg' in json.dumps(job.tasks).encode():
                job.status, job.error = "failed", "worker terminated"

    site.asked(fail)
    name = site.file([image(n) for n in range(1, 8)])
    assert site.imported(name, "--skip-bad") == {"created": 6, "rejected": 1}
    assert site.numbers == [1, 2, 4, 5, 6, 7]


def test_what_is_too_large_for_a_proxy_is_sent_in_halves(site, server):
    answer = server.server.app.answer

    def narrow(request):
        if request.path == IMPORT and len(request.body) > 300:
            return type(answer(server.requests[0]))(status=413, body=b"{}")
        return answer(request)

    server.server.app.answer = narrow
    assert site.imported(site.file([image(n) for n in range(1, 8)])) == {"created": 7}
    assert site.numbers == [1, 2, 3, 4, 5, 6, 7]


def test_a_change_the_server_refuses_is_said_with_its_line(site, server):
    site.imported(site.file([image(1), image(2)]))
    body = b'{"detail": "Validation error", "validation_errors": {"data": ["no"]}}'
    server.faults.append(
        Fault(method="PATCH", path="/api/tasks/2/", times=None, status=400, body=body)
    )
    changed = [{"data": {"image": f"new {n}", "n": n}} for n in (1, 2)]
    name = site.file(changed, "changed.jsonl")
    code, said = site.put(name, "--key", "n", "--update")
    assert (code, "changed.jsonl: line 2: HTTP 400: no" in said["error"]) == (2, True)
    assert said["updated"] == 1
    assert site.imported("--resume", "--skip-bad") == {"skipped": 1, "rejected": 1}


# The quarantine


def test_lines_set_aside_are_listed_shown_and_not_retried(site):
    site.imported(site.file([image(1), without(2)]), "--skip-bad")
    listed = site.run("rejects", "list", "--stream", "imports")
    assert MISSING in listed.stdout
    assert '"n": 2' in site.run("rejects", "show", "1").stdout
    said = "set aside by imports, to be mended in their files and sent by the same import: 1\n"
    assert site.run("rejects", "retry").stdout == said
    one = site.run("rejects", "retry", "1")
    assert (one.exit_code, "mend the file and run its import again" in one.stderr) == (2, True)


def test_lines_of_one_standard_input_are_not_those_of_the_next(site, jsonl):
    for bad in ("5", "6"):
        content = jsonl([image(int(bad))]) + bad + "\n"
        assert site.imported("-", "--skip-bad", stdin=content) == {"created": 1, "rejected": 1}
    site.imported("-", stdin=jsonl([image(7), image(8)]))
    rejects = site.rows("SELECT payload FROM sync_rejects ORDER BY id")
    assert rejects == [("5",), ("6",)]


def test_a_sync_leaves_lines_alone_that_were_set_aside(site):
    site.imported(site.file([image(1), without(2)]), "--skip-bad")
    assert site.run("sync").exit_code == 0
    assert site.rows("SELECT stream FROM sync_rejects") == [("imports",)]


def test_many_wrong_lines_are_a_partial_import(site):
    records = [image(1), *(without(n) for n in range(2, 20))]
    code, said = site.put(site.file(records), "--skip-bad")
    assert (code, said["outcome"], said["rejected"]) == (3, "partial", 18)
