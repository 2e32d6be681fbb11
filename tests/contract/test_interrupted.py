"""A run that is cut anywhere and begun again ends where an uninterrupted one does."""

from dataclasses import replace

import pytest

from etl.platforms import PLATFORMS
from etl.standins.label_studio.seed import lively, work_a_while
from mirror import SOURCE, content, dump
from senders import LabelStudio, synchronise

SMALL = replace(SOURCE, page_size=7)
STANDINS = {"label_studio": LabelStudio}


@pytest.fixture(params=PLATFORMS.values(), ids=lambda platform: platform.name)
def platform(request):
    return request.param


@pytest.fixture
def standin(platform):
    assert platform.name in STANDINS, f"{platform.name} needs a stand-in to be tested with"
    standin = STANDINS[platform.name]()
    lively(standin.state)
    return standin


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
    work_a_while(standin.state)
    synchronise(session, SMALL, platform, standin)
    synchronise(sqlite_session, SOURCE, platform, standin)
    assert stamped(session) == stamped(sqlite_session)


def stamped(session):
    """Leave out a count that bulk imports of predictions change without stamping the task."""
    found = content(session)
    for task in found["label_studio_tasks"]:
        del task["total_predictions"]
    return found


def test_a_full_run_is_what_a_new_mirror_would_be(session, sqlite_session, platform, standin):
    synchronise(session, SMALL, platform, standin)
    work_a_while(standin.state)
    synchronise(session, SMALL, platform, standin, full=True)
    synchronise(sqlite_session, SOURCE, platform, standin)
    assert content(session) == content(sqlite_session)
