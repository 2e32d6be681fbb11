"""Cut at every byte, dripping, larger than it says: what only the bytes of one answer show."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import closing, contextmanager, suppress

import pytest

from etl import client
from etl.auth import Token
from etl.client import Client
from etl.errors import BadAnswer, Unreachable
from etl.exchange import Request
from etl.source import Source
from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from etl.standins.server import StandIn

PAGE = b'{"total": 2, "tasks": [{"id": 1, "data": {"n": "\xc3\xbc"}}, {"id": 2, "data": null}]}'
ASK = Request("/api/tasks/")
MEGABYTE = 1_000_000


class One:
    """Answers all requests alike."""

    def __init__(self):
        self.answered = Answer(body=PAGE)

    def now(self):
        return Clock().now()

    def answer(self, _request):
        return self.answered


@pytest.fixture
def app():
    return One()


@pytest.fixture
def server(app):
    with StandIn(app) as server:
        yield server


@contextmanager
def asking(url, timeout=5, deadline=5):
    source = Source(
        name="s", platform="p", url=url, page_size=1, concurrency=1, timeout=timeout,
        deadline=deadline,
    )  # fmt: skip
    token = Token("Token", "canary-0123")
    with closing(Client(source, token, lambda _s, _a: None, sleep=lambda _s: None)) as made:
        yield made


@pytest.fixture
def sender(server):
    with asking(server.url) as made:
        yield made


def test_an_answer_cut_at_any_byte_is_asked_for_again(server, sender):
    for place in range(len(PAGE)):
        server.faults.append(Fault(cut_after=place))
        assert sender.send(ASK).body == PAGE, place
        server.faults.clear()


def test_an_answer_cut_at_any_byte_for_ever_is_never_taken_for_whole(server, sender):
    for place in range(0, len(PAGE), 7):
        server.faults.append(Fault(cut_after=place, times=None))
        with pytest.raises(Unreachable, match="does not answer"):
            sender.send(ASK)
        server.faults.clear()


# Slow


def assert_ends_at_the_deadline(url, request, timeout=5):
    """Send a request that takes longer than its 0.4 seconds though no byte is late."""
    with asking(url, timeout, deadline=0.4) as made:
        began = time.monotonic()
        with pytest.raises(Unreachable, match=r"no end within 0\.4 s|timed out"):
            made.send(request)
        assert time.monotonic() - began < 2


@contextmanager
def talking(how):
    """Accept a connection and do something slowly with it."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def talk():
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                how(connection)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)


def drip_a_head(connection):
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def sip(connection):
    while connection.recv(20_000):
        time.sleep(0.1)


def test_a_byte_every_now_and_then_ends_at_the_deadline_though_none_is_late(server, app):
    """Each byte comes within the timeout; the deadline is for the whole answer."""
    app.answered = Answer(body=PAGE * 4)
    server.faults.append(Fault(drip=(1, 0.05), times=None))
    assert_ends_at_the_deadline(server.url, Request("/api/tasks/", once=True), timeout=2)


def test_a_head_that_comes_byte_by_byte_ends_at_the_deadline_too(monkeypatch):
    """The client reads bodies; heads are read by httpx, which knows the timeout only."""
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    with talking(drip_a_head) as url:
        assert_ends_at_the_deadline(url, ASK)


def test_sending_ends_at_the_deadline_though_a_little_is_taken_in_time(monkeypatch):
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    body = b"x" * 8 * MEGABYTE
    with talking(sip) as url:
        assert_ends_at_the_deadline(url, Request("/", method="POST", body=body, once=True))


# Bombs


def bomb(layers=1, size=50 * MEGABYTE):
    packed = b"[" + b" " * size + b"]"
    for _ in range(layers):
        packed = gzip.compress(packed, 9)
    return packed


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [(bomb(), "gzip"), (zlib.compress(b" " * 50 * MEGABYTE, 9), "deflate")],
    ids=["gzip", "deflate"],
)
def test_a_bomb_is_not_read_on_at_the_limit(sender, app, monkeypatch, packed, encoding):
    monkeypatch.setattr(client, "MAX_BYTES", MEGABYTE)
    app.answered = Answer(body=packed, headers=(("Content-Encoding", encoding),))
    with pytest.raises(BadAnswer, match="larger than 1,000,000 bytes"):
        sender.send(ASK)
    assert sender.requests == 1


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "gzip,gzip", "br", "zstd", "gzip, br", "x" * 99]
)
def test_what_may_unpack_to_a_million_times_is_not_unpacked(server, sender, app, encoding):
    app.answered = Answer(body=bomb(2), headers=(("Content-Encoding", encoding),))
    with pytest.raises(BadAnswer, match="packed as"):
        sender.send(ASK)
    assert len(server.requests) == 1
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


def test_a_bomb_in_a_large_answer_ends_at_a_limit_of_its_own(sender, app, monkeypatch):
    monkeypatch.setattr(client, "MAX_FILE_BYTES", 2 * MEGABYTE)
    app.answered = Answer(body=bomb(), headers=(("Content-Encoding", "gzip"),))
    with pytest.raises(BadAnswer, match="larger than 2,000,000 bytes"):
        sender.send(Request("/", large=True))


def test_a_bomb_takes_little_memory(server, sender, app, monkeypatch):
    """One piece of the network, 64 kB, may become 1,000 times as much, and no more."""
    monkeypatch.setattr(client, "MAX_BYTES", MEGABYTE)
    app.answered = Answer(body=bomb(size=500 * MEGABYTE), headers=(("Content-Encoding", "gzip"),))
    tracemalloc.start()
    with pytest.raises(BadAnswer, match="larger than"):
        sender.send(ASK)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 150 * MEGABYTE
