"""That something is not there is believed when it cannot come any more, and not before."""

import time
from datetime import timedelta

import pytest

from etl import times
from etl.imports import absence, context
from etl.standins.exchange import json_answer


@pytest.fixture
def late(server, monkeypatch):
    """Let the server take `seconds` to come to an end with the first batch it imports."""
    state, usual, begun = server.state, type(server.state).import_tasks, []

    def slow(seconds, *, commit_after=None):
        def import_tasks(project, rows):
            if begun or not rows:
                return usual(state, project, rows)
            begun.append(time.monotonic())
            made = usual(state, project, rows, commit=False)
            time.sleep(seconds)
            return made

        monkeypatch.setattr(state, "import_tasks", import_tasks)

        def release(request, _said):
            lost = begun and time.monotonic() - begun[0] - seconds
            if commit_after is not None and lost and lost > commit_after:
                state.release()

        return release

    return slow


# Where the server imports while it answers


def test_the_wait_begins_when_the_answer_is_lost_not_when_the_batch_was_sent(
    site, late, file, at_once
):
    """A client waits 120 s for an answer, and a server that slow is not done when it gives up."""
    wait = absence.ABSENT.total_seconds()
    site.asked(late(wait + 0.1, commit_after=wait / 2))
    site.goes_wrong(cut_after=0)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_a_server_that_was_waited_for_long_is_given_as_long_again(site, late, file, at_once):
    wait = absence.ABSENT.total_seconds()
    site.asked(late(wait * 3, commit_after=wait * 2))
    site.goes_wrong(cut_after=0)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


@pytest.mark.usefixtures("at_once")
def test_more_lines_are_waited_for_longer(site, late, images, monkeypatch):
    """A slow server takes 2 ms a line; ten times that is waited for it."""
    monkeypatch.setattr(absence, "A_LINE", timedelta(milliseconds=10))
    wait = absence.ABSENT.total_seconds()
    site.asked(late(0, commit_after=wait + 0.5))
    site.goes_wrong(cut_after=0)
    assert site.imported(site.file(images(100))) == {"created": 100}
    assert len(site.posts()) == 1


def test_a_run_that_died_may_have_waited_to_its_deadline(site, server, file, at_once, monkeypatch):
    """So its batch is looked for as long as one whose answer was lost a moment ago."""
    site.goes_wrong(times=None, status=502)
    assert site.put(file, "--timeout", "0.01")[0] == 1
    server.faults.clear()
    looks = []
    pause = context.Context.pause
    monkeypatch.setattr(
        context.Context, "pause", lambda self, last: looks.append(last) or pause(self, last)
    )
    assert site.imported("--resume") == {"created": 7}
    assert len(looks) > 1


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("attempt", [1, 3], ids=["the first", "the last"])
def test_what_appears_while_the_jobs_are_asked_for_is_not_sent_again(
    site, server, late, file, attempt
):
    """After an answer of 500 nothing is waited for, but it is looked once more."""
    late(0)
    app, asked = server.server.app, []
    answer = app.answer

    def broken(request):
        if request.method != "POST" or request.path != site.posting:
            return answer(request)
        asked.append(request.param("commit_to_project") == "false")
        if asked[-1]:
            if asked.count(True) == attempt:
                server.state.release()
            return answer(request)
        if asked.count(False) == 1:
            answer(request)  # its tasks can be seen later
        return json_answer({"detail": "oops"}, 500)

    app.answer = broken
    assert site.imported(file, "--skip-bad") == {"created": 7}
    assert len(site.posts()) == attempt
    site.once()


@pytest.mark.parametrize("when", [2, 3], ids=["with its second sending", "later"])
def test_a_batch_that_landed_twice_is_told(site, late, file, at_once, when):
    """As when a server is so slow that even the wait was not enough."""
    site.asked(late(0))
    site.goes_wrong(cut_after=0)

    def second(request, _said):
        if request.path == site.posting and len(site.posts()) == when:
            site.server.state.release()

    site.asked(second)
    code, said = site.put(file, "--batch-size", "4")
    assert (code, said["outcome"], said["created"]) == (3, "partial", 7)
    named = {task for (task,) in site.items("task_id")}
    assert set(said["duplicates"]) == site.there.keys() - named
    assert (len(named), len(said["duplicates"])) == (7, 4)
    assert "a batch landed twice: delete the tasks " in said["error"]
    assert "landed twice: also there are" in site.batches("error")[0][0]


def test_what_is_in_of_a_batch_does_not_stand_for_its_other_lines(site, server, file, at_once):
    """Of seven lines four are in, and the other three are sent and lost: they are waited for."""
    state, usual, sent = server.state, type(server.state).import_tasks, []

    def partly(project, rows):
        if not rows:
            return []
        sent.append(len(rows))
        if len(sent) == 1:
            return usual(state, project, rows[:4])
        return usual(state, project, rows, commit=len(sent) > 2)

    state.import_tasks = partly
    site.goes_wrong(cut_after=0)
    site.goes_wrong(skip=2, cut_after=0)  # the second asks for jobs
    looks = []

    def release(request, _said):
        looks.append(request.path == "/api/tasks/" and len(sent) == 2)
        if looks.count(True) == 3:
            state.release()

    site.asked(release)
    assert site.imported(file) == {"created": 7}
    assert sent == [7, 3]
    site.once()


def test_the_clock_of_the_machine_does_not_tell_how_long_an_answer_was_waited_for(
    site, file, at_once, monkeypatch
):
    """It may be set while an import is under way."""

    class Set:
        now, parsed = staticmethod(lambda: "2099-01-01 00:00:00"), staticmethod(times.parsed)

    monkeypatch.setattr(absence, "times", Set)
    site.goes_wrong(close=True)
    assert site.imported(file, "--timeout", "5") == {"created": 7}


# Who waits is told


def test_a_long_wait_says_how_long_it_may_be(site, server, file, monkeypatch):
    monkeypatch.setattr(absence, "ABSENT", timedelta(seconds=2))
    monkeypatch.setattr(absence, "LISTED", timedelta(seconds=2))
    site.goes_wrong(close=True)
    done = site.run("import", "labels", "--project", "1", file)
    assert (done.exit_code, site.numbers) == (0, list(range(1, 8)))
    said = "tasks.jsonl: batch 1 is not there yet and may still come; waiting up to 2 s until"
    assert f"{said} its absence is certain" in done.stderr
    assert done.stderr.count("waiting up to") <= 2


def test_who_wants_quiet_is_told_nothing_of_a_wait(site, server, file, monkeypatch):
    monkeypatch.setattr(absence, "LISTED", timedelta(seconds=1))
    site.goes_wrong(close=True)
    assert site.run("import", "labels", "--project", "1", file, "-q").stderr == ""


def test_an_error_of_the_server_is_not_told_as_no_answer(site, server, file, at_once):
    site.goes_wrong(status=500, body=b'{"detail": "oops"}')
    done = site.run("import", "labels", "--project", "1", file)
    assert "batch 1 was answered by an error (POST /api/projects/1/import: HTTP 500" in done.stderr
    assert "got no answer" not in done.stderr
