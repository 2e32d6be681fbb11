"""What only a real connection shows: cut and slow answers, certificates, hosts in a url."""

import gc
import logging
import sys

import pytest

from etl.auth import Token
from etl.cli import build
from etl.client import ATTEMPTS, Client
from etl.errors import ConfigurationError, Unreachable
from etl.exchange import Request
from etl.source import Secret, Source
from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.faults import Fault
from etl.standins.server import StandIn

ASK = Request("/api/things")
CANARY = "canary0123456789"


class Things:
    def now(self):
        return Clock().now()

    def answer(self, _request):
        return Answer(body=b'{"things": [1, 2, 3, 4, 5, 6, 7, 8, 9]}')


@pytest.fixture
def server():
    with StandIn(Things()) as server:
        yield server


def source(url, **settings):
    settings = {"page_size": 1, "concurrency": 1, "timeout": 5.0, "deadline": 5.0} | settings
    token = Secret(settings.pop("token", CANARY))
    return Source(name="s", platform="label_studio", url=url, options={"token": token}, **settings)


@pytest.fixture
def connect(server):
    opened = []

    def make(**settings):
        wanted = source(server.url, **settings)
        auth = Token("Token", wanted.secret("token"))
        made = Client(wanted, auth, lambda _s, _a: None, sleep=lambda _seconds: None)
        opened.append(made)
        return made

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def no_collection():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection")
def test_what_was_sent_is_let_go_of_when_it_is_answered(connect):
    """A batch of an import has megabytes, and the next follows at once."""
    body = b'{"n": %d}' % 7
    before, sender = sys.getrefcount(body), connect()
    sender.send(Request("/api/things", method="POST", body=body))
    assert sys.getrefcount(body) == before


def test_an_answer_cut_short_is_fetched_again(server, connect):
    server.faults.append(Fault(cut_after=5))
    sender = connect()
    assert sender.send(ASK).body.endswith(b"9]}")
    assert sender.requests == len(server.requests) == 2


def test_an_answer_cut_short_every_time_is_never_taken_for_whole(server, connect):
    server.faults.append(Fault(cut_after=5, times=None))
    with pytest.raises(Unreachable, match="does not answer"):
        connect().send(ASK)
    assert len(server.requests) == ATTEMPTS


def test_a_connection_that_is_reset_is_made_again(server, connect):
    server.faults.append(Fault(close=True))
    assert connect().send(ASK).status == 200


def test_an_answer_that_drips_ends_at_the_deadline(server, connect):
    server.faults.append(Fault(drip=(1, 0.03), times=None))
    with pytest.raises(Unreachable, match=r"no end within 0\.1 s \(deadline\)"):
        connect(deadline=0.1).send(ASK)


def test_a_server_that_says_nothing_ends_at_the_timeout(server, connect):
    server.faults.append(Fault(delay=0.3, times=None))
    with pytest.raises(Unreachable, match="timed out"):
        connect(timeout=0.03).send(ASK)


def test_a_bundle_without_certificates_is_a_configuration_error(server, connect, tmp_path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("not a certificate")
    with pytest.raises(ConfigurationError, match="ca_bundle"):
        connect(ca_bundle=str(bundle))


def test_an_unverified_connection_is_said_aloud_each_time(server, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("etl"), "propagate", True)
    caplog.set_level(logging.WARNING, "etl")
    for _ in range(2):
        caplog.clear()
        build.client(source(server.url, verify=False)).close()
        assert "verify = false" in caplog.text
        assert CANARY not in caplog.text
