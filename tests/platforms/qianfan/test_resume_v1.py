"""The first reading of a long V1 list, killed anywhere, is gone on with where it was."""

import pytest

from accounts import books_apart, buried, expected, mirrored
from etl.standins.qianfan.volume import many
from mirror import content, dump

TASKS = "augmentation_tasks"
PAGES = 16  # of 300 tasks, each page but the first with 19 new ones; the last has 15


@pytest.fixture
def begun(account, short, noted):
    """An account of 300 tasks; some near the old end are under way."""
    short(100)
    noted(2)
    account.running = [account.state.add_enhance(status=1)["strId"] for _ in range(3)]
    many(account.state, 297)
    return account


def offsets(account, since=0):
    return [body["offset"] for body in account.asked("enhance/list")[since:]]


def unfinished(session):
    ((found,),) = session.all(
        "SELECT unfinished FROM sync_watermarks WHERE stream = 'augmentation_tasks'"
    )
    return found


def go_on(account, session):
    """Run again; give the offsets that were asked for."""
    before = len(account.requests)
    account.mirror(session, TASKS)
    return offsets(account, before)


def test_what_was_read_is_not_read_again(session, begun):
    begun.cut(session, TASKS, stop_after=10)
    asked = go_on(begun, session)
    assert asked == [0, *range(190, 300, 19), 0]
    assert mirrored(session, TASKS) == expected(begun, TASKS)


@pytest.mark.parametrize("page", [1, 2, 3, 8, 9, PAGES - 1, PAGES])
def test_a_reading_cut_at_any_page_ends_where_a_whole_one_does(
    sqlite_session, session, begun, page
):
    begun.cut(session, TASKS, stop_after=page)
    begun.mirror(session, TASKS)
    begun.mirror(sqlite_session, TASKS)
    assert content(session) == content(sqlite_session)
    before = books_apart(dump(session))
    begun.mirror(session, TASKS)
    assert books_apart(dump(session)) == before


def test_a_reading_cut_again_and_again_comes_to_its_end(sqlite_session, begun):
    begun.cut(sqlite_session, TASKS, stop_after=4)
    for _ in range(PAGES):
        if not unfinished(sqlite_session):
            break
        begun.cut(sqlite_session, TASKS, stop_after=4)
    assert not unfinished(sqlite_session)
    assert mirrored(sqlite_session, TASKS) == expected(begun, TASKS)


def test_tasks_that_came_in_meanwhile_are_read_too(sqlite_session, begun):
    begun.cut(sqlite_session, TASKS, stop_after=10)
    many(begun.state, 25)
    asked = go_on(begun, sqlite_session)
    assert asked[:4] == [0, 19, 0, 190 + 25]
    assert mirrored(sqlite_session, TASKS) == expected(begun, TASKS)


def test_after_it_a_quiet_run_takes_what_is_under_way(sqlite_session, begun):
    begun.cut(sqlite_session, TASKS, stop_after=10)
    begun.mirror(sqlite_session, TASKS)
    for key in begun.running:
        begun.state.progress_enhance(key, 2)
    begun.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(begun, TASKS)
    assert begun.mirror(sqlite_session, TASKS) == 1


def test_what_was_under_way_before_the_cut_is_awaited_after_it(sqlite_session, begun):
    task = begun.state.add_enhance(status=1)
    begun.cut(sqlite_session, TASKS, stop_after=10)
    many(begun.state, 5)
    begun.mirror(sqlite_session, TASKS)
    begun.state.progress_enhance(task["strId"], 4, "late")
    begun.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(begun, TASKS)


@pytest.mark.parametrize("places", [[0], [5], [100], [188], [189], [190], [250], range(40)])
def test_tasks_deleted_in_the_meantime_do_not_stay(sqlite_session, begun, places):
    begun.cut(sqlite_session, TASKS, stop_after=10)
    keys = begun.state.keys("enhance_tasks")[::-1]
    held = {row["id"] for row in mirrored(sqlite_session, TASKS)}
    for place in places:
        begun.state.delete("enhance_tasks", keys[place])
    begun.mirror(sqlite_session, TASKS)
    begun.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(begun, TASKS)
    assert set(buried(sqlite_session, TASKS)) == held & {keys[place] for place in places}


def test_a_full_run_that_was_cut_buries_within_a_day_what_is_gone(sqlite_session, begun):
    begun.mirror(sqlite_session, TASKS)
    gone = begun.state.keys("enhance_tasks")[-3]
    begun.state.delete("enhance_tasks", gone)
    begun.mirror(sqlite_session, TASKS, full=True)
    assert buried(sqlite_session, TASKS) == [gone]


def test_a_later_whole_reading_begins_at_its_beginning(sqlite_session, begun):
    begun.mirror(sqlite_session, TASKS)
    begun.clock.advance(days=1)
    begun.cut(sqlite_session, TASKS, stop_after=5)
    assert go_on(begun, sqlite_session)[:3] == [0, 19, 38]
