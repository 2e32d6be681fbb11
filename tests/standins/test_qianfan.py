"""The stand-in's V2 lists, what a mirror must not ask of it, and what it is filled with."""

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.qianfan import Qianfan, refusals
from etl.standins.qianfan.seed import lively, work_a_while
from etl.standins.qianfan.volume import many
from qianfan_client import ENHANCE, NOON, act, enhance, items, signed, walk


@pytest.fixture
def platform():
    with Qianfan(clock=Clock(NOON)) as platform:
        yield platform


@pytest.fixture
def client(platform):
    with httpx.Client(base_url=platform.url, auth=signed(platform)) as client:
        yield client


def test_text_augment_tasks_have_no_result_around_them(platform, client):
    task = platform.state.add_text_augment("泛文本增强")
    answer = act(client, "DescribeTextAugmentTasks", marker="", maxKeys=100).json()
    assert answer.keys() == {"requestId", "pageInfo", "tasks"}
    assert (answer["tasks"], task["createTime"]) == ([task], "2026-11-21T20:00:00+08:00")


def test_a_page_starts_at_its_marker_and_the_last_one_says_so(platform, client):
    made = [platform.state.add_dataset(f"数据集{n}")["datasetId"] for n in range(25)]
    answer = act(client, "DescribeDatasets", marker=made[10]).json()["result"]
    info = {"marker": made[10], "maxKeys": 10, "isTruncated": True, "nextMarker": made[20]}
    assert answer["pageInfo"] == info
    assert [row["datasetId"] for row in answer["datasetList"]] == made[10:20]
    rows = walk(client, "DescribeDatasets", "datasetList", pageReverse=True, maxKeys=7)
    assert [row["datasetId"] for row in rows] == made[::-1]


def test_more_than_100_keys_count_as_100(platform, client):
    many(platform.state, 120)
    answer = act(client, "DescribeTextAugmentTasks", maxKeys=1000).json()
    assert (len(answer["tasks"]), answer["pageInfo"]["maxKeys"]) == (100, 100)


@pytest.mark.parametrize(
    ("lost", "status", "left"), [("error", 400, None), ("empty", 200, 0), ("next", 200, 1)]
)
def test_a_marker_of_a_deleted_row_leads_where_the_test_wants(platform, client, lost, status, left):
    keys = [platform.state.add_text_augment()["taskId"] for _ in range(3)]
    platform.state.delete("text_augment_tasks", keys[1])
    platform.state.quirks.lost_marker = lost
    answer = act(client, "DescribeTextAugmentTasks", marker=keys[1])
    assert answer.status_code == status
    assert left is None or len(answer.json()["tasks"]) == left


def test_filters_keep_statuses_and_refuse_unknown_ones(platform, client):
    for status in ("Running", "Failed", "Succeeded"):
        platform.state.add_text_augment(status=status)
        platform.state.add_inference(status="Queuing" if status == "Failed" else "Running")
    kept = act(client, "DescribeTextAugmentTasks", filter={"status": ["Running", "Failed"]})
    running = act(client, "DescribeBatchInferenceTasks", runStatus=["Running"])
    wrong = act(client, "DescribeBatchInferenceTasks", runStatus=["Asleep"])
    assert (len(kept.json()["tasks"]), len(running.json()["result"]["taskList"])) == (2, 2)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "InappropriateJSON")


@pytest.mark.parametrize(
    ("action", "name"), [("DatasetVersions", "datasetId"), ("FineTuningTasks", "jobId")]
)
def test_children_need_a_parent_that_exists(client, action, name):
    for body in ({}, {name: "xx-1"}):
        answer = act(client, f"Describe{action}", **body)
        assert (answer.status_code, answer.json()["code"]) == (400, "InappropriateJSON")
        assert answer.json()["message"].endswith(f"param[{name}] invalid.")


def test_versions_are_listed_by_dataset(platform, client):
    dataset, other = platform.state.add_dataset("a", versions=2), platform.state.add_dataset("b")
    versions = walk(
        client, "DescribeDatasetVersions", "versionList", datasetId=dataset["datasetId"], maxKeys=1
    )
    truth = platform.state.truth("dataset_versions")
    assert versions == [row for row in truth if row["datasetId"] != other["datasetId"]]
    assert [row["versionNumber"] for row in versions] == [1, 2]


def test_fine_tuning_comes_newest_first_and_ends_in_year_zero(platform, client):
    jobs = [platform.state.add_job()["jobId"] for _ in range(3)]
    platform.state.add_finetune(jobs[0])
    listed = walk(client, "DescribeFineTuningJobs", "jobList", maxKeys=1)
    (task,) = walk(client, "DescribeFineTuningTasks", "taskList", jobId=jobs[0])
    assert [row["jobId"] for row in listed] == jobs[::-1]
    assert (task["createDate"], task["finishDate"]) == (
        "2026-11-21T12:00:00Z",
        "0000-00-00T00:00:00Z",
    )


def test_a_finished_inference_ends_in_local_time_with_a_false_z(platform, client):
    platform.state.add_inference(status="Done")
    (row,) = walk(client, "DescribeBatchInferenceTasks", "taskList")
    assert (row["createTime"], row["finishTime"]) == (
        "2026-11-21T12:00:00Z",
        "2026-11-21T20:00:00Z",
    )


