"""What a server comes to late, after its batch was sent again or given up: found, or told."""

import pytest

from etl.standins.exchange import json_answer
from etl.standins.faults import Fault

NUMBERS = list(range(1, 8))
LOCKED = {"detail": "database is locked"}


def is_sending(site, request):
    own = request.param("commit_to_project") != "false"
    return request.method == "POST" and request.path == site.posting and own


@pytest.fixture
def lost(site, server, at_once):
    """Lose the answer to the first batch, whose tasks are there when the server releases them."""
    state, usual, begun = server.state, type(server.state).import_tasks, []

    def late(project, rows):
        if not rows:
            return []
        begun.append(len(rows))
        return usual(state, project, rows, commit=len(begun) > 1)

    state.import_tasks = late
    site.goes_wrong(cut_after=0)
    return begun


@pytest.fixture
def locked(site, server, lost):
    """Answer what is sent after it by an error, so many times."""

    def answers(times, status=500):
        app, left = server.server.app, [times]
        answer = app.answer

        def answered(request):
            if is_sending(site, request) and lost and left[0]:
                left[0] -= 1
                return json_answer(LOCKED, status)
            return answer(request)

        app.answer = answered

    return answers


def test_a_batch_that_failed_is_looked_for_before_its_lines_are_sent_anew(
    site, server, file, locked
):
    locked(2)
    code, said = site.put(file)
    assert (code, site.numbers, "database is locked" in said["error"]) == (1, [], True)
    server.state.release()
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 3
    site.once()


def test_what_is_there_of_a_failed_batch_is_kept_and_only_the_rest_is_sent(
    site, server, file, locked
):
    locked(2)
    site.put(file)
    server.state.uncommitted = server.state.uncommitted[:4]
    server.state.release()
    assert site.imported("--resume") == {"created": 7}
    assert [len(sent) for sent in site.posts()][3:] == [3]
    assert (site.numbers, site.mirrored()) == (NUMBERS, site.there)


@pytest.fixture
def seen_later(site, server, at_once):
    """Let the server say that it is done, name no ids, and show none of the tasks yet."""

    def nameless(request, _said):
        if is_sending(site, request) and len(site.posts()) == 1:
            return json_answer({"task_count": 7, "annotation_count": 0, "prediction_count": 0}, 201)
        return None

    site.asked(nameless)
    nothing = b'{"tasks": [], "total": 0, "total_annotations": 0, "total_predictions": 0}'
    server.faults.append(Fault(path="/api/tasks/", status=200, body=nothing))


def test_tasks_that_can_be_seen_only_later_are_found_by_the_next_run(site, file, seen_later):
    assert site.put(file)[0] == 2
    assert site.imported("--resume") == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_an_answer_of_500_does_not_end_the_wait_for_an_earlier_sending(site, server, file, locked):
    locked(1)
    looks = []

    def release(request, _said):
        looks.append(request.path == "/api/tasks/" and len(site.posts()) == 2)
        if looks.count(True) == 4:
            server.state.release()

    site.asked(release)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 2
    site.once()


def test_what_came_meanwhile_is_kept_when_its_second_sending_is_refused(site, server, file, locked):
    locked(1, status=400)

    def release(request, _said):
        if is_sending(site, request) and len(site.posts()) == 2:
            server.state.release()

    site.asked(release)
    assert site.imported(file, "--skip-bad") == {"created": 7}
    assert len(site.posts()) == 2
    site.once()


def test_what_a_proxy_let_through_and_calls_too_large_is_not_sent_again(site, file, at_once):
    def too_large(request, _said):
        first = is_sending(site, request) and len(site.posts()) == 1
        return json_answer({"detail": "too large"}, 413) if first else None

    site.asked(too_large)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


# What is there twice is told


@pytest.fixture
def lands_with(site, server):
    """Let the first batch land together with the answer to the n-th."""

    def with_sending(number):
        def release(request, _said):
            if is_sending(site, request) and len(site.posts()) == number:
                server.state.release()

        site.asked(release)

    return with_sending


def told(site, server, said):
    """Make sure that what is there beside the books is told."""
    named = {task for (task,) in site.items("task_id")}
    assert set(said["duplicates"]) == site.there.keys() - named
    assert (said["outcome"], len(said["duplicates"])) == ("partial", 7)


def test_a_batch_that_landed_under_two_marks_is_told(site, server, file, locked, lands_with):
    """Its lines went to two new batches when the server answered 500 again and again."""
    locked(2)
    lands_with(4)
    code, said = site.put(file, "--skip-bad")
    assert (code, said["created"], len(site.posts())) == (3, 7, 5)
    told(site, server, said)


def test_a_batch_that_lands_while_its_file_is_read_anew_is_told(
    site, server, file, locked, lands_with
):
    locked(2)
    assert site.put(file)[0] == 1
    lands_with(4)
    code, said = site.put("--resume")
    assert (code, said["created"], len(site.posts())) == (3, 7, 4)
    told(site, server, said)


def test_what_appears_of_lines_that_were_set_aside_is_told(site, server, file, seen_later):
    code, said = site.put(file, "--skip-bad")
    assert (code, said["rejected"]) == (3, 7)
    told(site, server, said)


def test_what_lands_of_a_line_that_is_no_longer_in_its_file_is_told(
    site, server, images, locked, lands_with
):
    locked(2)
    assert site.put(site.file(images(8)))[0] == 1
    lands_with(4)
    code, said = site.put(site.file(images(2)))
    assert (code, said["created"], len(said["duplicates"])) == (3, 2, 8)


# By key


def test_what_comes_late_of_our_own_is_created_and_not_skipped(site, server, file, lost):
    """It appears after its absence was believed, just before its lines would be sent again."""
    app, looks = server.server.app, []
    answer = app.answer

    def answered(request):
        if request.path == "/api/tasks/":
            looks.append("data.n" in str(request.params))
            if len(site.posts()) == 1 and looks.count(True) == 2:
                server.state.release()
        return answer(request)

    app.answer = answered
    assert site.imported(file, "--key", "n") == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_what_is_skipped_is_in_the_mirror(site, server, images):
    """As when others have made it since the last sync."""
    server.state.import_tasks(1, images(2))
    site.run("sync")
    server.state.import_tasks(1, images(2, 3))
    assert site.imported(site.file(images(5)), "--key", "n") == {"created": 1, "skipped": 4}
    assert (site.mirrored(), site.numbers) == (site.there, [1, 2, 3, 4, 5])


def test_what_the_mirror_has_is_not_read_again_to_be_skipped(site, server, images):
    site.imported(site.file(images(5)))
    server.requests.clear()
    assert site.imported(site.file(images(5), "b.jsonl"), "--key", "n") == {"skipped": 5}
    assert [r.path for r in server.requests].count("/api/tasks/") == 1


def test_a_task_that_was_changed_before_a_break_is_in_the_mirror_as_it_is(site, server, images):
    """The second change is not answered, so that the first is not in the books yet."""
    site.imported(site.file(images(2)))
    changed = [{"data": {"image": f"new {n}", "n": n}} for n in (1, 2)]
    server.faults.append(Fault(method="PATCH", path="/api/tasks/2/", times=None, status=403))
    name = site.file(changed, "changed.jsonl")
    assert site.put(name, "--key", "n", "--update")[0] == 1
    server.faults.clear()
    assert site.imported("--resume") == {"updated": 1, "skipped": 1}
    assert site.mirrored() == site.there
