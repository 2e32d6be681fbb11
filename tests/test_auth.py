"""Tokens: which kind it is, when it is renewed, and what a refusal says."""

import gzip
import json
import logging

import httpx
import pytest

from etl import auth
from etl.auth import RefreshedToken, Token
from etl.client import ATTEMPTS, Client
from etl.errors import BadAnswer, Unauthorized, Unreachable
from etl.exchange import Request
from etl.platforms.label_studio import login
from etl.source import Secret, Source
from etl.standins.clock import Clock
from etl.standins.faults import Fault
from etl.standins.label_studio import LabelStudio
from etl.standins.label_studio.tokens import Tokens

REFRESH = "/api/token/refresh/"
WHO = Request("/api/current-user/whoami")
CANARY = "canary0123456789canary0123456789canary01"


@pytest.fixture
def server():
    with LabelStudio() as server:
        yield server


@pytest.fixture
def log_in(server):
    opened = []

    def make(token):
        source = Source(
            name="s",
            platform="label_studio",
            url=server.url,
            options={"token": Secret(token)},
            page_size=1,
            concurrency=1,
            timeout=5,
            deadline=5,
        )
        auth = login.authorise(source)
        made = Client(source, auth, login.explain, sleep=lambda _seconds: None)
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()


def paths(server):
    return [request.path for request in server.requests]


def refusal(sender):
    with pytest.raises(Unauthorized) as caught:
        sender.send(WHO)
    return str(caught.value)


# Telling tokens apart


def test_a_personal_token_is_known_by_its_claims():
    assert login.is_personal(Tokens(Clock(), legacy_enabled=True).mint(1))


@pytest.mark.parametrize(
    "token", ["0123456789abcdef" * 2, "a.b.c", "..", "a.W10.c", "x.!!!.y", "ü.ü.ü"]
)
def test_whatever_else_is_taken_for_a_legacy_token(token):
    assert not login.is_personal(token)


def test_an_access_token_is_not_taken_for_a_personal_one():
    tokens = Tokens(Clock(), legacy_enabled=True)
    assert not login.is_personal(tokens.access(tokens.mint(1)))


def test_a_legacy_token_is_sent_as_it_is(server, log_in):
    log_in(server.token).send(WHO)
    assert paths(server) == [WHO.path]
    assert server.requests[0].headers["authorization"] == f"Token {server.token}"


def test_a_personal_token_is_only_ever_sent_to_be_exchanged(server, log_in):
    sender = log_in(server.personal_token)
    sender.send(WHO)
    exchange, asked = server.requests
    assert (exchange.method, exchange.path) == ("POST", REFRESH)
    assert "authorization" not in exchange.headers
    assert asked.headers["authorization"].startswith("Bearer ")
    assert server.personal_token not in asked.headers["authorization"]
    assert sender.requests == 2


def test_a_refusal_is_not_read_without_end(server, log_in, monkeypatch):
    """Packed, a few kilobytes may become any size."""
    monkeypatch.setattr(auth, "LONGEST_ANSWER", 1000)
    packed = gzip.compress(b" " * 1_000_000)
    server.faults.append(
        Fault(path=WHO.path, status=401, body=packed, headers=(("Content-Encoding", "gzip"),))
    )
    with pytest.raises(BadAnswer, match="larger than 1,000 bytes"):
        log_in(server.personal_token).send(WHO)


def test_words_of_a_refusal_are_one_short_line_in_which_nothing_is_forged(server, log_in):
    forged = "no\x1b[31m\n\u202ewarning: all is well\n" + "x" * 9000
    body = json.dumps({"detail": forged}).encode()
    server.faults.append(Fault(path=REFRESH, method="POST", status=401, body=body, times=None))
    said = refusal(log_in(server.personal_token))
    assert (said.isprintable(), len(said) <= 2000) == (True, True)


# Renewal


class Timed:
    """A clock to turn, and a server that accepts the token handed out last."""

    def __init__(self):
        self.now, self.handed_out, self.seen = 0.0, 0, []

    def __call__(self, request):
        self.seen.append(request.url.path)
        if request.url.path == "/token":
            self.handed_out += 1
            return httpx.Response(200, text=f"access-{self.handed_out}")
        good = request.headers["authorization"] == f"Bearer access-{self.handed_out}"
        return httpx.Response(200 if good else 401)


