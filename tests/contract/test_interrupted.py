"""A run that is cut anywhere and begun again ends where an uninterrupted one does."""

import pytest

from etl.platforms import PLATFORMS
from mirror import TABLES, content, dump
from plays import PLAYS, SMALL, SOURCE
from senders import synchronise


@pytest.fixture(params=PLATFORMS.values(), ids=lambda platform: platform.name)
def platform(request):
    return request.param


@pytest.fixture
def standin(platform):
    assert platform.name in PLAYS, f"{platform.name} needs a stand-in to be tested with"
    with PLAYS[platform.name]() as play:
        play.seed.lively(play.standin.state)
        yield play


@pytest.fixture
def uninterrupted(platform, standin, sqlite_session):
    """What the mirror should hold, mirrored in one go."""
    synchronise(sqlite_session, SOURCE, platform, standin)
    return content(sqlite_session)


@pytest.mark.parametrize("page", [1, 5])
def test_a_walk_cut_after_a_page_loses_nothing(session, platform, standin, uninterrupted, page):
    synchronise(session, SMALL, platform, standin, stop_after=page)
    synchronise(session, SMALL, platform, standin)
    assert content(session) == uninterrupted


def test_a_walk_cut_after_every_page_loses_nothing(session, platform, standin, uninterrupted):
    page, done = 0, 0
    while done == page:  # each run gets a page further than the last one
        page += 1
        done = synchronise(session, SMALL, platform, standin, stop_after=page)
    assert content(session) == uninterrupted


def test_a_quiet_day_writes_nothing(session, platform, standin):
    synchronise(session, SOURCE, platform, standin)
    standin.wait()
    synchronise(session, SOURCE, platform, standin)
    before = dump(session)
    synchronise(session, SOURCE, platform, standin)
    assert dump(session) == before


def test_an_incremental_mirror_is_what_a_new_one_would_be(
    session, sqlite_session, platform, standin
):
    synchronise(session, SMALL, platform, standin)
    standin.wait()
    standin.work()
    synchronise(session, SMALL, platform, standin)
    synchronise(sqlite_session, SOURCE, platform, standin)
    assert stamped(session) == stamped(sqlite_session)


def stamped(session):
    """Leave out what changes without being a change: told by no stamp, or by every request."""
    found = content(session)
    for name, rows in found.items():
        columns = TABLES[name].__columns__.values()
        volatile = {column.name for column in columns if column.spec.volatile}
        if name == "label_studio_tasks":
            volatile.add("total_predictions")  # bulk imports of predictions stamp no task
        found[name] = [{k: v for k, v in row.items() if k not in volatile} for row in rows]
    return found


def test_a_full_run_is_what_a_new_mirror_would_be(session, sqlite_session, platform, standin):
    synchronise(session, SMALL, platform, standin)
    standin.work()
    synchronise(session, SMALL, platform, standin, full=True)
    synchronise(sqlite_session, SOURCE, platform, standin)
    assert content(session) == content(sqlite_session)
