"""A long V1 list: what is read of it, and that nothing is missed for that."""

import pytest

from accounts import books_apart, buried, expected, mirrored
from etl.standins.qianfan.volume import many
from mirror import dump, rows

TASKS = "augmentation_tasks"
SHORT = 100


@pytest.fixture
def long(account, short, sqlite_session):
    """An account of 300 tasks, mirrored, whose list counts as long."""
    short(SHORT)
    many(account.state, 300)
    account.mirror(sqlite_session, TASKS)
    return account


@pytest.fixture
def cleaned(account, short, sqlite_session):
    """The same of etl tasks, the order of whose list is not documented."""
    short(SHORT)
    for _ in range(150):
        account.clock.advance(minutes=1)
        account.state.add_etl(status=2)
    account.mirror(sqlite_session, "etl_tasks")
    return account


def key(account, place, kind="enhance_tasks"):
    """Give the id of the task at a place in the list, newest first."""
    return account.state.keys(kind)[-1 - place]


def test_a_quiet_run_takes_one_request_and_writes_nothing(session, account, short):
    short(SHORT)
    many(account.state, 300)
    account.mirror(session, TASKS)
    before = books_apart(dump(session))
    account.clock.advance(hours=23)
    assert account.mirror(session, TASKS) == 1
    assert books_apart(dump(session)) == before


def test_new_tasks_are_read_and_no_more(long, sqlite_session):
    many(long.state, 25)
    assert long.mirror(sqlite_session, TASKS) == 2 + 1
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


@pytest.mark.parametrize("status", [2, 3, 4, 7])
def test_a_status_change_of_an_old_running_task_is_caught(account, session, short, status):
    short(SHORT)
    running = account.state.add_enhance(status=1)
    many(account.state, 150)
    account.mirror(session, TASKS)
    account.state.progress_enhance(running["strId"], status)
    account.mirror(session, TASKS)
    assert mirrored(session, TASKS) == expected(account, TASKS)


def test_a_task_that_ended_is_awaited_no_longer(account, sqlite_session, short):
    short(SHORT)
    running = account.state.add_enhance(status=1)
    many(account.state, 150)
    account.mirror(sqlite_session, TASKS)
    account.state.progress_enhance(running["strId"], 2)
    assert account.mirror(sqlite_session, TASKS) == 1 + 1
    assert account.mirror(sqlite_session, TASKS) == 1


def test_old_running_tasks_are_asked_for_where_new_ones_pushed_them(account, session, short):
    short(SHORT)
    running = []
    for _ in range(3):
        running += [account.state.add_enhance(status=1)["strId"] for _ in range(4)]
        many(account.state, 70)
    account.mirror(session, TASKS)
    many(account.state, 30)
    assert account.mirror(session, TASKS) == 2 + 1 + 3
    for key in running[1::2]:
        account.state.progress_enhance(key, 4, "late")
    account.state.add_enhance(status=1)
    assert account.mirror(session, TASKS) == 1 + 3
    assert mirrored(session, TASKS) == expected(account, TASKS)


def test_a_task_of_an_unknown_status_is_still_awaited(account, sqlite_session, short):
    short(SHORT)
    odd = account.state.add_enhance(status=99)
    many(account.state, 150)
    account.mirror(sqlite_session, TASKS)
    account.state.progress_enhance(odd["strId"], 2)
    account.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(account, TASKS)


@pytest.mark.parametrize("place", [0, 1, 150, 299])
def test_a_deleted_task_is_found_by_the_total(long, sqlite_session, place):
    gone = key(long, place)
    long.state.delete("enhance_tasks", gone)
    long.mirror(sqlite_session, TASKS)
    assert buried(sqlite_session, TASKS) == [gone]
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