@pytest.fixture
def timed():
    return Timed()


@pytest.fixture
def http(timed):
    auth = RefreshedToken(
        lambda: httpx.Request("POST", "http://here.test/token"),
        lambda response: response.text,
        login.ACCESS_LIFETIME,
        clock=lambda: timed.now,
    )
    transport = httpx.MockTransport(timed)
    with httpx.Client(base_url="http://here.test", auth=auth, transport=transport) as http:
        yield http


def test_an_access_token_is_used_again_while_it_is_young(http, timed):
    for timed.now in (0.0, 100.0, 239.0):
        assert http.get("/a").status_code == 200
    assert timed.seen == ["/token", "/a", "/a", "/a"]


def test_an_access_token_is_renewed_before_its_300_seconds_are_over(http, timed):
    http.get("/a")
    timed.now = 299.0
    assert http.get("/a").status_code == 200
    assert timed.seen == ["/token", "/a", "/token", "/a"]


def test_an_access_token_refused_all_the_same_is_renewed_once(http, timed):
    http.get("/a")
    timed.handed_out += 1
    assert http.get("/a").status_code == 200
    assert timed.seen == ["/token", "/a", "/a", "/token", "/a"]


def test_a_server_that_refuses_every_token_is_not_asked_in_a_loop(server, log_in):
    sender = log_in(server.personal_token)
    server.tokens.settings["api_tokens_enabled"] = False
    refusal(sender)
    assert paths(server) == [REFRESH, WHO.path, REFRESH, WHO.path]
    assert sender.requests == 4


def test_a_server_too_busy_to_renew_is_asked_again(server, log_in):
    server.faults.append(Fault(method="POST", path=REFRESH, status=503, times=2))
    sender = log_in(server.personal_token)
    assert sender.send(WHO).status == 200
    assert sender.requests == len(server.requests) == 4


def test_a_server_always_too_busy_to_renew_is_unreachable(server, log_in):
    server.faults.append(Fault(method="POST", path=REFRESH, status=503, times=None))
    with pytest.raises(Unreachable, match="HTTP 503"):
        log_in(server.personal_token).send(WHO)
    assert len(server.requests) == ATTEMPTS


# What a refusal says


def test_a_wrong_legacy_token_is_named_as_one_with_where_to_make_another(log_in):
    said = refusal(log_in(CANARY))
    assert "sent as a legacy token" in said
    assert "Account & Settings" in said
    assert CANARY not in said


def test_a_disabled_legacy_token_is_told_from_a_wrong_one(server, log_in):
    server.tokens.settings["legacy_api_tokens_enabled"] = False
    said = refusal(log_in(server.token))
    assert "legacy tokens are disabled" in said
    assert "Personal Access Token" in said
    assert server.token not in said


def test_a_blacklisted_personal_token_says_so_and_where_to_make_another(server, log_in):
    token = server.personal_token
    server.tokens.revoke(token)
    said = refusal(log_in(token))
    assert "personal access token is refused (Token is blacklisted)" in said
    assert "Account & Settings" in said
    assert token not in said


def test_disabled_personal_tokens_are_named_as_the_likely_cause(server, log_in):
    server.tokens.settings["api_tokens_enabled"] = False
    said = refusal(log_in(server.personal_token))
    assert "may be disabled in this organisation" in said


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b'"access"', b"", b'{"access": null}'])
def test_an_exchange_that_gives_no_token_is_no_label_studio(server, log_in, body):
    server.faults.append(Fault(method="POST", path=REFRESH, status=200, body=body))
    with pytest.raises(BadAnswer, match="is the url that of a Label Studio"):
        log_in(server.personal_token).send(WHO)


def test_no_log_line_ever_holds_a_token(server, log_in, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("etl"), "propagate", True)
    caplog.set_level(logging.DEBUG)
    log_in(server.token).send(WHO)
    log_in(server.personal_token).send(WHO)
    refusal(log_in(CANARY))
    access = server.requests[2].headers["authorization"].removeprefix("Bearer ")
    assert caplog.records
    for secret in (server.token, server.personal_token, CANARY, access):
        assert secret not in caplog.text


def test_no_repr_of_a_flow_holds_its_token(server):
    assert CANARY not in repr(Token("Token", CANARY))
