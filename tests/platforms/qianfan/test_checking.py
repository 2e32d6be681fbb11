"""Totals first: a good mirror of a V1 list is proven by one request, a wrong one read whole."""

from contextlib import closing

from accounts import PLATFORM
from etl import verify
from etl.cli.build import choose
from etl.sync import Job

TASKS = "augmentation_tasks"


def look(session, account, *streams, **how):
    with closing(account.client()) as client:
        job = Job(account.source, PLATFORM, client, choose(PLATFORM, account.source, streams))
        found = {v.stream: v for v in verify.run([job], session, **how)}
    assert {name: v.error for name, v in found.items()} == dict.fromkeys(found)
    return found


def named(verdict):
    return sorted((d.kind.value, d.root) for d in verdict.differences)


def many(account, count):
    for number in range(count):
        account.clock.advance(1)
        account.state.add_enhance(f"t{number}", status=2)
    return account.state.keys("enhance_tasks")


def test_a_list_whose_total_is_right_costs_one_request(sqlite_session, account):
    many(account, 100)
    account.mirror(sqlite_session, TASKS)
    found = look(sqlite_session, account, TASKS)[TASKS]
    assert (named(found), found.requests, found.read) == ([], 1, 20)


def test_a_list_whose_total_is_wrong_is_read_whole(sqlite_session, account):
    keys = many(account, 100)
    account.mirror(sqlite_session, TASKS)
    account.state.delete("enhance_tasks", keys[30])
    assert named(look(sqlite_session, account, TASKS)[TASKS]) == [("extra", keys[30])]


def test_what_runs_is_compared_at_the_new_end(sqlite_session, account):
    keys = many(account, 100)
    account.mirror(sqlite_session, TASKS)
    account.state.patch("enhance_tasks", keys[-1], name="renamed")
    assert named(look(sqlite_session, account, TASKS)[TASKS]) == [("stale", keys[-1])]


def test_an_old_task_that_changed_is_seen_by_content_only(sqlite_session, account):
    keys = many(account, 100)
    account.mirror(sqlite_session, TASKS)
    account.state.patch("enhance_tasks", keys[3], name="renamed")
    assert named(look(sqlite_session, account, TASKS)[TASKS]) == []
    assert named(look(sqlite_session, account, TASKS, deep=True)[TASKS]) == [("stale", keys[3])]
