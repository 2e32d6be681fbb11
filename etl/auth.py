"""How requests prove who sends them: httpx authentication flows, which do no I/O themselves."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import httpx

Flow = Generator[httpx.Request, httpx.Response, None]


class Token(httpx.Auth):
    """A fixed credential in the Authorization header."""

    def __init__(self, scheme: str, token: str) -> None:
        self._value = f"{scheme} {token}"

    def auth_flow(self, request: httpx.Request) -> Flow:
        """Put the header on."""
        request.headers["Authorization"] = self._value
        yield request


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

        Only the token's answer is read here; the request's own is left to be streamed.
        """
        if self._clock() >= self._renew_at:
            yield from self._renewed(request)
        request.headers["Authorization"] = f"Bearer {self._access}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._renewed(request)
            request.headers["Authorization"] = f"Bearer {self._access}"
            yield request

    def _renewed(self, request: httpx.Request) -> Flow:
        asked = self._fetch()
        asked.extensions = request.extensions  # the time limits
        began = self._clock()
        response = yield asked
        response.read()
        self._access = self._read(response)
        self._renew_at = began + self._lifetime
