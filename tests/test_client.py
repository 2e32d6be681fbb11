"""Retries, redirects, limits and the words of errors, over a made-up transport."""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

import httpx
import pytest

from etl import __version__, client
from etl.auth import Token
from etl.client import ATTEMPTS, Client
from etl.errors import (
    BadAnswer,
    ConfigurationError,
    Forbidden,
    Missing,
    SourceError,
    Unauthorized,
    Unreachable,
)
from etl.exchange import Answer, Request
from etl.source import Secret, Source
from etl.verdict import may_have_arrived

ASK = Request("/api/things", {"page": 2})
CANARY = "canary0123456789"
SECRET = "hush, this is a password"


class Server:
    """Gives planned answers in turn, the last one for ever, and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []

    def __call__(self, request):
        self.seen.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def page(status=200, body=b"{}", **headers):
    named = {"content-type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    return httpx.Response(status, content=body, headers=named)


@pytest.fixture
def connect():
    """Make clients of a planned server; `slept` tells how long they waited."""
    opened = []

    def make(*answers, explain=lambda _source, _answer: None, **settings):
        settings = {"page_size": 1, "concurrency": 1, "timeout": 5, "deadline": 5} | settings
        source = Source(name="s", platform="p", url="http://here.test/sub", **settings)
        server, slept = Server(*answers), []
        made = Client(
            source,
            Token("Token", CANARY),
            explain,
            transport=httpx.MockTransport(server),
            sleep=slept.append,
        )
        opened.append(made)
        return made, server, slept

    yield make
    for each in opened:
        each.close()


def test_an_answer_comes_whole_with_its_headers(connect):
    sender, _, slept = connect(page(body=b'{"a": 1}', x_total="7"))
    answer = sender.send(ASK)
    assert (answer.status, answer.body, answer.headers["x-total"]) == (200, b'{"a": 1}', "7")
    assert slept == []


def test_a_request_goes_below_the_sources_path_with_parameters_and_token(connect):
    sender, server, _ = connect(page())
    sender.send(Request("/api/things", {"page": 2, "q": "a b&c"}))
    assert str(server.seen[0].url) == "http://here.test/sub/api/things?page=2&q=a+b%26c"
    assert server.seen[0].headers["authorization"] == f"Token {CANARY}"
    assert server.seen[0].headers["user-agent"] == f"annomirror/{__version__}"


class Crowded(Server):
    """Keeps every caller a moment, and notes how many it had at a time."""

    inside = most = 0

    turn = threading.Lock()

    def __call__(self, _request):
        with self.turn:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)
        with self.turn:
            self.inside -= 1
        return page()


@pytest.mark.parametrize("allowed", [1, 3])
def test_no_more_requests_are_under_way_than_the_source_allows(connect, monkeypatch, allowed):
    server = Crowded(page())
    monkeypatch.setattr(sys.modules[__name__], "Server", lambda *_: server)
    sender, _, _ = connect(concurrency=allowed)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(sender.send, [ASK] * 24))
    assert (server.most, sender.requests) == (allowed, 24)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, f'{{"detail": "got Token {CANARY}"}}'),
        (404, f"<html><title>{CANARY}</title></html>"),
        (200, f"<html>{CANARY} {SECRET}</html>"),
        (403, f'{{"message": "{SECRET}"}}'),
    ],
)
def test_a_server_that_quotes_our_credentials_gives_nothing_away(connect, status, body):
    sender, _, _ = connect(page(status, body.encode()), options={"password": Secret(SECRET)})
    with pytest.raises(SourceError) as caught:
        sender.send(ASK)
    assert "***" in str(caught.value)
    assert CANARY not in str(caught.value)
    assert SECRET not in str(caught.value)


def test_data_that_holds_a_credential_is_data(connect):
    body = f'{{"note": "{CANARY}"}}'.encode()
    assert connect(page(body=body))[0].send(ASK).body == body


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "foo://here:1"),
        ("HTTPS_PROXY", "socks5://"),
        ("SSL_CERT_FILE", "/nowhere.pem"),
    ],
)
def test_an_environment_no_client_can_work_with_is_a_configuration_error(
    monkeypatch, variable, value
):
    monkeypatch.setenv(variable, value)
    source = Source(
        name="s", platform="p", url="https://here.test", page_size=1, concurrency=1, timeout=5,
        deadline=5,
    )  # fmt: skip
    with pytest.raises(ConfigurationError, match="s: no connection can be made"):
        Client(source, Token("Token", CANARY), lambda _source, _answer: None)


# What is said


def test_a_web_page_is_told_by_its_title(connect):
    body = b"\n\n<!doctype html>\n<html><head>\n<title>\n Not\n found </title>"
    sender, _, _ = connect(page(404, body, content_type="text/html"))
    with pytest.raises(Missing) as caught:
        sender.send(ASK)
    said = "GET /api/things: HTTP 404: a web page (Not found); is the url right?"
    assert str(caught.value) == said


# Retries


def test_a_server_that_is_busy_twice_is_asked_a_third_time(connect):
    sender, _, slept = connect(page(503), page(503), page(body=b"[1]"))
    assert sender.send(ASK).body == b"[1]"
    assert sender.requests == 3
    assert 0 < slept[0] < slept[1]


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
def test_a_server_that_stays_busy_is_unreachable_in_the_end(connect, status):
    sender, _, _ = connect(page(status, b'{"detail": "later"}'))
    with pytest.raises(Unreachable, match=f"HTTP {status}: later"):
        sender.send(ASK)
    assert sender.requests == ATTEMPTS


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadError("reset"), httpx.RemoteProtocolError("cut")],
)
def test_a_broken_connection_is_tried_again(connect, failure):
    sender, _, _ = connect(failure, page())
    assert sender.send(ASK).status == 200


def test_a_server_that_never_answers_is_named(connect):
    sender, _, _ = connect(httpx.ConnectTimeout(""))
    with pytest.raises(Unreachable, match=r"http://here\.test/sub does not answer: timed out"):
        sender.send(ASK)
    assert sender.requests == ATTEMPTS


def test_a_server_that_fails_twice_is_asked_a_third_time_and_no_oftener(connect):
    sender, _, _ = connect(page(500, b"oops"), page(500, b"oops"), page(200, b"[]"))
    assert sender.send(ASK).status == 200
    sender, _, _ = connect(page(500, b"oops"))
    with pytest.raises(BadAnswer, match="HTTP 500: oops"):
        sender.send(ASK)
    assert sender.requests == 3


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadAnswer), (401, Unauthorized), (403, Forbidden), (404, Missing)]
)
def test_a_refusal_is_not_asked_again(connect, status, kind):
    sender, _, slept = connect(page(status, b'{"detail": "no"}'))
    with pytest.raises(kind, match=r"GET /api/things: HTTP \d+: no") as caught:
        sender.send(ASK)
    assert (caught.value.status, sender.requests, slept) == (status, 1, [])


# What is to be carried out once


ONCE = Request("/api/import", {"ids": "true"}, method="POST", body=b'[{"n": 1.50}]', once=True)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_what_may_have_been_carried_out_is_not_sent_again(connect, status):
    made, server, slept = connect(page(status))
    with pytest.raises(SourceError) as error:
        made.send(ONCE)
    assert (len(server.seen), slept, error.value.status) == (1, [], status)
    assert may_have_arrived(error.value)


@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError]
)
def test_what_was_sent_and_not_answered_is_not_sent_again(connect, failure):
    made, server, _ = connect(failure("gone"))
    with pytest.raises(Unreachable) as error:
        made.send(ONCE)
    assert (len(server.seen), may_have_arrived(error.value)) == (1, True)


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_what_was_never_sent_is_sent_again(connect, failure):
    made, server, _ = connect(failure("no"), page(201))
    assert (made.send(ONCE).status, len(server.seen)) == (201, 2)
    made, server, _ = connect(failure("no"))
    with pytest.raises(Unreachable) as error:
        made.send(ONCE)
    assert (len(server.seen), may_have_arrived(error.value)) == (ATTEMPTS, False)


def test_what_was_turned_away_is_sent_again_when_the_server_says(connect):
    made, server, slept = connect(page(429, retry_after="7"), page(201))
    assert (made.send(ONCE).status, len(server.seen), slept) == (201, 2, [7.0])


def test_a_body_travels_as_it_is(connect):
    made, server, _ = connect(page(201))
    made.send(ONCE)
    (request,) = server.seen
    assert (request.content, request.url.query) == (b'[{"n": 1.50}]', b"ids=true")
    assert request.headers["content-type"] == "application/json"


def test_a_retry_waits_the_seconds_the_server_asks_for(connect):
    sender, _, slept = connect(page(429, retry_after="7"), page())
    sender.send(ASK)
    assert slept == [7.0]


def test_a_retry_waits_until_the_date_the_server_names(connect):
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    sender, _, slept = connect(page(503, retry_after=date), page())
    sender.send(ASK)
    assert 25 < slept[0] <= 30


@pytest.mark.parametrize("date", ["Wed, 21 Oct 2015 07:28:00 -0000", "Wed, 21 Oct 2015 07:28:00"])
def test_a_date_without_a_zone_is_taken_as_gmt(connect, date):
    assert parsedate_to_datetime(date).tzinfo is None
    sender, _, slept = connect(page(503, retry_after=date), page())
    sender.send(ASK)
    assert slept == [0.0]


@pytest.mark.parametrize("wish", ["soon", "", "-5", "nan", "Wed, 99 Foo 2026"])
def test_a_senseless_wish_for_a_pause_is_survived(connect, wish):
    sender, _, slept = connect(page(503, retry_after=wish), page())
    sender.send(ASK)
    assert 0 <= slept[0] <= 1


@pytest.mark.parametrize("wish", ["86400", "inf", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_cannot_make_us_wait_for_ever(connect, wish):
    sender, _, slept = connect(page(503, retry_after=wish), page())
    sender.send(ASK)
    assert slept == [client.LONGEST_PAUSE]


# What is no answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_refused_and_the_other_host_never_asked(connect, status):
    there = f"https://evil.test/login?next=x&key={CANARY}"
    sender, server, _ = connect(page(status, location=there))
    with pytest.raises(BadAnswer, match=r"redirects to https://evil\.test") as caught:
        sender.send(ASK)
    assert [request.url.host for request in server.seen] == ["here.test"]
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("location", ["/login", "https:///", ""])
def test_a_redirect_to_nowhere_readable_is_refused_too(connect, location):
    sender, _, _ = connect(page(302, location=location))
    with pytest.raises(BadAnswer, match="redirects to"):
        sender.send(ASK)
    assert sender.requests == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_a_web_page_is_no_answer_even_with_200(connect, kind):
    sender, _, _ = connect(page(body=b"<!doctype html><title>Sign in</title>", content_type=kind))
    with pytest.raises(BadAnswer, match=r"web page \(Sign in\), not by JSON"):
        sender.send(ASK)
    assert sender.requests == 1


def test_an_error_is_quoted_by_its_detail_and_otherwise_shortly(connect):
    sender, _, _ = connect(page(400, b"\x1b[31m" + b"x" * 5000))
    with pytest.raises(BadAnswer) as caught:
        sender.send(ASK)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_what_a_server_says_of_an_error_stands_on_one_line_that_ends(connect):
    said = json.dumps({"detail": "no\n\x1b[31mERROR forged" + "x" * 300_000}).encode()
    sender, _, _ = connect(page(400, said))
    with pytest.raises(BadAnswer) as caught:
        sender.send(ASK)
    assert "HTTP 400: no [31mERROR forged" in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


def test_the_platforms_explanation_comes_before_the_general_one(connect):
    sender, _, _ = connect(page(403), explain=lambda _s, a: Forbidden("ask Ada", a.status))
    with pytest.raises(Forbidden, match="ask Ada"):
        sender.send(ASK)


def test_an_answer_above_the_cap_is_not_read_on(connect, monkeypatch):
    monkeypatch.setattr(client, "MAX_BYTES", 1000)
    sender, _, _ = connect(page(body=b"x" * 1001))
    with pytest.raises(BadAnswer, match="larger than 1,000 bytes"):
        sender.send(ASK)
    assert sender.requests == 1


def test_a_packed_answer_that_does_not_unpack_is_tried_again(connect):
    # A response is unpacked when it is read, so it must not be made of content.
    spoilt = httpx.Response(
        200, stream=httpx.ByteStream(b"not gzip"), headers={"content-encoding": "gzip"}
    )
    sender, _, _ = connect(spoilt, page())
    assert sender.send(ASK).body == b"{}"


# What goes out


def test_a_cookie_is_never_sent_back(connect):
    sender, server, _ = connect(page(set_cookie="sessionid=abc; Path=/"))
    sender.send(ASK)
    sender.send(ASK)
    assert "cookie" not in server.seen[1].headers


def test_a_limit_of_requests_a_second_spaces_them(connect):
    sender, _, slept = connect(page(), requests_per_second=2)
    for _ in range(3):
        sender.send(ASK)
    assert len(slept) == 2
    assert all(0.4 < pause <= 0.5 for pause in slept[:1])


def test_an_answer_of_no_kind_gives_the_class_of_its_status(connect):
    sender, _, _ = connect(page(418, b""))
    with pytest.raises(BadAnswer, match=r"HTTP 418: \(empty\)"):
        sender.send(ASK)


def test_an_answer_is_a_plain_value(connect):
    sender, _, _ = connect(page(body=b"1"))
    assert sender.send(ASK) == Answer(
        200, {"content-type": "application/json", "content-length": "1"}, b"1"
    )
