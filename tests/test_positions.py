"""A row of the books that makes no sense is named, harms nothing, and can be done without."""

import pytest

from accounts import Account
from etl.errors import MirrorError
from etl.positions import Positions
from etl.source import Part
from etl.statements import Spelling
from etl.walk import Position
from labelling import BOX, Server, assert_mirrored, run, well
from mirror import content

PARTS = {"annotations": [{"result": [BOX]}], "predictions": [{"result": [BOX]}]}
STAMP = "2026-11-21 12:00:00.000000"


@pytest.fixture
def server(session):
    """A mirrored server, on which something has happened since."""
    server = Server()
    _, tasks = server.project(5, **PARTS)
    server.project(2, title="Moods")
    well(run(session, server))
    server.state.patch_task(tasks[0], data={"n": "later"})
    server.state.add_prediction(tasks[1], [BOX])
    server.wait()
    return server


def edit(session, stream, column, value):
    mark = Spelling(session.dialect).mark
    with session.transaction():
        session.run(
            f"UPDATE sync_watermarks SET {column} = {mark} "
            f"WHERE stream = {mark} AND part IN ('', '1')",
            (value, stream),
        )


@pytest.mark.parametrize("state", ["{", "[]", "7", '"new"', '{"after": "x"}', '{"walk": 3}'])
@pytest.mark.parametrize("stream", ["tasks", "predictions"])
def test_a_state_that_was_edited_is_named_and_a_full_run_does_without(
    session, sqlite_session, server, stream, state
):
    edit(session, stream, "state", state)
    before = content(session)
    reports = run(session, server)
    if (stream, state) in (("tasks", '{"walk": 3}'), ("predictions", '{"after": "x"}')):
        well(reports)  # nothing that this stream looks at
        return
    named = f"sync_watermarks: the row of source 'labels', stream '{stream}' and part '1'"
    assert reports[stream].outcome in ("failed", "partial")
    assert named in reports[stream].error
    assert f"annomirror sync labels --stream {stream} --full" in reports[stream].error
    other = "predictions" if stream == "tasks" else "tasks"
    assert reports[other].outcome == "ok"
    table = f"label_studio_{stream}"
    assert content(session)[table] == before[table]
    well(run(session, server, full=True))
    assert_mirrored(session, sqlite_session, server)


def test_a_watermark_that_is_no_time_is_named_too(sqlite_session, server):
    session = sqlite_session
    well(run(session, server))
    edit(session, "tasks", "watermark", "yesterday")
    report = run(session, server)["tasks"]
    assert "part '1' makes no sense (ValueError: Invalid isoformat string" in report.error
    well(run(session, server, full=True))


def test_a_state_of_another_version_is_named_for_a_stream_without_parts(session, short_list):
    edit(session, "augmentation_tasks", "state", '{"resume": {"cursor": "of another version"}}')
    report = short_list.run(session, "augmentation_tasks")["augmentation_tasks"]
    named = "sync_watermarks: the row of source 'q', stream 'augmentation_tasks' makes no sense"
    assert named in report.error
    short_list.mirror(session, "augmentation_tasks", full=True)


@pytest.fixture
def short_list(session):
    """An account with a few tasks, mirrored."""
    with Account() as account:
        account.state.add_enhance(status=3)
        account.mirror(session)
        yield account


@pytest.mark.parametrize("kept", ["{", "[]", '{"count": "many"}', '{"sums": 3}', "null"])
def test_a_kept_count_that_was_edited_is_counted_anew(session, sqlite_session, server, kept):
    well(run(session, server))
    mark = Spelling(session.dialect).mark
    with session.transaction():
        session.run(f"UPDATE sync_digests SET known = {mark}", (kept,))
    well(run(session, server))
    assert_mirrored(session, sqlite_session, server)


def test_a_position_is_read_as_it_was_stored(session):
    positions = Positions(session, "labels", "tasks", 1)
    some = Position(STAMP, {"after": 7}, unfinished=True)
    with session.transaction():
        positions.store(Part("1"), some, STAMP)
    assert Positions(session, "labels", "tasks", 1).get(Part("1")) == some
    with session.transaction():
        positions.forget([Part("1")])
    assert positions.get(Part("1")) == Position()


def test_what_makes_no_sense_is_an_error_of_the_mirror(session, server):
    edit(session, "tasks", "state", "{")
    with pytest.raises(MirrorError):
        Positions(session, "labels", "tasks", 1).get(Part("1"))
