"""V2 lists, walked by marker: whole when short, from the new end when long; and their quirks."""

import json
from dataclasses import replace

import pytest

from accounts import books_apart, buried, expected, mirrored
from etl.standins.qianfan.call import operation
from etl.standins.qianfan.volume import many
from mirror import dump

TASKS, KIND = "text_augmentation_tasks", "text_augment_tasks"
LIST = "DescribeTextAugmentTasks"


@pytest.fixture
def long(account, short, sqlite_session):
    """An account of 350 tasks, mirrored, whose list counts as long."""
    short(100)
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)
    return account


def agree(account, session):
    return mirrored(session, TASKS) == expected(account, TASKS)


def key(account, place):
    """Give the id of the task at a place, newest first."""
    return account.state.keys(KIND)[-1 - place]


def test_a_quiet_run_takes_one_request_from_the_new_end_and_writes_nothing(session, account, short):
    short(100)
    many(account.state, 350)
    assert account.mirror(session, TASKS) == 4
    before = books_apart(dump(session))
    account.clock.advance(hours=23)
    assert account.mirror(session, TASKS) == 1
    assert account.asked(LIST)[-1] == {"marker": "", "maxKeys": 100, "pageReverse": True}
    assert books_apart(dump(session)) == before


def test_a_list_that_comes_newest_first_is_read_from_its_beginning(account, sqlite_session, short):
    short(10)
    account.state.quirks.turned = True
    many(account.state, 150)
    account.mirror(sqlite_session, TASKS)
    account.clock.advance(minutes=1)
    account.state.add_text_augment(status="Succeeded")
    assert account.mirror(sqlite_session, TASKS) == 1
    assert account.asked(LIST)[-1]["pageReverse"] is False
    assert agree(account, sqlite_session)


def test_new_tasks_are_read_and_no_more(long, sqlite_session):
    long.clock.advance(hours=3)
    many(long.state, 120)
    assert long.mirror(sqlite_session, TASKS) == 2
    assert agree(long, sqlite_session)


@pytest.mark.parametrize("status", ["Succeeded", "Stopped", "Failed", "Exploded"])
def test_a_status_change_of_an_old_running_task_is_caught(account, session, short, status):
    short(100)
    running = account.state.add_text_augment()
    account.clock.advance(minutes=10_000)
    many(account.state, 150)
    account.mirror(session, TASKS)
    account.state.progress_text_augment(running["taskId"], status)
    account.mirror(session, TASKS)
    assert agree(account, session)


def test_a_deleted_head_is_found_at_once(long, sqlite_session):
    gone = key(long, 0)
    long.state.delete(KIND, gone)
    assert long.mirror(sqlite_session, TASKS) == 4
    assert buried(sqlite_session, TASKS) == [gone]


def test_a_deleted_task_that_ended_is_found_within_a_day(long, sqlite_session):
    gone = key(long, 200)
    long.state.delete(KIND, gone)
    long.mirror(sqlite_session, TASKS)
    assert buried(sqlite_session, TASKS) == []
    long.clock.advance(days=1)
    assert long.mirror(sqlite_session, TASKS) == 4
    assert buried(sqlite_session, TASKS) == [gone]


def test_too_many_open_tasks_make_every_run_read_all(account, sqlite_session, short, few_open):
    short(10)
    few_open(5)
    for _ in range(150):
        account.clock.advance(minutes=1)
        account.state.add_text_augment()
    account.mirror(sqlite_session, TASKS)
    account.state.progress_text_augment(key(account, 149))
    assert account.mirror(sqlite_session, TASKS) == 2
    assert agree(account, sqlite_session)


def test_tasks_of_mixed_age_are_always_read_whole(account, sqlite_session, short):
    short(10)
    for minutes in (5, -3) * 75:
        account.clock.advance(minutes=minutes)
        account.state.add_text_augment(status="Succeeded")
    account.clock.advance(hours=9)
    account.mirror(sqlite_session, TASKS)
    assert account.mirror(sqlite_session, TASKS) == 2


@pytest.mark.parametrize("lost", ["error", "empty", "next"])
@pytest.mark.parametrize("turn", [2, 3])
def test_a_marker_whose_task_is_deleted_loses_nothing(account, sqlite_session, lost, turn):
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)
    account.state.quirks.lost_marker = lost
    gone = account.state.keys(KIND)[100 * (turn - 1)]
    account.before(turn, lambda: account.state.delete(KIND, gone), of=LIST)
    account.mirror(sqlite_session, TASKS)
    account.mirror(sqlite_session, TASKS)
    assert agree(account, sqlite_session)
    assert buried(sqlite_session, TASKS) == [gone]


