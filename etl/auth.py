"""How requests prove who sends them: httpx authentication flows, which do no I/O themselves."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Generator, Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote_to_bytes

import httpx

from etl.errors import BadAnswer

LONGEST_ANSWER = 1_000_000  # bytes, to a log-in

Flow = Generator[httpx.Request, httpx.Response, None]


class Token(httpx.Auth):
    """A fixed credential in the Authorization header."""

    def __init__(self, scheme: str, token: str) -> None:
        self._value = f"{scheme} {token}"

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put the header on."""
        request.headers["Authorization"] = self._value
        yield request


class Anonymous(httpx.Auth):
    """No credential at all."""


class Session(httpx.Auth):
    """A session cookie, fetched by logging in; HTTP Basic where logging in gives none.

    `fetch` makes the request that logs in; `read` takes out of its answer the header to send from
    then on, or raises the error that explains why there is none. `expired` tells an answer that
    asks for a new login from one that refuses the account; logging in is tried again once.
    """

    def __init__(
        self,
        fetch: Callable[[], httpx.Request],
        read: Callable[[httpx.Response], dict[str, str]],
        expired: Callable[[httpx.Response], bool],
    ) -> None:
        self._fetch, self._read, self._expired = fetch, read, expired
        self._headers: dict[str, str] | None = None
        self._turn = threading.Lock()

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request with the session's header, logging in where that is due."""
        headers = self._headers
        if headers is None:
            headers = yield from self._login(request, None)
        request.headers.update(headers)
        response = yield request
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return
        _read_whole(response)
        if self._expired(response):
            request.headers.update((yield from self._login(request, headers)))
            yield request

    def _login(
        self, request: httpx.Request, stale: dict[str, str] | None
    ) -> Generator[httpx.Request, httpx.Response, dict[str, str]]:
        """Log in, unless another request did so meanwhile."""
        with self._turn:
            if self._headers is not None and self._headers is not stale:
                return self._headers
            asked = self._fetch()
            asked.extensions = request.extensions  # the time limits
            response = yield asked
            _read_whole(response)
            self._headers = self._read(response)
            return self._headers


def _read_whole(response: httpx.Response) -> None:
    """Read an answer about credentials, which is short. Raises BadAnswer where it is not."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise BadAnswer(
                f"the answer to a log-in is larger than {LONGEST_ANSWER:,} bytes; not read on"
            )
    response._content = bytes(body)  # noqa: SLF001  # as `read` does, which knows no limit


class BceSignature(httpx.Auth):
    """Signature of Baidu AI Cloud, version bce-auth-v1, over host and date.

    See https://cloud.baidu.com/doc/Reference/s/njwvz1yfu. It is made anew for every attempt, just
    before sending; `clock` gives seconds since 1970.
    """

    LIFETIME = 1800  # seconds a signature is valid

    def __init__(
        self,
        access_key: str,
        secret_key: str,
        session_token: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._access, self._secret, self._session = access_key, secret_key, session_token
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put date, session token and signature on."""
        stamp = datetime.fromtimestamp(int(self._clock()), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request.headers["x-bce-date"] = stamp
        if self._session:
            request.headers["x-bce-security-token"] = self._session
        signed = ["host", *(name for name in request.headers if name.startswith("x-bce-"))]
        request.headers["Authorization"] = self.signed(request, stamp, signed, self.LIFETIME)
        yield request

    def signed(
        self, request: httpx.Request, stamp: str, names: Iterable[str], lifetime: int
    ) -> str:
        """Give the Authorization header over the named headers."""
        prefix = f"bce-auth-v1/{self._access}/{stamp}/{lifetime}"
        key = _hmac(self._secret, prefix)
        names = sorted(set(map(str.lower, names)))
        signature = _hmac(key, canonical(request, names))
        return f"{prefix}/{';'.join(names)}/{signature}"


def canonical(request: httpx.Request, names: Iterable[str]) -> str:
    """Give the text that is signed: method, path, query and headers, each in its one spelling."""
    raw = request.url.raw_path.partition(b"?")[0].decode() or "/"
    path = quote(unquote_to_bytes(raw), safe="/~")
    query = parse_qsl(request.url.query.decode(), keep_blank_values=True)
    pairs = (f"{_quoted(k)}={_quoted(v)}" for k, v in query if k.lower() != "authorization")
    headers = (f"{name}:{_quoted(request.headers[name].strip())}" for name in names)
    lines = (request.method, path, "&".join(sorted(pairs)), "\n".join(sorted(headers)))
    return "\n".join(lines)


def _quoted(value: str) -> str:
    return quote(value, safe="~")


def _hmac(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


class RefreshedToken(httpx.Auth):
    """A short-lived access token, fetched with a long-lived one.

    `fetch` makes the request for a new access token; `read` takes it out of the answer, or raises
    the error that explains why there is none. The token is renewed after `lifetime` seconds, and
    once more when the server refuses it all the same.
    """

    def __init__(
        self,
        fetch: Callable[[], httpx.Request],
        read: Callable[[httpx.Response], str],
        lifetime: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch, self._read = fetch, read
        self._lifetime, self._clock = lifetime, clock
        self._access = ""
        self._renew_at = float("-inf")

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Send the request, with a new access token where one is due.

        Only the token's answer is read here, and a refusal; the request's own is left to be
        streamed.
        """
        if self._clock() >= self._renew_at:
            yield from self._renewed(request)
        request.headers["Authorization"] = f"Bearer {self._access}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            _read_whole(response)
            yield from self._renewed(request)
            request.headers["Authorization"] = f"Bearer {self._access}"
            yield request

    def _renewed(self, request: httpx.Request) -> Flow:
        asked = self._fetch()
        asked.extensions = request.extensions  # the time limits
        began = self._clock()
        response = yield asked
        _read_whole(response)
        self._access = self._read(response)
        self._renew_at = began + self._lifetime
