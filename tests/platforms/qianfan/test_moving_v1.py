"""A V1 list that moves while it is read: nothing lost, nothing doubled, no false tombstone."""

import pytest

from accounts import buried, expected, mirrored
from etl.standins.qianfan.volume import many

TASKS = "augmentation_tasks"
LIST = "enhance/list"


@pytest.fixture
def read(account, sqlite_session):
    """An account of 100 tasks; gives what mirrors it."""
    many(account.state, 100)
    return lambda **choices: account.mirror(sqlite_session, TASKS, **choices)


def add(account, count):
    for _ in range(count):
        account.state.add_enhance(status=2)


def delete(account, places):
    """Delete the tasks at some places of the list, newest first."""
    keys = account.state.keys("enhance_tasks")[::-1]
    for place in places:
        account.state.delete("enhance_tasks", keys[place])


def agree(account, session):
    return mirrored(session, TASKS) == expected(account, TASKS)


@pytest.mark.parametrize("count", [1, 7, 19, 20, 45])
@pytest.mark.parametrize("turn", [2, 3, 6])
def test_tasks_that_come_in_between_pages_push_nothing_past(
    account, sqlite_session, read, turn, count
):
    account.before(turn, lambda: add(account, count), of=LIST)
    read()
    assert agree(account, sqlite_session)
    assert buried(sqlite_session, TASKS) == []


def test_a_reading_that_only_new_tasks_disturbed_is_whole(account, sqlite_session, read):
    account.before(3, lambda: add(account, 2), of=LIST)
    assert read() == 6 + 1  # 102 tasks, and a look at the new end
    assert agree(account, sqlite_session)


@pytest.mark.parametrize(
    "places", [[0], [0, 1, 2], range(20), range(38), [18], [19], [20], [99], range(30, 60)]
)
@pytest.mark.parametrize("turn", [2, 3, 4, 6])
def test_tasks_deleted_between_pages_let_nothing_slip_past(
    account, sqlite_session, read, turn, places
):
    account.before(turn, lambda: delete(account, places), of=LIST)
    read()
    missing = {row["id"] for row in expected(account, TASKS)} - {
        row["id"] for row in mirrored(sqlite_session, TASKS)
    }
    assert missing == set()
    read()
    assert agree(account, sqlite_session)


@pytest.mark.parametrize("turn", [2, 4])
@pytest.mark.parametrize("count", [1, 3, 20])
def test_as_many_deleted_as_new_are_noticed_though_nothing_moved(
    account, sqlite_session, read, turn, count
):
    def swap():
        delete(account, range(count))
        add(account, count)

    account.before(turn, swap, of=LIST)
    read()
    assert agree(account, sqlite_session)


def test_a_list_that_never_stands_still_loses_nothing_and_buries_nothing(
    account, sqlite_session, read
):
    read()
    alive = set(account.state.keys("enhance_tasks"))
    for turn in range(2, 40, 3):
        account.before(turn, lambda: delete(account, [1]), of=LIST)
    read()
    assert set(buried(sqlite_session, TASKS)) & set(account.state.keys("enhance_tasks")) == set()
    account.api.hooks.waiting.clear()
    read()
    assert agree(account, sqlite_session)
    assert set(buried(sqlite_session, TASKS)) == alive - set(account.state.keys("enhance_tasks"))


def test_a_short_look_at_the_new_end_misses_nothing_that_comes_meanwhile(
    account, sqlite_session, read, short
):
    short(50)
    read()
    add(account, 30)
    account.before(2, lambda: add(account, 25), of=LIST)
    read()
    assert agree(account, sqlite_session)


def test_a_deletion_during_a_look_at_the_new_end_is_found(account, sqlite_session, read, short):
    short(50)
    read()
    add(account, 30)
    account.before(2, lambda: delete(account, [0, 1, 60]), of=LIST)
    read()
    read()
    assert agree(account, sqlite_session)


def test_a_page_may_be_as_small_as_one_row(account, sqlite_session, read):
    read(page_size=1)
    assert agree(account, sqlite_session)