def test_markers_that_are_always_lost_end_in_an_error(account, sqlite_session):
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)

    def delete():
        account.state.delete(KIND, account.state.keys(KIND)[100])

    for turn in (2, 4, 6):
        account.before(turn, delete, of=LIST)
    report = account.run(sqlite_session, TASKS)[TASKS]
    assert (report.outcome, "marker" in report.error) == ("failed", True)
    assert buried(sqlite_session, TASKS) == []


def spoiled(account, turn, spoil, *, ever=False):
    """Give another page instead of the k-th, made of that and the one before."""
    pages = []

    def answer(request, given):
        if operation(request) != LIST:
            return given
        pages.append(json.loads(given.body))
        if len(pages) < turn or (len(pages) > turn and not ever):
            return given
        return replace(given, body=json.dumps(spoil(*pages[-2:])).encode())

    account.spoil = answer


def assert_repeats(account, session):
    report = account.run(session, TASKS)[TASKS]
    assert report.outcome == "failed"
    assert "the list repeats itself" in report.error
    assert "POST /v2/dataprocessing" in report.error
    assert buried(session, TASKS) == []


def test_a_list_that_says_for_ever_that_more_follows_is_an_error(account, session):
    many(account.state, 50)
    account.mirror(session, TASKS)
    before = books_apart(dump(session))
    account.state.quirks.endless = True
    account.state.delete(KIND, key(account, 7))
    assert_repeats(account, session)
    assert books_apart(dump(session)) == before
    account.state.quirks.endless = False
    account.mirror(session, TASKS)
    assert agree(account, session)


@pytest.mark.parametrize("says", ["that is all", "more follows"])
@pytest.mark.parametrize("turn", [2, 3])
def test_a_page_that_comes_twice_is_an_error_though_it_says_that_it_is_the_last(
    account, sqlite_session, turn, says
):
    """Else what follows it would be taken for gone."""
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)

    def repeated(before, here):
        last = {"pageInfo": here["pageInfo"] | {"isTruncated": False}}
        return here | {"tasks": before["tasks"]} | (last if says == "that is all" else {})

    spoiled(account, turn, repeated)
    assert_repeats(account, sqlite_session)
    account.mirror(sqlite_session, TASKS)
    assert agree(account, sqlite_session)


def leading_to(account, place):
    info = {"isTruncated": True, "nextMarker": account.state.keys(KIND)[place]}
    return lambda _before, here: here | {"tasks": [], "pageInfo": info}


def test_an_empty_page_in_the_middle_is_no_end_and_proves_nothing(account, sqlite_session):
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)
    new = account.state.add_text_augment()["taskId"]
    spoiled(account, 2, leading_to(account, 200))
    account.mirror(sqlite_session, TASKS)
    assert new in {row["id"] for row in mirrored(sqlite_session, TASKS)}
    assert agree(account, sqlite_session)


def test_empty_pages_that_say_for_ever_that_more_follows_are_an_error(account, sqlite_session):
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)
    spoiled(account, 2, leading_to(account, 100), ever=True)
    assert_repeats(account, sqlite_session)


@pytest.mark.parametrize("deleted", [0, 1])
def test_tasks_that_come_and_go_meanwhile_bury_nobody_alive(account, sqlite_session, deleted):
    many(account.state, 350)
    account.mirror(sqlite_session, TASKS)

    def change():
        account.state.add_text_augment()
        for place in range(deleted):
            account.state.delete(KIND, key(account, 300 + place))

    account.before(2, change, of=LIST)
    account.mirror(sqlite_session, TASKS)
    account.mirror(sqlite_session, TASKS)
    assert agree(account, sqlite_session)


@pytest.mark.parametrize("shown", ["error", "empty"])
def test_a_dataset_deleted_before_its_versions_are_asked_for_fails_alone(
    account, sqlite_session, shown
):
    kept, gone = (account.state.add_dataset(name, versions=2) for name in ("kept", "gone"))
    account.state.quirks.unknown_parent = shown
    account.mirror(sqlite_session, "dataset_versions")
    delete = lambda: account.state.delete_dataset(gone["datasetId"])  # noqa: E731
    account.before(1, delete, of="DescribeDatasetVersions")
    report = account.run(sqlite_session, "dataset_versions")["dataset_versions"]
    assert report.outcome == ("ok" if shown == "empty" else "partial")
    account.mirror(sqlite_session)
    rows = mirrored(sqlite_session, "dataset_versions")
    assert {row["dataset_id"] for row in rows} == {kept["datasetId"]}
