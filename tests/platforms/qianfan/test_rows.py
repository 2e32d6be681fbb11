"""What the mirror holds of an account is what the platform serves, row by row."""

import pytest

from accounts import KINDS, books_apart, buried, differences, expected, mirrored
from etl.standins.qianfan.seed import lively, work_a_while
from etl.standins.qianfan.volume import many
from mirror import content, dump, rows

# One page of each list, every further one of 19 rows that are new, and one look at the new end:
# 45 augmentation tasks take 4, 22 etl tasks 3. 6 datasets and 4 jobs are asked for their parts.
QUIET = 4 + 3 + 1 + 1 + 1 + 1 + 6 + 4


def test_every_stream_is_mirrored_row_by_row(session, account):
    lively(account.state)
    account.mirror(session)
    assert differences(session, account) == []
    assert all(mirrored(session, stream) for stream in KINDS)


def test_a_quiet_run_asks_21_times_and_writes_nothing(session, account):
    lively(account.state)
    account.mirror(session)
    before = books_apart(dump(session))
    account.clock.advance(minutes=15)
    assert account.mirror(session) == QUIET == 21
    assert books_apart(dump(session)) == before


def test_a_days_work_is_mirrored_row_by_row(session, account):
    lively(account.state)
    account.mirror(session)
    account.clock.advance(days=1)
    work_a_while(account.state)
    account.mirror(session)
    assert differences(session, account) == []
    assert len(buried(session, "augmentation_tasks")) == 1


def test_a_mirror_kept_for_days_is_what_a_new_one_would_be(session, sqlite_session, account):
    lively(account.state)
    for day in range(2):
        account.mirror(session, page_size=7)
        account.clock.advance(days=1)
        work_a_while(account.state, seed=day)
    account.mirror(session)
    account.mirror(sqlite_session)
    assert content(session) == content(sqlite_session)


@pytest.mark.parametrize("stream", KINDS)
def test_a_record_deleted_upstream_becomes_a_tombstone(sqlite_session, account, stream):
    lively(account.state)
    account.mirror(sqlite_session)
    key = account.state.keys(KINDS[stream])[1]
    account.state.delete(KINDS[stream], key)
    account.mirror(sqlite_session)
    assert buried(sqlite_session, stream) == [key]
    assert mirrored(sqlite_session, stream) == expected(account, stream)


@pytest.mark.parametrize("stream", KINDS)
def test_a_record_changed_upstream_is_changed_here(sqlite_session, account, stream):
    lively(account.state)
    account.mirror(sqlite_session)
    key = account.state.keys(KINDS[stream])[0]
    account.state.patch(KINDS[stream], key, name="renamed", description="told anew")
    account.mirror(sqlite_session)
    assert mirrored(sqlite_session, stream) == expected(account, stream)


def test_the_parts_of_a_deleted_dataset_go_with_it(session, account):
    kept, gone = (account.state.add_dataset(name, versions=2) for name in ("kept", "gone"))
    account.mirror(session)
    account.state.delete_dataset(gone["datasetId"])
    account.mirror(session)
    assert buried(session, "datasets") == [gone["datasetId"]]
    rows = mirrored(session, "dataset_versions")
    assert {row["dataset_id"] for row in rows} == {kept["datasetId"]}


def test_operations_are_a_row_each_and_go_with_their_task(session, account):
    task = account.state.add_enhance(operations="随机删除，同词性替换, 近义词替换")  # noqa: RUF001  # the platform's own
    account.mirror(session)
    key = {"task_id": task["strId"], "extra": None}
    assert rows(session, "qianfan_augmentation_operations") == [
        key | {"position": 0, "operation": "随机删除"},
        key | {"position": 1, "operation": "同词性替换"},
        key | {"position": 2, "operation": "近义词替换"},
    ]
    account.state.patch("enhance_tasks", task["strId"], operations="")
    account.mirror(session)
    assert rows(session, "qianfan_augmentation_operations", deleted_at=None) == []


def test_a_thousand_tasks_take_53_requests_and_are_all_there(session, account):
    many(account.state, 1_000)
    assert account.mirror(session, "augmentation_tasks") == 53 + 1  # the last looks at the new end
    assert mirrored(session, "augmentation_tasks") == expected(account, "augmentation_tasks")


def test_a_thousand_tasks_of_v2_take_10_requests(session, account):
    many(account.state, 1_000)
    assert account.mirror(session, "text_augmentation_tasks") == 10
    stream = "text_augmentation_tasks"
    assert mirrored(session, stream) == expected(account, stream)
