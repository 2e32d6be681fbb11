"""Totals first: a good mirror of a V1 list is proven by one request, a wrong one halved."""

from contextlib import closing
from math import log2

import pytest

from accounts import KINDS, PLATFORM, buried
from etl import verify
from etl.cli.build import choose
from etl.job import Job

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
    assert (named(found), found.requests, found.counts.read) == ([], 1, 20)


@pytest.mark.parametrize("place", [0, 1, 333, 777, 998, 999])
def test_one_deletion_is_found_by_halving_the_places(sqlite_session, account, place):
    keys = many(account, 1_000)
    account.mirror(sqlite_session, TASKS)
    account.state.delete("enhance_tasks", keys[place])
    found = look(sqlite_session, account, TASKS)[TASKS]
    assert named(found) == [("extra", keys[place])]
    assert found.requests <= 2 * (2 * log2(1_000 / 20) + 3)  # all of it twice
    mended = look(sqlite_session, account, TASKS, run_id=2)[TASKS]
    assert (len(mended.mended), buried(sqlite_session, TASKS)) == (1, [keys[place]])


@pytest.mark.parametrize("missing", [False, True])
def test_extra_rows_that_share_a_number_are_found(session, account, missing):
    keys = many(account, 100)
    account.mirror(session, TASKS)
    table, number = f"qianfan_{TASKS}", "numeric_id"
    with session.transaction():
        session.run(
            f"INSERT INTO {table} (source, id, {number}) "
            f"SELECT source, 'other', {number} FROM {table} WHERE id = '{keys[30]}'",
            (),
        )
        if missing:
            session.run(f"DELETE FROM {table} WHERE id = '{keys[60]}'", ())
    found = look(session, account, TASKS)[TASKS]
    assert named(found) == [("extra", "other"), *([("missing", keys[60])] * missing)]


def test_a_few_rows_that_are_missing_and_extra_are_all_found(sqlite_session, account):
    keys = many(account, 1_000)
    account.mirror(sqlite_session, TASKS)
    for place in (17, 18, 500):
        account.state.delete("enhance_tasks", keys[place])
    with sqlite_session.transaction():
        sqlite_session.run(f"DELETE FROM qianfan_{TASKS} WHERE id = ?", (keys[800],))
    found = look(sqlite_session, account, TASKS)[TASKS]
    wanted = [("extra", keys[place]) for place in (17, 18, 500)] + [("missing", keys[800])]
    assert named(found) == sorted(wanted)
    assert found.counts.read < 400


def test_a_list_emptied_at_the_source_is_all_extra(sqlite_session, account):
    keys = many(account, 30)
    account.mirror(sqlite_session, TASKS)
    for key in keys:
        account.state.delete("enhance_tasks", key)
    found = look(sqlite_session, account, TASKS)[TASKS]
    assert named(found) == sorted(("extra", key) for key in keys)


def test_a_list_in_another_order_is_read_whole(sqlite_session, account):
    keys = [account.state.add_etl(status=2)["etlStrId"] for _ in range(100)]
    account.mirror(sqlite_session, "etl_tasks")
    account.state.quirks.etl_order = "oldest"
    account.state.delete("etl_tasks", keys[50])
    found = look(sqlite_session, account, "etl_tasks")["etl_tasks"]
    assert (named(found), found.counts.read > 99) == ([("extra", keys[50])], True)


def test_a_list_without_the_old_numbers_is_read_whole(sqlite_session, account):
    account.state.quirks.int_ids = False
    keys = many(account, 100)
    account.mirror(sqlite_session, TASKS)
    account.state.delete("enhance_tasks", keys[50])
    found = look(sqlite_session, account, TASKS)[TASKS]
    assert (named(found), found.counts.read > 99) == ([("extra", keys[50])], True)


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


@pytest.mark.parametrize("stream", ["augmentation_tasks", "text_augmentation_tasks"])
def test_a_repair_refuses_an_empty_list_as_a_sync_does(sqlite_session, account, stream):
    for number in range(3):
        account.state.add_enhance(f"e{number}", status=3)
        account.state.add_text_augment(status="Succeeded")
    account.mirror(sqlite_session)
    for key in account.state.keys(KINDS[stream]):
        account.state.delete(KINDS[stream], key)
    assert account.run(sqlite_session, trusting=False)[stream].outcome == "refused"
    with closing(account.client()) as client:
        job = Job(account.source, PLATFORM, client, choose(PLATFORM, account.source, (stream,)))
        (found,) = verify.run([job], sqlite_session, deep=True, run_id=9)
    assert (found.outcome, buried(sqlite_session, stream)) == ("refused", [])


def test_after_the_keys_were_renewed_the_account_is_known_again(sqlite_session, account):
    many(account, 3)
    account.mirror(sqlite_session)
    account.renew_keys("ALTAKother0123456789", "another-secret")
    assert named(look(sqlite_session, account)[TASKS]) == []
