"""A proxy in front of a stand-in, with a script of what goes wrong on the way.

It forwards over a connection of its own. `spoil` may change an answer, `ask` a request; `faults`
has what happens to the bytes: delays, cuts, resets.
"""

import http.client
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote, urlencode, urlsplit

from etl.standins.exchange import Answer
from etl.standins.server import StandIn

OWN = {"connection", "content-length", "transfer-encoding", "date", "content-type"}


class Proxy:
    """What stands between; as an App, it is asked by the server in front of it."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.server = StandIn(self)
        self.mend()

    def mend(self):
        """Let everything pass as it is."""
        self.ask = lambda request: request
        self.spoil = lambda _request, answer: answer
        self.server.faults.clear()

    @property
    def url(self):
        return self.server.url

    @property
    def faults(self):
        return self.server.faults

    @property
    def requests(self):
        return self.server.requests

    def now(self):
        return self.upstream.clock.now()

    def answer(self, request):
        return self.spoil(request, self._forwarded(self.ask(request)))

    def _forwarded(self, request):
        there = urlsplit(self.upstream.url)
        connection = http.client.HTTPConnection(there.hostname, there.port, timeout=30)
        target = quote(request.path) + (f"?{urlencode(request.params)}" if request.params else "")
        try:
            headers = {k: v for k, v in request.headers.items() if k != "content-length"}
            connection.request(request.method, target, request.body, headers)
            got = connection.getresponse()
            body = got.read()
        finally:
            connection.close()
        kept = tuple((k, v) for k, v in got.getheaders() if k.lower() not in OWN)
        kind = got.getheader("content-type", "application/json")
        return Answer(status=got.status, body=body, content_type=kind, headers=kept)


@contextmanager
def before(upstream):
    proxy = Proxy(upstream)
    with proxy.server:
        yield proxy


def asked_with(request, **params):
    """Change parameters of a request."""
    changed = [(name, params.pop(name, value)) for name, value in request.params]
    return replace(request, params=changed)
