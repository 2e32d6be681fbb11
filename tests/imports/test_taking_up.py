"""What was given up and lands all the same is taken up, and not sent again."""

import pytest

NUMBERS = list(range(1, 8))


@pytest.fixture
def given_up(site, server, late):
    """Give up two jobs, of which the first ends later."""
    server.state.jobs[1].due = server.clock.now()
    server.clock.advance(seconds=1)
    site.run("check")  # any request
    assert site.numbers == [1, 2, 3, 4]
    server.state.job_seconds = 0.05


def test_a_job_that_was_given_up_and_still_runs_is_followed_and_not_sent_again(
    site, server, given_up, file
):
    assert site.imported(file, "--dry-run") == {"created": 7}
    code, said = site.put(file, "--timeout", "0.1")
    assert (code, "job 2 of project 1 has not ended" in said["error"]) == (1, True)
    assert (said["created"], len(site.posts())) == (4, 2)
    server.clock.advance(hours=2)
    assert site.imported(file) == {"created": 3}
    assert len(site.posts()) == 2
    site.once()
    assert (site.imported("--resume"), site.put(file)[0]) == ({}, 5)


def test_what_was_given_up_without_an_answer_is_waited_for_when_it_is_taken_up(
    site, server, file, at_once
):
    """The server comes to it after it was given up, and before its absence is certain."""
    usual, begun, looks = type(server.state).import_tasks, [], []

    def late(project, rows):
        begun.append(len(rows))
        return usual(server.state, project, rows, commit=len(begun) > 1)

    server.state.import_tasks = late
    site.goes_wrong(cut_after=0)
    assert site.put(file, "--timeout", "0.01")[0] == 1
    assert site.imported("--resume", "--give-up", "--timeout", "0.01") == {}
    assert site.items("outcome") == [("abandoned",)] * 7

    def release(request, _said):
        looks.append(request.path == "/api/tasks/")
        if looks.count(True) == 2:
            server.state.release()

    site.asked(release)
    assert site.imported(file) == {"created": 7}
    assert len(site.posts()) == 1
    site.once()


def test_what_was_given_up_stays_so_where_the_next_command_is_refused(site, given_up, file):
    assert site.put(file, site.file("5\n", "broken.jsonl"))[0] == 2
    assert site.items("outcome") == [("abandoned",)] * 7
    assert site.imported("--resume") == {}


def test_what_was_given_up_is_sent_anew_where_that_is_said(site, given_up, file):
    assert site.imported(file, "--again") == {"created": 7}
    assert site.numbers == sorted([1, 2, 3, 4, *NUMBERS])
