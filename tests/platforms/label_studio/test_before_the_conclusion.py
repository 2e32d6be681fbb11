"""An exception after the last page, before what is gone was concluded: nothing is buried by it."""

import pytest

from etl.errors import Unreachable
from etl.merge import Merge
from labelling import BOX, Server, assert_mirrored, gone, run, truth, well
from mirror import live

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
KINDS = ("projects", "tasks", "annotations", "predictions")


class Bug(Exception):
    """What nobody foresaw."""


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def tasks(session, server):
    """A mirrored project, of which one task was then edited and another deleted."""
    _, made = server.project(250, **PARTS)
    well(run(session, server))
    server.state.patch_task(made[20], data={"n": "edited"})
    server.state.delete_task(made[10])
    server.wait()
    server.asked.clear()
    return made


def asked_for_tasks(server, times):
    """Make the condition that tasks are asked for so many times: the proof begins with the third.

    Before it the newest stamp is asked for, and the page of what was written.
    """
    return lambda _: sum(one.path == "/api/tasks/" for one in server.asked) == times


def fails(error):
    def fail():
        raise error

    return fail


def buried(session):
    return {kind: gone(session, kind) for kind in KINDS if gone(session, kind)}


def assert_only_pages_landed(session, tasks):
    words = {row["id"]: row["data"]["n"] for row in live(session, "label_studio_tasks")}
    assert (len(words), words[tasks[20]], buried(session)) == (250, "edited", {})


def assert_concluded(session, sqlite_session, server, tasks):
    well(run(session, server))
    assert gone(session, "tasks") == gone(session, "annotations") == [tasks[10]]
    assert_mirrored(session, sqlite_session, server)
    assert tasks[10] not in truth(server)["tasks"]


@pytest.mark.parametrize("times", [3, 4, 5], ids=["counts", "halves", "reads"])
def test_an_exception_before_the_conclusion_buries_nothing_and_the_next_run_concludes(
    session, sqlite_session, server, tasks, times
):
    server.meanwhile.append((asked_for_tasks(server, times), fails(Bug())))
    with pytest.raises(Bug):
        run(session, server)
    assert_only_pages_landed(session, tasks)
    assert_concluded(session, sqlite_session, server, tasks)


def test_a_server_that_fails_before_the_conclusion_is_said_and_buries_nothing(
    session, sqlite_session, server, tasks
):
    server.meanwhile.append((asked_for_tasks(server, 3), fails(Unreachable("gone"))))
    assert run(session, server)["tasks"].outcome == "failed"
    assert_only_pages_landed(session, tasks)
    assert_concluded(session, sqlite_session, server, tasks)


def test_an_exception_in_the_conclusion_takes_back_what_it_buried(
    session, sqlite_session, server, tasks, monkeypatch
):
    def bury(merge, complete, stamp, bury_unlisted=Merge.bury_unlisted):
        found = bury_unlisted(merge, complete, stamp)
        if found:
            raise Bug
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Merge, "bury_unlisted", bury)
        with pytest.raises(Bug):
            run(session, server, "tasks")
    assert_only_pages_landed(session, tasks)
    assert_concluded(session, sqlite_session, server, tasks)
