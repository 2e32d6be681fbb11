"""What the platform says when it says no, in five shapes, and what is done about it."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from accounts import KINDS, differences, mirrored
from etl.client import ATTEMPTS
from etl.client import ATTEMPTS_AT_FAILURE as AT_FAILURE
from etl.errors import BadAnswer, Forbidden, SourceError, Unauthorized, Unreachable
from etl.exchange import Answer, Request
from etl.platforms.qianfan import login
from etl.standins.faults import Fault
from etl.standins.qianfan import refusals
from etl.standins.qianfan.refusals import Refusal
from etl.standins.qianfan.seed import lively

LIST = "enhance/list"
ASK = Request(f"/wenxinworkshop/{LIST}", method="POST", json={"isSelfInstruct": True})
LATER, NO, KEYS, BAD = Unreachable, Forbidden, Unauthorized, BadAnswer


def refused(form, code, status, message="said so"):
    return Refusal(form=form, code=code, message=message, status=status)


def met(account, refusal, times=None):
    """Send a request that is refused so many times; give the error and the attempts."""
    account.plan(refusal, times=times)
    with closing(account.client()) as client, pytest.raises(SourceError) as caught:
        client.send(ASK)
    return caught.value, len(account.requests)


@pytest.mark.parametrize("shape", [(f, s) for f in "ABDE" for s in (200, 400)])
@pytest.mark.parametrize(
    ("code", "kind", "attempts"),
    [
        (500000, BAD, AT_FAILURE),
        (500001, BAD, 1),
        (17, LATER, 1),
        ("InternalError", BAD, AT_FAILURE),
        ("InappropriateJSON", BAD, 1),
        ("AccessDenied", NO, 1),
        ("OptInRequired", NO, 1),
        ("InvalidAccessKeyId", KEYS, 1),
        ("SignatureDoesNotMatch", KEYS, 1),
        ("IamSignatureInvalid", KEYS, 1),
    ],
)
def test_a_code_means_the_same_in_every_shape(account, shape, code, kind, attempts):
    form, status = shape
    error, asked = met(account, refused(form, code, status))
    assert (type(error), asked) == (kind, attempts)
    assert f"said so (code {code})" in str(error)


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize(
    ("code", "kind", "attempts"),
    [
        *((code, LATER, ATTEMPTS) for code in (1, 2, 4, 18, 336100, 336501, 336502)),
        (336000, BAD, AT_FAILURE),
        *((code, LATER, 1) for code in (17, 19)),
        (6, NO, 1),
        *((code, KEYS, 1) for code in (13, 14, 100, 110, 111)),
        *((code, BAD, 1) for code in (15, 336001, 336003, 336101, 500001, 99999)),
    ],
)
def test_an_error_code_at_200_means_what_it_is_documented_to(
    account, code, kind, attempts, as_text
):
    error, asked = met(account, refusals.coded(str(code) if as_text else code, "said so"))
    assert (type(error), asked) == (kind, attempts)


@pytest.mark.parametrize(
    ("refusal", "kind", "attempts"),
    [
        (refusals.too_many(0), LATER, ATTEMPTS),
        (refusals.too_many(None), LATER, ATTEMPTS),
        (refusals.internal(500), BAD, AT_FAILURE),
        (refusals.internal(503), LATER, ATTEMPTS),
        (refused("D", "Whatever", 500), BAD, AT_FAILURE),
        (refused("D", "Whatever", 503), LATER, ATTEMPTS),
        (refused("D", "Whatever", 403), BAD, 1),
    ],
)
def test_a_plain_status_counts_where_the_code_says_nothing(account, refusal, kind, attempts):
    error, asked = met(account, refusal)
    assert (type(error), asked) == (kind, attempts)


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_what_asks_to_try_again_is_answered_then(account, times):
    account.plan(refusals.qps(), times=times)
    with closing(account.client()) as client:
        assert client.send(ASK).status == 200
    assert client.requests == times + 1


@pytest.mark.parametrize(
    "body",
    [
        {"log_id": "1", "status": 400, "success": False, "result": {"total": 0, "items": []}},
        {"log_id": "1", "status": "500", "success": True, "result": {"total": 0, "items": []}},
        {"log_id": "1", "success": False},
    ],
)
def test_a_refusal_without_a_code_is_one_all_the_same(body):
    error = login.explain(None, Answer(200, {}, json.dumps(body).encode()))
    assert (type(error), str(error)) == (BadAnswer, "no reason given (code none)")


@pytest.mark.parametrize(
    "body",
    [
        {"log_id": 1, "status": 200, "success": True, "result": {"total": 0, "items": []}},
        {"log_id": 1, "status": "200", "success": True, "result": {"total": 0, "items": []}},
        {"code": 0, "error_code": 0, "result": {}},
        {"requestId": "1", "code": "", "result": {}},
        [],
    ],
)
def test_a_success_is_no_refusal(body):
    assert login.explain(None, Answer(200, {}, json.dumps(body).encode())) is None


def test_what_refused_keys_are_called_names_what_to_mend(account):
    account.secret_key = "wrong"
    error, asked = met(account, refused("A", 0, 200), times=0)
    assert (type(error), asked) == (Unauthorized, 1)
    assert str(error) == (
        "the keys are refused (ALTAKexa…): SignatureDoesNotMatch, cause: Fail to authn user: "
        f"Signature does not match (code SignatureDoesNotMatch); {login.KEYS}"
    )


# The clock


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(minutes=-41), "41 minutes behind"),
        (timedelta(minutes=17), "17 minutes ahead"),
        (timedelta(hours=8), "8 hours ahead"),
        (timedelta(hours=-8), "8 hours behind"),
    ],
)
@pytest.mark.parametrize("status", [400, 403])
def test_a_wrong_clock_is_explained_and_not_asked_again(account, ahead, said, status):
    theirs = (datetime.now(UTC) - ahead).strftime("%a, %d %b %Y %H:%M:%S GMT")
    answer = Answer(status, {"date": theirs}, b'{"code": "RequestExpired", "message": "late"}')
    error = login.explain(account.source, answer)
    assert (type(error), error.status) == (Unauthorized, status)
    assert str(error) == (
        f"your clock is {said} of the platform's, so signatures count as expired: "
        "set this machine's clock (late (code RequestExpired))"
    )


@pytest.mark.parametrize("date", ["", "yesterday", None, "-0000"])
def test_a_signature_that_came_late_is_made_anew(account, date):
    now = datetime.now(UTC).strftime("%a, %d %b %Y %H:%M:%S")
    said = f"{now} GMT" if date is None else f"{now} -0000" if date == "-0000" else date
    answer = Answer(400, {"date": said}, b'{"code": "RequestExpired", "message": "late"}')
    error = login.explain(account.source, answer)
    assert (type(error), error.status) == (Unreachable, None)


# What is concluded for the run


def test_a_stream_that_may_not_be_read_fails_with_nothing_but_what_is_split_by_it(account, session):
    lively(account.state)
    account.deny("DescribeDatasets")
    account.deny("enhance/list")
    reports = account.run(session)
    failed = {name for name, report in reports.items() if report.outcome != "ok"}
    assert failed == {"datasets", "dataset_versions", "augmentation_tasks"}
    assert "QianfanReadAccessPolicy" in reports["datasets"].error
    assert reports["dataset_versions"].error.startswith("not asked: datasets")
    assert differences(session, account) == ["augmentation_tasks", "datasets", "dataset_versions"]


def test_refused_keys_stop_every_stream_at_the_first_request(account, sqlite_session):
    account.gate.revoke(account.access_key)
    reports = account.run(sqlite_session)
    assert {report.outcome for report in reports.values()} == {"failed"}
    assert len(account.requests) == 1


WITHOUT_LIST = (
    {"result": None},
    {"result": {}},
    {"result": {"total": 0}},
    {"result": {"total": 3, "items": None}},
    {"result": {"items": None}},
    {"result": "no"},
    {"result": True},
    {},
    [],
    None,
    {"pageInfo": {"isTruncated": False, "nextMarker": ""}},
)
WITH_HALF = (
    {"result": []},
    {"result": {"items": []}},
    {"result": {"total": None, "items": []}},
    {"result": {"total": -1, "items": []}},
    {"result": {"total": True, "items": []}},
    {"tasks": None, "pageInfo": {"isTruncated": False, "nextMarker": ""}},
)


@pytest.mark.parametrize("stream", KINDS)
def test_an_answer_without_the_list_never_means_that_there_is_nothing(
    account, sqlite_session, stream
):
    lively(account.state)
    account.mirror(sqlite_session)
    before = mirrored(sqlite_session, stream)
    for body in (*WITHOUT_LIST, *WITH_HALF):
        wrong = json.dumps(body).encode()
        account.faults.clear()
        account.faults.append(Fault(method="POST", status=200, times=None, body=wrong))
        report = account.run(sqlite_session, stream)[stream]
        assert mirrored(sqlite_session, stream) == before
        assert report.outcome == "failed" or body in WITH_HALF, body
        assert report.outcome == "failed" or stream not in {"augmentation_tasks", "etl_tasks"}


@pytest.mark.parametrize("null_items", [False, True])
def test_an_empty_account_is_mirrored_as_one(account, session, null_items):
    account.state.quirks.null_items = null_items
    account.mirror(session)
    assert differences(session, account) == []


def test_a_list_emptied_upstream_is_empty_here(account, sqlite_session):
    account.state.add_enhance()
    account.mirror(sqlite_session, "augmentation_tasks")
    account.state.quirks.null_items = True
    account.state.delete("enhance_tasks", account.state.keys("enhance_tasks")[0])
    account.mirror(sqlite_session, "augmentation_tasks")
    assert mirrored(sqlite_session, "augmentation_tasks") == []
