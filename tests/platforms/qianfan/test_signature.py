"""The signature bce-auth-v1, against the vectors of the documents and of the official package."""

import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from accounts import Account
from etl.auth import BceSignature, canonical
from etl.client import Client
from etl.exchange import Request
from etl.platforms.qianfan import login
from etl.source import Secret
from etl.standins.faults import Fault
from etl.standins.qianfan import refusals

FILE = Path(__file__).parent / "bce_auth_v1.json"
VECTORS = {one["name"]: one for one in json.loads(FILE.read_text("utf-8"))["vectors"]}
# What we send: host, date and the token, of a path and a query.
OURS = (
    "enhance_list_minimal",
    "v2_dataprocessing_query_action",
    "sts_security_token",
    "canonical_query_sorting",
    "canonical_uri_non_ascii",
)
ASK = Request("/wenxinworkshop/enhance/list", method="POST", json={"isSelfInstruct": True})


def made(vector):
    """Make the request of a vector as httpx would send it."""
    url = httpx.URL(f"{vector['scheme']}://{vector['host']}{vector['path']}")
    params = [tuple(pair) for pair in vector["query"]]
    headers = {**vector["headers"]}
    if params:
        url = url.copy_merge_params(params)
    return httpx.Request(vector["method"], url, headers=headers)


def signature(vector):
    token = vector["headers"].get("x-bce-security-token", "")
    keys = (vector["access_key_id"], vector["secret_access_key"], token)
    return BceSignature(*keys, clock=lambda: vector["timestamp_epoch"] + 0.9)


@pytest.mark.parametrize("name", VECTORS)
def test_every_vector_is_canonical(name):
    vector = VECTORS[name]
    assert canonical(made(vector), vector["signed_headers"]) == vector["canonical_request"]


@pytest.mark.parametrize("name", [n for n in VECTORS if VECTORS[n]["signed_headers_field"]])
def test_every_vector_is_signed_with_its_headers(name):
    vector = VECTORS[name]
    names, lifetime = vector["signed_headers"], vector["expiration_in_seconds"]
    signed = signature(vector).signed(made(vector), vector["timestamp"], names, lifetime)
    assert signed == vector["authorization"]


@pytest.mark.parametrize("name", OURS)
def test_what_we_send_is_signed_as_the_vectors_say(name):
    vector = VECTORS[name]
    request = made(vector | {"headers": {}})
    next(signature(vector).auth_flow(request))
    assert request.headers["authorization"] == vector["authorization"]
    assert request.headers["x-bce-date"] == vector["timestamp"]


def test_a_port_is_signed_as_it_is_sent():
    vector = VECTORS["mock_server_host_with_port"]
    request = made(vector | {"headers": {}})
    next(signature(vector).auth_flow(request))
    said = signature(vector).signed(request, vector["timestamp"], ["host", "x-bce-date"], 1800)
    assert request.headers["authorization"] == said
    assert "host:127.0.0.1%3A8866" in canonical(request, ["host"])


@pytest.mark.parametrize("url", ["https://here.test:443/a", "https://here.test/a"])
def test_the_usual_port_is_neither_sent_nor_signed(url):
    request = httpx.Request("POST", url)
    assert canonical(request, ["host"]) == "POST\n/a\n\nhost:here.test"


@pytest.mark.parametrize(
    ("path", "signed"),
    [("", "/"), ("/", "/"), ("/a/", "/a/"), ("/a b~c", "/a%20b~c"), ("/a%2Fb", "/a/b")],
)
def test_a_path_is_encoded_but_for_its_slashes(path, signed):
    request = httpx.Request("GET", f"https://here.test{path}")
    assert canonical(request, []).splitlines()[1] == signed


def test_an_authorization_in_the_query_is_not_signed():
    request = httpx.Request("GET", "https://here.test/?b=2&Authorization=x&a=1")
    assert canonical(request, []).splitlines()[2] == "a=1&b=2"


def test_no_repr_of_it_holds_a_key():
    assert "hunter2" not in repr(BceSignature("a", "hunter2", "hunter2"))


# Made anew for every attempt


@pytest.fixture
def account():
    with Account() as account:
        yield account
        assert account.replays == []


def dates(account):
    return [request.headers["x-bce-date"][14:19] for request in account.requests]


@pytest.mark.parametrize(
    "trouble",
    [
        refusals.internal(503),
        refusals.qps(),
        refusals.too_many(7),
    ],
    ids=lambda refusal: str(refusal.code),
)
def test_a_refused_request_is_signed_anew_after_the_pause(account, trouble):
    account.plan(trouble, times=2)
    with closing(account.client(sleep=lambda _: account.clock.advance(seconds=30))) as client:
        client.send(ASK)
    assert dates(account) == ["00:00", "00:30", "01:00"]


def test_a_signature_that_came_too_late_is_made_anew(account):
    account.clock.freeze(datetime.now(UTC))
    account.plan(refusals.expired("2026-11-21T11:00:00Z"))
    with closing(account.client(sleep=lambda _: account.clock.advance(seconds=30))) as client:
        client.send(ASK)
    first, second = dates(account)
    assert first != second


@pytest.mark.parametrize("fault", [{"close": True}, {"delay": 1.0}], ids=str)
def test_a_lost_request_is_signed_anew(account, fault):
    account.faults.append(Fault(method="POST", **fault))
    source = replace(account.source, timeout=0.3)
    pause = lambda _: account.clock.advance(seconds=30)  # noqa: E731
    with closing(account.client(source, sleep=pause)) as client:
        client.send(ASK)
    assert dates(account) == ["00:00", "00:30"]


def test_a_signature_does_not_grow_old_while_the_limiter_waits(account):
    waits = []

    def wait(seconds):
        waits.append(seconds)
        account.clock.advance(hours=2)

    source = replace(account.source, requests_per_second=0.01)
    with closing(account.client(source, sleep=wait)) as client:
        for _ in range(3):
            assert client.send(ASK).status == 200
    assert [round(seconds, -2) for seconds in waits] == [100, 200]


def test_temporary_keys_bring_their_token_signed(account):
    account.gate.add("tmpAK", "tmpSK", "session/token==")
    options = {"access_key": "tmpAK", "secret_key": "tmpSK", "session_token": "session/token=="}
    source = replace(account.source, options={k: Secret(v) for k, v in options.items()})
    account.clock.freeze(datetime.now(UTC))
    with closing(Client(source, login.authorise(source), login.explain)) as client:
        assert client.send(ASK).status == 200
    headers = account.requests[0].headers
    assert headers["x-bce-security-token"] == "session/token=="
    assert "/host;x-bce-date;x-bce-security-token/" in headers["authorization"]
