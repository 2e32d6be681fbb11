"""What becomes of odd records: ids, times, codes and types."""

import pytest

from accounts import expected, mirrored
from etl.platforms.qianfan import records
from etl.times import utc
from mirror import rows

TASKS = "augmentation_tasks"


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        ("2023-11-08 10:44:21", "2023-11-08 02:44:21.000000"),
        ("2024-01-16T18:38:08+08:00", "2024-01-16 10:38:08.000000"),
        ("2023-10-25T16:16:38.430058683+08:00", "2023-10-25 08:16:38.430058"),
        ("2024-01-29T16:24:32Z", "2024-01-29 16:24:32.000000"),
        ("2024-01-29T16:24:32.5Z", "2024-01-29 16:24:32.500000"),
        (1_700_000_000, "2023-11-14 22:13:20.000000"),
        (1_700_000_000_123, "2023-11-14 22:13:20.123000"),
        (1_700_000_000.5, "2023-11-14 22:13:20.500000"),
        *((nothing, None) for nothing in ("", "-", "0", 0, None)),
        *((f"{year}-01-01T00:00:00Z", None) for year in ("0000", "0001")),
        ("0000-00-00T00:00:00Z", None),
        ("0000-00-00 00:00:00", None),
        ("0001-01-01 08:05:43", None),
    ],
)
def test_every_notation_of_a_time_is_read(sent, held):
    assert utc(records.moment(sent)) == held


@pytest.mark.parametrize("sent", ["soon", "2023-13-08 10:44:21", True, [], {}, 1e300, 10**30])
def test_what_is_no_time_is_said_to_be_none(sent):
    with pytest.raises(ValueError, match=r"time|range|month|isoformat|year"):
        records.moment(sent)


def test_a_record_with_an_impossible_time_is_set_aside_alone(account, session):
    good, bad = account.state.add_enhance(), account.state.add_enhance()
    account.state.patch("enhance_tasks", bad["strId"], startTime=10**30)
    report = account.run(session, TASKS)[TASKS]
    assert (report.counts.read, report.counts.rejected) == (2, 1)
    assert [row["id"] for row in mirrored(session, TASKS)] == [good["strId"]]


def test_a_task_is_a_whole_row(account, session):
    account.state.add_enhance(
        "增强", status=4, failReason="对象存储访问异常", projectType=401, strategy=2, area=9
    )
    account.state.patch("enhance_tasks", account.state.keys("enhance_tasks")[0], weight=1.5)
    account.mirror(session, TASKS)
    (row,) = mirrored(session, TASKS)
    sent = account.state.truth("enhance_tasks")[0]
    assert row == {
        "id": sent["strId"],
        "numeric_id": 241,
        "name": "增强",
        "project_type": 401,
        "project_type_name": "text without labels",
        "source_dataset_id": sent["sourceDatasetStrId"],
        "source_dataset_numeric_id": 2343,
        "source_dataset_name": "sys_bos数据集2343-V1",
        "dest_dataset_id": sent["destDatasetStrId"],
        "dest_dataset_numeric_id": 2344,
        "dest_dataset_name": "sys_bos数据集2344-V1",
        "area": 9,
        "area_name": "unknown (9)",
        "status": 4,
        "status_name": "failed",
        "strategy": 2,
        "strategy_name": "parallel",
        "operations": "",
        "start_time": "2026-11-21 12:00:00.000000",
        "finish_time": "2026-11-21 12:00:00.000000",
        "fail_reason": "对象存储访问异常",
        "is_self_instruct": True,
        "model_name": "ERNIE-3.5-8K",
        "extra": {"weight": 1.5},
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (-1, "none"),
        (0, "preparing"),
        (1, "running"),
        (2, "completed"),
        (3, "terminated"),
        (4, "failed"),
        (300, "unknown (300)"),
        (None, None),
    ],
)
def test_a_status_is_named_beside_its_number(code, name):
    mended = records.AUGMENTATION.mend({"strId": "t", "status": code}, None)
    assert (mended["status"], mended["statusName"]) == (code, name)


