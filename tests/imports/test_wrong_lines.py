"""What is wrong is said with its line, and harms no other line."""

import pytest

from etl.standins.faults import Fault
from importer import image, without

IMPORT = "/api/projects/1/import"
MISSING = '"image" key is expected in task data'


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