def test_an_endless_list_repeats_its_marker(platform, client):
    platform.state.quirks.endless = True
    job = platform.state.add_job()["jobId"]
    for marker in ("", job):
        info = act(client, "DescribeFineTuningJobs", marker=marker).json()["result"]["pageInfo"]
        assert (info["isTruncated"], info["nextMarker"]) == (True, job)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/wenxinworkshop/enhance/create", 403),
        ("POST", "/wenxinworkshop/enhance/delete", 403),
        ("POST", "/v2/dataset?Action=DeleteDataset", 403),
        ("POST", "/v2/service?Action=DescribeServices", 400),
        ("POST", "/v2/dataset?Action=DescribeFineTuningJobs", 400),
        ("GET", ENHANCE, 400),
        ("POST", "/elsewhere", 403),
    ],
)
def test_other_calls_are_refused_and_remembered(platform, client, method, path, status):
    answer = client.request(method, path, **({"json": {}} if method == "POST" else {}))
    assert answer.status_code == status
    assert [one.path for one in platform.forbidden] == [path.partition("?")[0]]


def test_one_stream_can_be_closed(platform, client):
    platform.deny("DescribeDatasets")
    closed, others = act(client, "DescribeDatasets"), act(client, "DescribeFineTuningJobs")
    assert (closed.status_code, closed.json()["code"]) == (403, "AccessDenied")
    assert others.status_code == 200
    platform.allow("DescribeDatasets")
    assert act(client, "DescribeDatasets").status_code == 200


def test_too_many_requests_in_a_second_are_error_18_at_200(platform, client):
    platform.pace.per_second = 2
    answers = [enhance(client).json() for _ in range(3)]
    platform.clock.advance(1)
    codes = [one.get("error_code") for one in (*answers, enhance(client).json())]
    assert codes == [None, None, 18, None]


@pytest.mark.parametrize(
    ("refusal", "status", "found"),
    [
        (refusals.param_invalid(), 200, {"code": 500001}),
        (refusals.envelope(), 200, {"status": 400, "success": False}),
        (refusals.coded("18", "Open api qps request limit reached"), 200, {"error_code": "18"}),
        (refusals.inappropriate("splitRatio"), 400, {"code": "InappropriateJSON"}),
        (refusals.too_many(), 429, {"code": "RequestLimitExceeded"}),
        (refusals.internal(503), 503, {"code": "InternalError"}),
    ],
)
def test_every_form_of_error_can_be_planned(platform, client, refusal, status, found):
    platform.plan(refusal, of="enhance/list", skip=1)
    act(client, "DescribeDatasets")
    answers = [enhance(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert found.items() <= answers[1].json().items()
    assert answers[1].headers.get("retry-after") == ("1" if status == 429 else None)


def test_rows_may_go_in_the_middle_of_a_walk(platform, client):
    many(platform.state, 45)
    first, *_, last = platform.state.keys("enhance_tasks")
    platform.before(2, lambda: platform.state.delete("enhance_tasks", last), of="enhance/list")
    act(client, "DescribeDatasets")
    totals = [enhance(client, at).json()["result"]["total"] for at in (0, 20)]
    assert totals == [45, 44]
    assert items(enhance(client, 43))[0]["strId"] == first


def test_a_renamed_dataset_is_renamed_in_finished_tasks(platform, client):
    dataset = platform.state.add_dataset("客服对话")
    (version,) = platform.state.keys("dataset_versions")
    platform.state.add_enhance(source=version, status=2)
    platform.state.rename_dataset(dataset["datasetId"], "客服对话_正式")
    assert items(enhance(client))[0]["sourceDatasetName"] == "客服对话_正式-V1"


def test_bodies_asked_are_told_by_operation(platform, client):
    enhance(client, 0)
    act(client, "DescribeDatasets", maxKeys=3)
    assert platform.asked("DescribeDatasets") == [{"maxKeys": 3}]


def content(state):
    return {kind: state.truth(kind) for kind in state.shelves}


def test_the_demo_is_the_same_every_time_and_lies_in_the_past():
    first, second = Qianfan(clock=Clock(NOON)), Qianfan(clock=Clock(NOON))
    for platform in (first, second):
        lively(platform.state)
        platform.server.stop()
    rows = content(first.state)
    assert rows == content(second.state)
    assert {row["status"] for row in rows["enhance_tasks"]} == {0, 1, 2, 3, 4}
    assert max(row["startTime"] for row in rows["enhance_tasks"]) < "2026-11-21 20:00:00"
    assert (len(rows["enhance_tasks"]), all(rows.values())) == (45, True)


def test_a_day_of_work_changes_every_kind_of_row():
    platform = Qianfan(clock=Clock(NOON))
    lively(platform.state)
    before = content(platform.state)
    work_a_while(platform.state)
    platform.server.stop()
    after = content(platform.state)
    assert [kind for kind in after if after[kind] == before[kind]] == ["finetune_jobs"]
    old, new = ({row["strId"] for row in one["enhance_tasks"]} for one in (before, after))
    assert (len(old - new), len(new - old)) == (1, 3)


def test_a_big_account_is_read_to_its_end(platform, client):
    many(platform.state, 1200)
    rows = [row for at in range(0, 1200, 20) for row in items(enhance(client, at))]
    assert rows[::-1] == platform.state.truth("enhance_tasks")
    walked = walk(client, "DescribeTextAugmentTasks", "tasks", maxKeys=100)
    assert walked == platform.state.truth("text_augment_tasks")