def test_old_ids_beyond_what_a_float_holds_are_exact(account, session):
    task = account.state.add_enhance()
    account.state.patch("enhance_tasks", task["strId"], id=2**53 + 1, sourceDatasetId=2**63 - 1)
    account.mirror(session, TASKS)
    (row,) = mirrored(session, TASKS)
    assert (row["numeric_id"], row["source_dataset_numeric_id"]) == (2**53 + 1, 2**63 - 1)


@pytest.mark.parametrize("quirks", [{"int_ids": False}, {"str_ids": False}], ids=str)
def test_either_generation_of_ids_may_be_missing(account, session, quirks):
    vars(account.state.quirks).update(quirks)
    for _ in range(25):
        account.state.add_enhance(status=2)
        account.state.add_etl()
    account.mirror(session)
    for stream in (TASKS, "etl_tasks"):
        assert mirrored(session, stream) == expected(account, stream)


def test_a_task_whose_new_id_appears_later_is_one_row_then(account, session):
    task = account.state.add_enhance()
    account.state.quirks.str_ids = False
    account.mirror(session, TASKS)
    assert [row["id"] for row in mirrored(session, TASKS)] == ["id:241"]
    account.state.quirks.str_ids = True
    account.mirror(session, TASKS)
    assert [row["id"] for row in mirrored(session, TASKS)] == [task["strId"]]


@pytest.mark.parametrize("quirk", ["numeric_str_id", "repeating", "text_status"])
def test_what_samples_show_is_read(account, session, quirk):
    setattr(account.state.quirks, quirk, True)
    for _ in range(18):
        account.state.add_etl()
    account.mirror(session, "etl_tasks")
    assert mirrored(session, "etl_tasks") == expected(account, "etl_tasks")


@pytest.mark.parametrize("rows", [50, 120])
def test_a_list_that_repeats_its_first_page_is_an_error_and_buries_nothing(account, session, rows):
    for _ in range(rows):
        account.state.add_enhance(status=2)
    account.mirror(session, TASKS)
    account.state.quirks.repeating = True
    report = account.run(session, TASKS)[TASKS]
    assert report.outcome == "failed"
    assert "gives a page again" in report.error or "the same page" in report.error
    assert report.requests < 30
    assert len(mirrored(session, TASKS)) == rows


@pytest.mark.parametrize("bad", [{"strId": ["x"]}, {"strId": True}, {"strId": None, "id": None}])
def test_a_record_without_an_id_is_set_aside_and_buries_nobody(account, sqlite_session, bad):
    kept, spoiled = account.state.add_enhance(), account.state.add_enhance()
    account.mirror(sqlite_session, TASKS)
    account.state.patch("enhance_tasks", spoiled["strId"], **bad)
    report = account.run(sqlite_session, TASKS)[TASKS]
    assert report.counts.rejected == 1
    held = {row["id"] for row in mirrored(sqlite_session, TASKS)}
    assert held == {kept["strId"], account.state.keys("enhance_tasks")[0]} | held
    assert len(held) == 2


def test_a_time_of_creation_by_another_name_is_taken(account, session):
    task = account.state.add_text_augment()
    account.state.patch("text_augment_tasks", task["taskId"], createTime=None)
    account.state.drop("text_augment_tasks", task["taskId"], "createTime")
    account.state.patch("text_augment_tasks", task["taskId"], createdTime="2026-11-21 20:00:00")
    account.mirror(session, "text_augmentation_tasks")
    (row,) = rows(session, "qianfan_text_augmentation_tasks")
    assert (row["create_time"], row["extra"]) == ("2026-11-21 12:00:00.000000", None)


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        (b'""', []),
        (b"null", []),
        (b'"\xe9\x9a\x8f\xe6\x9c\xbamask"', [(0, "随机mask")]),
        ('"a,b，c, d ,"'.encode(), [(0, "a"), (1, "b"), (2, "c"), (3, "d")]),  # noqa: RUF001  # the platform's own
    ],
)
def test_operations_are_split_at_either_comma(listed, told):
    assert records.operations(listed) == (told,)
