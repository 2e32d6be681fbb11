"""Whom the stand-in lets in: signatures, keys and the age of both."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.exchange import Request
from etl.standins.qianfan import Qianfan, refusals, signature
from etl.standins.qianfan.gate import Gate
from etl.standins.qianfan.refusals import Refusal
from qianfan_client import ENHANCE, NOON, Signed, enhance, signed

FILE = Path(__file__).parents[1] / "platforms" / "qianfan" / "bce_auth_v1.json"
VECTORS = json.loads(FILE.read_text("utf-8"))["vectors"]


@pytest.fixture
def platform():
    with Qianfan(clock=Clock(NOON)) as platform:
        yield platform


@pytest.fixture
def client(platform):
    with httpx.Client(base_url=platform.url, auth=signed(platform)) as client:
        yield client


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
