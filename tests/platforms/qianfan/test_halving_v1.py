"""A few deletions in a long V1 list are found by halving its places, not by reading it whole."""

from math import log2

import pytest

from accounts import buried, expected, mirrored
from etl.standins.qianfan.volume import many

TASKS, KIND = "augmentation_tasks", "enhance_tasks"
ROWS = 2_000
CHEAP = 2 * log2(ROWS) + 10


@pytest.fixture
def long(account, short, sqlite_session):
    """An account of two thousand tasks, some of them under way, mirrored."""
    short(100)
    for _ in range(8):
        account.state.add_enhance(status=1)
        many(account.state, ROWS // 8)
    account.mirror(sqlite_session, TASKS)
    return account


def key(account, place):
    """Give the id of the task at a place in the list, newest first."""
    return account.state.keys(KIND)[-1 - place]


def under_way(account):
    """Count the tasks that every run asks for."""
    return sum(row["status"] == 1 for row in account.state.truth(KIND))


@pytest.mark.parametrize("place", [0, 1, 19, 20, ROWS // 2, ROWS])
@pytest.mark.parametrize("new", [0, 1, 30])
def test_one_deletion_is_found_by_few_requests(long, sqlite_session, place, new):
    gone = key(long, place)
    long.state.delete(KIND, gone)
    many(long.state, new)
    asked = long.mirror(sqlite_session, TASKS)
    assert asked - under_way(long) <= CHEAP
    assert buried(sqlite_session, TASKS) == [gone]
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)
    assert long.mirror(sqlite_session, TASKS) == 1 + under_way(long)


def test_several_deletions_are_found_too(long, sqlite_session):
    gone = sorted(key(long, place) for place in (0, 1, 2, 300, 301, 900, 1500))
    for one in gone:
        long.state.delete(KIND, one)
    assert long.mirror(sqlite_session, TASKS) < ROWS // 20
    assert sorted(buried(sqlite_session, TASKS)) == gone
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_a_task_under_way_that_is_deleted_is_found(long, sqlite_session):
    (gone, *_) = [row["strId"] for row in long.state.truth(KIND) if row["status"] == 1]
    long.state.delete(KIND, gone)
    long.mirror(sqlite_session, TASKS)
    assert buried(sqlite_session, TASKS) == [gone]
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_more_deletions_than_a_page_holds_are_read_whole_and_judged_as_one(long, sqlite_session):
    gone = [key(long, place) for place in range(3, ROWS, 4)]
    for one in gone:
        long.state.delete(KIND, one)
    for _ in range(2):
        report = long.run(sqlite_session, TASKS, trusting=False)[TASKS]
        assert (report.outcome, report.counts.deleted) == ("refused", 0)
    long.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_a_deletion_while_it_is_looked_for_is_found_by_the_next_run_at_the_latest(
    long, sqlite_session
):
    gone = [key(long, 700), key(long, 1200)]
    long.state.delete(KIND, gone[0])
    long.before(14, lambda: long.state.delete(KIND, gone[1]))
    long.mirror(sqlite_session, TASKS)
    long.mirror(sqlite_session, TASKS)
    assert sorted(buried(sqlite_session, TASKS)) == sorted(gone)
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_what_was_lost_is_looked_for_by_the_next_run_if_this_one_is_killed(long, sqlite_session):
    gone = key(long, 700)
    long.state.delete(KIND, gone)
    long.cut(sqlite_session, TASKS, stop_after=1 + under_way(long) + 1)
    assert buried(sqlite_session, TASKS) == []
    assert long.mirror(sqlite_session, TASKS) - under_way(long) <= CHEAP
    assert buried(sqlite_session, TASKS) == [gone]
