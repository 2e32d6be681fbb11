"""The stand-in's V1 lists: their quirks, each from the documents, the SDK or its samples."""

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.qianfan import Qianfan
from etl.standins.qianfan.volume import many
from qianfan_client import ENHANCE, NOON, enhance, items, signed


@pytest.fixture
def platform():
    with Qianfan(clock=Clock(NOON)) as platform:
        yield platform


@pytest.fixture
def client(platform):
    with httpx.Client(base_url=platform.url, auth=signed(platform)) as client:
        yield client


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"isSelfInstruct": False},
        {"isSelfInstruct": True, "pageSize": 21},
        {"isSelfInstruct": True, "pageSize": 0},
        {"isSelfInstruct": True, "offset": -1},
        {"isSelfInstruct": True, "offset": "0"},
        {"isSelfInstruct": True, "sortField": "startTime"},
        {"isSelfInstruct": True, "sortBy": "desc"},
        {"isSelfInstruct": True, "sortField": "finishTime", "sortBy": "asc"},
    ],
)
def test_wrong_arguments_are_param_invalid_at_200(client, body):
    answer = client.post(ENHANCE, json=body)
    wrong = {"code": 500001, "message": "param invalid"}
    assert (answer.status_code, answer.json()) == (200, wrong)


def test_a_new_task_is_a_whole_row_without_times(platform, client):
    task = platform.state.add_enhance("数据增强_1")
    assert items(enhance(client)) == [
        {
            "id": 241,
            "strId": task["strId"],
            "projectType": 20,
            "sourceDatasetId": 2343,
            "sourceDatasetStrId": task["sourceDatasetStrId"],
            "sourceDatasetName": "sys_bos数据集2343-V1",
            "destDatasetId": 2344,
            "destDatasetStrId": task["destDatasetStrId"],
            "destDatasetName": "sys_bos数据集2344-V1",
            "area": 0,
            "status": 0,
            "strategy": 0,
            "operations": "",
            "startTime": "",
            "finishTime": "",
            "failReason": "",
            "isSelfInstruct": True,
            "name": "数据增强_1",
            "modelName": "ERNIE-3.5-8K",
        }
    ]


def test_the_envelope_has_a_status_of_its_own(client):
    answer = enhance(client).json()
    assert answer.pop("log_id").isdecimal()
    assert answer == {"result": {"total": 0, "items": []}, "status": 200, "success": True}


def test_tasks_come_by_descending_id_at_row_offsets(platform, client):
    many(platform.state, 45)
    keys = platform.state.keys("enhance_tasks")[::-1]
    seen = [row["strId"] for at in (0, 20, 40) for row in items(enhance(client, at))]
    assert (seen, enhance(client, 40).json()["result"]["total"]) == (keys, 45)
    assert [row["strId"] for row in items(enhance(client, 7, 3))] == keys[7:10]


def test_sorting_by_start_is_local_text_with_the_unstarted_first(platform, client):
    late, early = (platform.state.add_enhance(name) for name in ("late", "early"))
    platform.state.add_enhance("waiting")
    platform.state.progress_enhance(early["strId"], 1)
    platform.clock.advance(60)
    platform.state.progress_enhance(late["strId"], 1)
    rows = items(enhance(client, sortField="startTime", sortBy="asc"))
    stamps = ["", "2026-11-21 20:00:00", "2026-11-21 20:01:00"]
    assert [row["startTime"] for row in rows] == stamps
    assert [row["name"] for row in rows] == ["waiting", "early", "late"]


def test_equal_start_times_may_flip_between_requests(platform, client):
    for name in ("one", "two"):
        platform.state.add_enhance(name, status=1)
    platform.state.quirks.flipping = True
    walks = [items(enhance(client, sortField="startTime", sortBy="asc")) for _ in range(2)]
    assert walks[0] == walks[1][::-1]


def test_a_word_finds_names_and_version_ids(platform, client):
    task = platform.state.add_enhance()
    platform.state.add_enhance()
    words = ("sys_bos", "2343", task["destDatasetStrId"], "nothing")
    totals = [enhance(client, word=word).json()["result"]["total"] for word in words]
    assert totals == [2, 1, 1, 0]


def test_ending_a_task_stamps_it_and_keeps_its_reason(platform, client):
    task = platform.state.add_enhance(status=1)
    platform.clock.advance(minutes=3)
    platform.state.progress_enhance(task["strId"], 4, "对象存储访问异常")
    (row,) = items(enhance(client))
    assert (row["status"], row["failReason"]) == (4, "对象存储访问异常")
    assert (row["startTime"], row["finishTime"]) == ("2026-11-21 20:00:00", "2026-11-21 20:03:00")


def test_a_detail_calls_two_fields_otherwise(platform, client):
    task = platform.state.add_enhance(status=4, failReason="对象存储访问异常")
    body = {"taskId": task["strId"]}
    found = client.post("/wenxinworkshop/enhance/detail", json=body).json()["result"]
    assert (found["retStr"], found["serviceName"]) == ("对象存储访问异常", "ERNIE-3.5-8K")
    assert not found.keys() & {"failReason", "modelName", "strId"}


def test_details_of_deleted_tasks_are_refused_inside_the_envelope(platform, client):
    task = platform.state.add_enhance()
    platform.state.delete("enhance_tasks", task["strId"])
    body = {"taskId": task["strId"]}
    answer = client.post("/wenxinworkshop/enhance/detail", json=body)
    found = answer.json()
    assert (answer.status_code, found["status"], found["success"]) == (200, 400, False)


def test_both_generations_of_ids_can_be_missing(platform, client):
    platform.state.add_enhance()
    platform.state.quirks.int_ids = False
    new = items(enhance(client))[0].keys()
    platform.state.quirks.int_ids, platform.state.quirks.str_ids = True, False
    old = items(enhance(client))[0].keys()
    assert new ^ old == {
        *("id", "sourceDatasetId", "destDatasetId"),
        *("strId", "sourceDatasetStrId", "destDatasetStrId"),
    }
    assert platform.state.truth("enhance_tasks") == items(enhance(client))


def test_cleaning_tasks_write_times_in_four_ways(platform, client):
    task = platform.state.add_etl()
    answer = client.post("/wenxinworkshop/etl/list", json={"offset": 0, "pageSize": 20}).json()
    (row,) = answer["result"]["items"]
    assert (answer["result"]["processingCount"], isinstance(answer["log_id"], int)) == (1, True)
    assert [row[f"{name}Time"] for name in ("start", "create", "finish", "modify")] == [
        "2026-11-21 20:00:00",
        "2026-11-21T20:00:00+08:00",
        "0001-01-01T00:00:00Z",
        "2026-11-21T20:00:00.000000683+08:00",
    ]
    assert platform.state.progress_etl(task["etlStrId"])["finishTime"] == row["createTime"]


@pytest.mark.parametrize(
    ("quirk", "value", "shown"),
    [
        ("text_status", True, lambda body: body["status"] == "200"),
        ("null_items", True, lambda body: body["result"]["items"] is None),
    ],
)
def test_what_the_samples_leave_open_can_be_set(platform, client, quirk, value, shown):
    setattr(platform.state.quirks, quirk, value)
    assert shown(enhance(client).json())
