"""One HTTP client per source: limits, retries, deadlines, byte caps, one origin.

The only module that speaks HTTP. It sends what a walk asks for and gives back a complete answer,
or raises the error that says what to do.
"""

from __future__ import annotations

import email.utils
import logging
import random
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import msgspec

from etl import __version__
from etl.errors import (
    BadAnswer,
    ConfigurationError,
    Forbidden,
    Missing,
    SourceError,
    Unauthorized,
    Unreachable,
)
from etl.paging import excerpt
from etl.stream import Answer, Request, Source

log = logging.getLogger("etl.client")

ATTEMPTS = 5
LONGEST_PAUSE = 60.0  # seconds, also for a Retry-After
MAX_BYTES = 1_000_000_000  # of one answer, unpacked
RETRIED = frozenset({408, 429, 502, 503, 504})
RETRIED_ONCE = frozenset({500})  # often the caller's own fault, so not more
MEANINGS: dict[int, type[SourceError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: Missing,
    408: Unreachable,
    429: Unreachable,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
}
Explain = Callable[[Source, Answer], SourceError | None]


class Client:
    """Sends a source's requests, one after the other, and counts them in `requests`."""

    def __init__(
        self,
        source: Source,
        auth: httpx.Auth,
        explain: Explain,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = 0
        self._source, self._explain, self._sleep = source, explain, sleep
        self._next_at = 0.0
        self._http = httpx.Client(
            base_url=source.url,
            auth=auth,
            transport=transport,
            verify=_trust(source),
            timeout=httpx.Timeout(source.timeout, connect=10.0),
            headers={"User-Agent": f"annomirror/{__version__}", "Accept": "application/json"},
            # Servers set a session cookie on every answer; sent back it would mix up accounts.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"request": [self._count]},
            # A proxy of the environment is for the world outside this machine.
            mounts={"all://127.0.0.1": None, "all://localhost": None},
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def send(self, request: Request) -> Answer:
        """Send one request, again where that can help. Raises a SourceError."""
        attempt = 0
        while True:
            attempt += 1
            error, retry_after = None, None
            try:
                answer = self._once(request)
                error = self._error(request, answer)
                retry_after = _seconds(answer.headers.get("retry-after"))
            except SourceError as failure:
                error = failure
            except httpx.HTTPError as failure:
                error = self._unreachable(failure)
            if error is None:
                return answer
            if not _worth_retrying(error, attempt):
                raise error
            self._sleep(_pause(attempt, retry_after))

    def _count(self, _request: httpx.Request) -> None:
        self.requests += 1
        if self._source.requests_per_second:
            wait = self._next_at - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            self._next_at = time.monotonic() + 1 / self._source.requests_per_second

    def _once(self, request: Request) -> Answer:
        """Send one request and read its answer within the deadline and the byte cap."""
        ends_at = time.monotonic() + self._source.deadline
        built = self._http.build_request(
            request.method, request.path, params=dict(request.params), json=request.json
        )
        response = self._http.send(built, stream=True)
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise BadAnswer(f"the answer is larger than {MAX_BYTES:,} bytes; not read on")
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout(f"no end within {self._source.deadline:g} s (deadline)")
        finally:
            response.close()
        log.debug(
            "%s: %s %s: %d, %d bytes",
            self._source.name,
            request.method,
            request.path,
            response.status_code,
            len(body),
        )
        return Answer(response.status_code, dict(response.headers), bytes(body))

    def _unreachable(self, failure: httpx.HTTPError) -> Unreachable:
        said = str(failure) or type(failure).__name__
        if isinstance(failure, httpx.TimeoutException):
            said = f"timed out ({said})"
        return Unreachable(f"{self._source.url} does not answer: {said}")

    def _error(self, request: Request, answer: Answer) -> SourceError | None:
        """Give the error an answer stands for, if it is one."""
        where = f"{request.method} {request.path}"
        if answer.status >= httpx.codes.BAD_REQUEST:
            explained = self._explain(self._source, answer)
            if explained is not None:
                return explained
            kind = MEANINGS.get(answer.status, BadAnswer)
            return kind(f"{where}: HTTP {answer.status}: {_said(answer)}", answer.status)
        if answer.status >= httpx.codes.MULTIPLE_CHOICES:
            return BadAnswer(
                f"{where} redirects to {_origin(answer.headers.get('location', ''))}, where the "
                "credentials are not sent; if that is the right server, put it into url",
                answer.status,
            )
        if "html" in answer.headers.get("content-type", "") or answer.body[:1] == b"<":
            return BadAnswer(
                f"{where} is answered by a web page, not by JSON: {_said(answer)}; "
                "is the url right, and no login page or proxy in between?"
            )
        return None


def _trust(source: Source) -> ssl.SSLContext | bool:
    if not source.verify:
        return False
    if not source.ca_bundle:
        return True
    try:
        return ssl.create_default_context(cafile=source.ca_bundle)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(
            f"{source.name}: ca_bundle {source.ca_bundle} is no PEM file of certificates"
        ) from error


def _worth_retrying(error: SourceError, attempt: int) -> bool:
    if error.status in RETRIED_ONCE:
        return attempt == 1
    again = isinstance(error, Unreachable) and (error.status is None or error.status in RETRIED)
    return again and attempt < ATTEMPTS


def _pause(attempt: int, retry_after: float | None) -> float:
    """Give the seconds to wait: what the server asks for, or longer each time, with jitter."""
    if retry_after is not None:
        return min(retry_after, LONGEST_PAUSE)
    return min(2.0 ** (attempt - 2), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311  # jitter is no secret


def _seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def _said(answer: Answer) -> str:
    """Give what an error answer says: its `detail`, or how it begins."""
    try:
        content = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return excerpt(answer.body)
    detail = content.get("detail") if isinstance(content, dict) else None
    return str(detail) if detail else excerpt(answer.body)


def _origin(location: str) -> str:
    """Give scheme and host of an address; its query may hold secrets."""
    try:
        url = httpx.URL(location)
    except httpx.InvalidURL:
        return "an unreadable address"
    return f"{url.scheme}://{url.netloc.decode()}" if url.host else "another path"