@pytest.mark.parametrize("place", [0, 150])
def test_a_deletion_made_up_for_by_a_new_task_is_found(long, sqlite_session, place):
    gone = key(long, place)
    long.state.delete("enhance_tasks", gone)
    long.state.add_enhance()
    long.mirror(sqlite_session, TASKS)
    assert buried(sqlite_session, TASKS) == [gone]
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_a_rename_of_finished_tasks_is_found_within_a_day(long, sqlite_session):
    long.state.patch("enhance_tasks", key(long, 200), sourceDatasetName="renamed")
    assert long.mirror(sqlite_session, TASKS) == 1
    long.clock.advance(days=1)
    assert long.mirror(sqlite_session, TASKS) == 16 + 1
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_too_many_open_tasks_make_every_run_read_all(account, sqlite_session, short, few_open):
    short(SHORT)
    few_open(10)
    for _ in range(11):
        account.state.add_enhance(status=1)
    many(account.state, 150)
    account.mirror(sqlite_session, TASKS)
    account.state.progress_enhance(key(account, 155), 2)
    assert account.mirror(sqlite_session, TASKS) == 9 + 1
    assert mirrored(sqlite_session, TASKS) == expected(account, TASKS)


def test_tasks_opened_beyond_what_is_remembered_are_not_forgotten(long, sqlite_session, few_open):
    few_open(10)
    tasks = [long.state.add_enhance(status=1) for _ in range(11)]
    long.mirror(sqlite_session, TASKS)
    many(long.state, 40)
    long.mirror(sqlite_session, TASKS)
    for task in tasks:
        long.state.progress_enhance(task["strId"], 2)
    long.mirror(sqlite_session, TASKS)
    assert mirrored(sqlite_session, TASKS) == expected(long, TASKS)


def test_etl_tasks_that_come_newest_first_are_read_from_there(cleaned, sqlite_session):
    cleaned.state.add_etl()
    assert cleaned.mirror(sqlite_session, "etl_tasks") == 1
    assert mirrored(sqlite_session, "etl_tasks") == expected(cleaned, "etl_tasks")


@pytest.mark.parametrize("order", ["oldest", "key"])
@pytest.mark.parametrize("numbered", [True, False])
def test_a_list_that_is_not_newest_first_is_always_read_whole(
    cleaned, sqlite_session, order, numbered
):
    cleaned.state.quirks.int_ids, cleaned.state.quirks.etl_order = numbered, order
    cleaned.mirror(sqlite_session, "etl_tasks", full=True)
    # One goes and one comes where neither the first page nor the total shows anything of it.
    gone = key(cleaned, 70, "etl_tasks")
    cleaned.state.delete("etl_tasks", gone)
    cleaned.state.add_etl(status=2)
    assert cleaned.mirror(sqlite_session, "etl_tasks") == 8 + 1
    assert buried(sqlite_session, "etl_tasks") == [gone]
    assert mirrored(sqlite_session, "etl_tasks") == expected(cleaned, "etl_tasks")


@pytest.mark.parametrize("order", ["oldest", "key"])
def test_a_list_whose_order_changes_is_read_whole_from_then_on(cleaned, sqlite_session, order):
    cleaned.state.quirks.etl_order = order
    cleaned.state.add_etl(status=2)
    cleaned.mirror(sqlite_session, "etl_tasks")
    assert mirrored(sqlite_session, "etl_tasks") == expected(cleaned, "etl_tasks")


def test_a_full_run_reads_all(long, sqlite_session):
    assert long.mirror(sqlite_session, TASKS, full=True) == 16 + 1


@pytest.mark.parametrize(
    ("kind", "stream"),
    [("enhance_tasks", TASKS), ("text_augment_tasks", "text_augmentation_tasks")],
)
def test_what_is_set_aside_stays_until_a_whole_reading_meets_it_repaired(
    account, sqlite_session, short, kind, stream
):
    short(SHORT)
    many(account.state, 250)
    odd = key(account, 200, kind)
    account.state.patch(kind, odd, name=7, taskName=7)
    account.run(sqlite_session, stream)
    account.state.patch(kind, odd, name="mended", taskName="mended")
    account.mirror(sqlite_session, stream)
    assert len(rows(sqlite_session, "sync_rejects")) == 1
    account.clock.advance(days=1)
    account.mirror(sqlite_session, stream)
    assert rows(sqlite_session, "sync_rejects") == []
    assert len(mirrored(sqlite_session, stream)) == 250
