"""Credentials go to the configured origin and nowhere else, whatever a server says."""

import json
from dataclasses import replace

import pytest

from etl import client
from etl.standins.clock import Clock
from etl.standins.exchange import Answer
from etl.standins.server import StandIn
from sites import STANDINS, Site, served


class Trap:
    """Answers whatever comes, as if it were the platform; nothing may come."""

    def now(self):
        return Clock().now()

    def answer(self, _request):
        return Answer(body=b'{"total": 0, "tasks": [], "results": [], "count": 0}')


@pytest.fixture
def trap():
    with StandIn(Trap()) as server:
        yield server


@pytest.fixture(params=STANDINS)
def site(request, tmp_path, monkeypatch):
    monkeypatch.setattr(client, "LONGEST_PAUSE", 0.0)
    monkeypatch.chdir(tmp_path)
    with served(request.param) as (standin, proxy):
        yield Site(tmp_path, request.param, standin, proxy)


def other(trap):
    """Give addresses that are not the configured one, as a redirect may name them."""
    port = trap.url.rpartition(":")[2]
    return {
        "another port": trap.url,
        "another name of this machine": f"http://localhost:{port}/api",
        "a host behind credentials": f"http://127.0.0.1@localhost:{port}/",
        "no scheme": f"//127.0.0.1:{port}/api",
        "https down to http": f"http://127.0.0.1:{port}/down",
        "the cloud's own": "http://169.254.169.254/latest/meta-data/",
        "IPv6": f"http://[::1]:{port}/",
        "a file": "file:///etc/passwd",
    }


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_by_any_platform(site, trap, status):
    for name, location in other(trap).items():
        headers = (("Location", location),)
        site.proxy.spoil = lambda _r, _a, headers=headers: Answer(status=status, headers=headers)
        code, _, stderr = site.sync("--full")
        assert code in (1, 3), name  # 3: a stream of no parts has nothing to ask
        assert trap.requests == [], name
        assert not [secret for secret in site.secrets if secret in stderr]


def test_a_redirect_within_the_origin_is_not_followed_either(site):
    site.proxy.spoil = lambda r, _a: Answer(status=302, headers=(("Location", r.path + "x"),))
    site.sync("--full")
    assert not [r for r in site.proxy.requests if r.path.endswith("x")]


def linked(content, url):
    """Put links to elsewhere into an answer, wherever it has room for them."""
    if isinstance(content, dict):
        links = {"next": url, "previous": url, "next_page": url, "download_url": url}
        return {**{k: linked(v, url) for k, v in content.items()}, **links}
    return [linked(one, url) for one in content] if isinstance(content, list) else content


def test_no_link_in_an_answer_is_followed(site, trap):
    def spoil(_request, answer):
        if answer.status != 200 or answer.body[:1] not in b"{[":
            return answer
        content = linked(json.loads(answer.body), f"{trap.url}/api/tasks/?page=2")
        headers = (*answer.headers, ("Link", f'<{trap.url}/next>; rel="next"'))
        return replace(answer, body=json.dumps(content).encode(), headers=headers)

    site.proxy.spoil = spoil
    code, _, _ = site.sync("--full")
    assert (code, trap.requests) == (0, [])


def test_cookies_and_credentials_of_elsewhere_are_not_sent(site, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password canary-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    foreign = ("Set-Cookie", "tracker=canary-cookie; Path=/; Domain=127.0.0.1")
    site.proxy.spoil = lambda _r, a: replace(a, headers=(*a.headers, foreign))
    site.mirrored("--full")
    sent = repr([r.headers for r in site.proxy.requests])
    assert "canary" not in sent


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1@{}/",
        "http://user:pass@{}/",
        "http://{}#@evil.test/",
        "http://{}\\\\@evil.test/",
    ],
)
def test_an_address_with_a_trick_in_it_is_no_configuration(site, url):
    host = site.proxy.url.partition("//")[2]
    site.configure(url=url.format(host))
    done = site.run("sync")
    assert (done.exit_code, site.proxy.requests) == (2, [])
    assert "url should begin with" in done.stderr
