"""The stand-in's quirks, each one from the documents, the SDK or its samples."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.exchange import Request
from etl.standins.qianfan import Qianfan, refusals, signature
from etl.standins.qianfan.gate import Gate
from etl.standins.qianfan.refusals import Refusal
from etl.standins.qianfan.seed import lively, work_a_while
from etl.standins.qianfan.volume import many

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILE = Path(__file__).parents[1] / "platforms" / "qianfan" / "bce_auth_v1.json"
VECTORS = json.loads(FILE.read_text("utf-8"))["vectors"]
ENHANCE = "/wenxinworkshop/enhance/list"


class Signed(httpx.Auth):
    """Signs host and x-bce-date, as the documents recommend, when all values are plain."""

    def __init__(self, key, secret, clock, token=None, also=()):
        self.key, self.secret, self.clock = key, secret, clock
        self.lifetime, self.token, self.also = 1800, token, also

    def auth_flow(self, request):
        stamp = self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        request.headers["x-bce-date"] = stamp
        if self.token:
            request.headers["x-bce-security-token"] = self.token
        names = sorted({"host", "x-bce-date", *self.also})
        lines = [f"{name}:{quote(request.headers[name], safe='')}" for name in names]
        prefix = f"bce-auth-v1/{self.key}/{stamp}/{self.lifetime}"
        url = urlsplit(str(request.url))
        text = "\n".join((request.method, url.path, url.query, *lines))
        signed = digest(digest(self.secret, prefix), text)
        request.headers["authorization"] = f"{prefix}/{';'.join(names)}/{signed}"
        yield request


def digest(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def platform():
    with Qianfan(clock=Clock(NOON)) as platform:
        yield platform


def signed(platform, secret=None, clock=None):
    secret = secret or platform.secret_key
    return Signed(platform.access_key, secret, clock or platform.clock)


@pytest.fixture
def client(platform):
    with httpx.Client(base_url=platform.url, auth=signed(platform)) as client:
        yield client


def enhance(client, offset=0, size=20, **body):
    body = {"isSelfInstruct": True, "offset": offset, "pageSize": size, **body}
    return client.post(ENHANCE, json=body)


def items(answer):
    return answer.json()["result"]["items"]


def act(client, action, **body):
    routes = {"Text": "dataprocessing", "Data": "dataset", "Fine": "finetuning"}
    route = routes.get(action.removeprefix("Describe")[:4], "batchinference")
    return client.post(f"/v2/{route}?Action={action}", json=body)


def walk(client, action, items, **body):
    rows, marker = [], ""
    while True:
        page = act(client, action, marker=marker, **body).json()
        page = page.get("result", page)
        rows += page[items]
        if not page["pageInfo"]["isTruncated"]:
            return rows
        marker = page["pageInfo"]["nextMarker"]


# The signature


def asked(vector):
    return Request(
        method=vector["method"],
        path=vector["path"],
        params=[tuple(pair) for pair in vector["query"]],
        headers={name.lower(): value for name, value in vector["headers"].items()}
        | {"authorization": vector["authorization"]},
    )


def gate(vector, **changes):
    at = datetime.fromtimestamp(vector["timestamp_epoch"], UTC) + timedelta(**changes)
    gate = Gate(clock=Clock(at))
    token = vector["headers"].get("x-bce-security-token")
    gate.add(vector["access_key_id"], vector["secret_access_key"], token)
    return gate


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["name"])
def test_every_vector_is_let_in(vector):
    parsed = signature.parsed(vector["authorization"])
    assert signature.canonical_request(asked(vector), parsed.signed) == vector["canonical_request"]
    gate(vector).admit(asked(vector))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["name"])
def test_a_vector_expires_after_its_seconds(vector):
    last = vector["expiration_in_seconds"]
    gate(vector, seconds=last).admit(asked(vector))
    with pytest.raises(Refusal) as caught:
        gate(vector, seconds=last + 1).admit(asked(vector))
    said = f"Request has expired. Timestamp date is {vector['timestamp']}."
    assert (caught.value.status, caught.value.message) == (400, said)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["name"])
def test_a_vector_says_nothing_about_another_request(vector):
    other = asked(vector)
    other.params.append(("more", "1"))
    with pytest.raises(Refusal, match="Signature does not match"):
        gate(vector).admit(other)


def test_the_order_of_signed_headers_is_free():
    vector = VECTORS[1]
    names = ";".join(reversed(vector["signed_headers"]))
    text = vector["authorization"].replace(vector["signed_headers_field"], names)
    gate(vector).admit(asked(vector | {"authorization": text}))


def test_a_date_from_the_future_is_expired_too():
    with pytest.raises(Refusal, match="expired"):
        gate(VECTORS[0], hours=-1).admit(asked(VECTORS[0]))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": "Bearer bce-v3/ALTAK-x/y"}, "InvalidHTTPAuthHeader"),
        (
            {"Authorization": "bce-auth-v1/x/2026-11-21T12:00:00Z/1800/host/00"},
            "InvalidAccessKeyId",
        ),
        ({"Authorization": "bce-auth-v1/x/now/1800/host;nothing/00"}, "InvalidHTTPAuthHeader"),
        ({}, "InvalidHTTPAuthHeader"),
    ],
)
def test_the_gateway_says_what_is_wrong_in_body_and_headers(platform, headers, code):
    answer = httpx.post(platform.url + ENHANCE, json={}, headers=headers)
    body = answer.json()
    assert (body["code"], answer.headers["x-bce-error-code"]) == (code, code)
    assert answer.headers["x-bce-error-message"] == body["message"]
    assert answer.headers["x-bce-request-id"] == body["requestId"]
    assert answer.status_code == (403 if code == "InvalidAccessKeyId" else 400)


def test_a_wrong_secret_and_an_unknown_key_are_worded_as_in_the_documents(platform, client):
    keys = (platform.access_key, "x"), ("ALTAKother", platform.secret_key)
    auths = [Signed(*pair, platform.clock) for pair in keys]
    messages = [client.post(ENHANCE, json={}, auth=one).json()["message"] for one in auths]
    assert messages == [
        "SignatureDoesNotMatch, cause: Fail to authn user: Signature does not match",
        "NotFound, cause: Could not find credential.",
    ]


def test_the_words_for_a_wrong_signature_can_be_others(platform, client):
    platform.gate.mismatch = refusals.mismatch("IamSignatureInvalid", 400)
    answer = client.post(ENHANCE, json={}, auth=signed(platform, secret="x"))
    assert (answer.status_code, answer.json()["code"]) == (400, "IamSignatureInvalid")


@pytest.mark.parametrize(
    ("token", "also", "status"),
    [
        ("session/token==", ("x-bce-security-token",), 200),
        ("session/token==", (), 403),
        ("another", ("x-bce-security-token",), 403),
        (None, (), 403),
    ],
)
def test_a_temporary_key_needs_its_token_signed(platform, client, token, also, status):
    platform.gate.add("tmpAK", "tmpSK", "session/token==")
    auth = Signed("tmpAK", "tmpSK", platform.clock, token=token, also=also)
    body = {"isSelfInstruct": True}
    assert client.post(ENHANCE, json=body, auth=auth).status_code == status


def test_the_date_header_is_the_servers_clock_however_wrong(platform, client):
    platform.clock.advance(hours=2)
    answer = client.post(ENHANCE, json={}, auth=signed(platform, clock=Clock(NOON)))
    assert answer.json()["code"] == "RequestExpired"
    assert parsedate_to_datetime(answer.headers["date"]) == NOON + timedelta(hours=2)


def test_a_signature_used_again_later_is_noticed(platform, client):
    request = enhance(client).request
    assert platform.replays == []
    platform.clock.advance(2)
    again = httpx.post(request.url, content=request.content, headers=request.headers)
    assert again.status_code == 200
    assert [one.headers["authorization"] for one in platform.replays] == [
        request.headers["authorization"]
    ]


def test_pages_asked_within_a_second_bear_one_signature_and_are_no_replay(platform, client):
    one, other = (enhance(client, offset).request for offset in (0, 20))
    assert one.headers["authorization"] == other.headers["authorization"]
    assert platform.replays == []


# V1


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


# V2


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


# What a mirror must not do, and what may happen to it


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


# Content to fill it with


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
