"""Certificates are checked, and proxies of the environment used."""

import logging
import ssl
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl import client
from etl.cli import build
from etl.errors import SourceError, Unreachable
from etl.exchange import Request
from etl.source import Secret, Source
from etl.standins.faults import Fault
from etl.standins.label_studio import LabelStudio

HERE = Path(__file__).parent / "certificates"
WHOAMI = Request("/api/current-user/whoami")


@contextmanager
def served(certificate):
    """Serve a Label Studio over TLS with one of the certificates of this folder."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / f"{certificate}.pem", HERE / "server.key")
    server = LabelStudio()
    listener = server.server._listener
    listener.socket = context.wrap_socket(listener.socket, server_side=True)
    with server:
        yield server, f"https://localhost:{listener.server_address[1]}"


def source(url, server, **settings):
    return Source(
        name="s", platform="label_studio", url=url, options={"token": Secret(server.token)},
        page_size=5, concurrency=1, timeout=5, deadline=5, **settings,
    )  # fmt: skip


def asked(url, server, **settings):
    """Ask one question; give the status of the answer."""
    sender = build.client(source(url, server, **settings))
    sender._sleep = lambda _seconds: None
    try:
        return sender.send(WHOAMI).status
    finally:
        sender.close()


REFUSED = {
    "selfsigned": "self-signed|self signed",
    "elsewhere": "elsewhere|Hostname mismatch|not valid for",
    "expired": "expired",
    "good": "unable to get local issuer|self-signed|self signed",  # whose authority is unknown
}


@pytest.mark.parametrize("certificate", REFUSED)
def test_a_certificate_that_proves_nothing_is_refused_and_no_token_sent(certificate, monkeypatch):
    bundle = {} if certificate in ("selfsigned", "good") else {"ca_bundle": str(HERE / "ca.pem")}
    with served(certificate) as (server, url):
        with pytest.raises(Unreachable, match=REFUSED[certificate]) as caught:
            asked(url, server, **bundle)
        assert server.requests == []
        assert server.token not in str(caught.value)


def test_an_authority_of_ones_own_is_believed_where_it_is_named():
    with served("good") as (server, url):
        assert asked(url, server, ca_bundle=str(HERE / "ca.pem")) == 200


def test_an_authority_of_the_environment_is_believed(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(HERE / "ca.pem"))
    with served("good") as (server, url):
        assert asked(url, server) == 200


def test_who_asks_for_no_check_gets_none_and_is_warned_each_time(monkeypatch, caplog):
    monkeypatch.setattr(logging.getLogger("etl"), "propagate", True)
    caplog.set_level(logging.WARNING, "etl")
    with served("selfsigned") as (server, url):
        for _ in range(2):
            caplog.clear()
            assert asked(url, server, verify=False) == 200
            assert "verify = false" in caplog.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_from_https_to_http_is_not_followed_and_no_token_sent(status):
    with served("good") as (server, url), LabelStudio() as plain:
        location = f"http://localhost:{plain.url.rpartition(':')[2]}{WHOAMI.path}"
        headers = (("Location", location),)
        server.faults.append(Fault(path=WHOAMI.path, times=None, status=status, headers=headers))
        with pytest.raises(SourceError, match="redirects to http://localhost") as caught:
            asked(url, server, ca_bundle=str(HERE / "ca.pem"))
        assert (len(server.requests) > 0, plain.requests) == (True, [])
        assert server.token not in str(caught.value)
    with LabelStudio() as plain:
        assert asked(plain.url, plain) == 200  # the one it was sent to does answer


# Proxies


@pytest.fixture
def through():
    """A Label Studio in the place of a proxy: what is asked of it names another host."""
    with LabelStudio() as server:
        yield server


def test_a_proxy_of_the_environment_is_used(through, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", through.url)
    assert asked("http://labels.test", through) == 200
    assert through.requests[0].headers["host"] == "labels.test"


def test_a_host_that_is_left_out_is_asked_directly(through, monkeypatch):
    monkeypatch.setattr(client, "ATTEMPTS", 1)
    monkeypatch.setenv("HTTP_PROXY", through.url)
    monkeypatch.setenv("NO_PROXY", "labels.invalid")
    with pytest.raises(Unreachable):
        asked("http://labels.invalid", through)
    assert through.requests == []


def test_this_machine_is_asked_directly_whatever_proxy_there_is(through, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert asked(through.url, through) == 200
