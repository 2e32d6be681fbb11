"""The loopback server: its log and the failures it stages."""

import time

import httpx
import pytest

from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from etl.standins.server import StandIn


class Echo:
    def __init__(self):
        self.clock = Clock()

    def now(self):
        return self.clock.now()

    def answer(self, request):
        return Answer(body=b'{"path":"%s"}' % request.path.encode())


@pytest.fixture
def server():
    with StandIn(Echo()) as server:
        yield server


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, timeout=5) as client:
        yield client


def test_requests_are_logged_with_their_parameters_in_order(server, client):
    client.get("/a/?x=1&x=2&y=", headers={"X-Thing": "t"})
    seen = server.requests[0]
    assert (seen.method, seen.path) == ("GET", "/a/")
    assert seen.params == [("x", "1"), ("x", "2"), ("y", "")]
    assert seen.headers["x-thing"] == "t"


def test_one_connection_serves_many_requests(server, client):
    client.get("/a/")
    connection = client.get("/b/").extensions["network_stream"]
    assert connection is client.get("/c/").extensions["network_stream"]


def test_the_date_header_is_the_platforms(server, client):
    server.app.clock.advance(days=-365)
    assert str(server.app.now().year) in client.get("/").headers["date"]


def test_a_fault_hits_after_its_skip_and_as_often_as_planned(server, client):
    server.faults.append(Fault(path="/a*", skip=1, times=2, status=503, body=b"{}"))
    statuses = [client.get("/a/b").status_code for _ in range(5)]
    assert statuses == [200, 503, 503, 200, 200]
    assert client.get("/b").status_code == 200


def test_a_fault_carries_headers(server, client):
    server.faults.append(Fault(status=429, headers=(("Retry-After", "7"),), times=None))
    assert client.get("/").headers["retry-after"] == "7"


def test_a_cut_answer_ends_early(server, client):
    server.faults.append(Fault(cut_after=3))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/")
    assert client.get("/").status_code == 200


def test_a_closed_connection_is_reset(server, client):
    server.faults.append(Fault(close=True))
    with pytest.raises(httpx.TransportError):
        client.get("/")
    assert client.get("/").status_code == 200


def test_delay_and_drip_slow_an_answer_down(server, client):
    server.faults.extend([Fault(delay=0.2), Fault(drip=(2, 0.03))])
    started = time.monotonic()
    assert client.get("/").json() == {"path": "/"}
    assert client.get("/").json() == {"path": "/"}
    assert time.monotonic() - started > 0.3
