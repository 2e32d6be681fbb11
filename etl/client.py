"""One HTTP client per source: limits, retries, deadlines, byte caps, one origin.

The only module that speaks HTTP. It sends what a walk asks for and gives back a complete answer,
or raises the error that says what to do.
"""

from __future__ import annotations

import logging
import random
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from etl import __version__, failpoints
from etl.errors import BadAnswer, ConfigurationError, SourceError, Unreachable
from etl.exchange import SERVER_ERROR, Answer, Request
from etl.proofs import Proofs
from etl.source import Source
from etl.times import seconds_until
from etl.verdict import verdict
from etl.wire import Wire

log = logging.getLogger(__name__)

ATTEMPTS = 5
ATTEMPTS_AT_FAILURE = 3  # at a server that fails at a request, often by the caller's own fault
LONGEST_PAUSE = 60.0  # seconds, also for a Retry-After
MAX_BYTES = 250_000_000  # of one answer, unpacked; it is held in memory, twice for a moment
MAX_FILE_BYTES = 4_000_000_000  # of a large one, which goes to a file
ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
UNPACKED = frozenset({"", "identity", "gzip", "deflate"})
RECORDS = re.compile(rb'\s*(\{|\[\s*[^\s"])')  # JSON, but no text nor a list of texts
BEGINNING = 1000  # bytes of a large answer that are looked at before it is read
RETRIED = frozenset({408, 429, 502, 503, 504})
TURNED_AWAY = 429  # by who did not look at the request
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.InvalidURL)
Explain = Callable[[Source, Answer], SourceError | None]


class Client:
    """Sends a source's requests, `concurrency` at a time, and counts them in `requests`."""

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
        self._turn = threading.Lock()
        self._free = threading.BoundedSemaphore(source.concurrency)
        self._wire, self._proofs = Wire(), Proofs(source)
        try:
            self._http = self._opened(auth, transport)
            self._wire.attach(self._http)
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise ConfigurationError(
                f"{source.name}: no connection can be made with this url, and the proxy and "
                f"certificate settings of the environment: {error}"
            ) from error

    def _opened(self, auth: httpx.Auth, transport: httpx.BaseTransport | None) -> httpx.Client:
        return httpx.Client(
            base_url=self._source.url,
            auth=auth,
            transport=transport,
            verify=_trust(self._source),
            timeout=httpx.Timeout(self._source.timeout, connect=10.0),
            headers={"User-Agent": f"annomirror/{__version__}", **ACCEPTED},
            # Servers set a session cookie on every answer; sent back it would mix up accounts.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            event_hooks={"request": [self._count], "response": [_refuse_packed]},
            # A proxy of the environment is for the world outside this machine.
            mounts={"all://127.0.0.1": None, "all://localhost": None},
        )

    def close(self) -> None:
        """Close the connections; nothing can be sent afterwards."""
        self._http.close()

    def send(self, request: Request) -> Answer:
        """Send one request, again where that can help. Raises a SourceError."""
        attempt = 0
        while True:
            attempt += 1
            error, retry_after = None, None
            try:
                with self._free:
                    answer = self._once(request)
                error = self._judged(request, answer)
                if error and answer.file:
                    answer.file.close()
                retry_after = seconds_until(answer.headers.get("retry-after"))
            except SourceError as failure:
                error = failure
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as failure:
                error = self._unreachable(failure)
            if error is None:
                return answer
            if not _worth_retrying(error, attempt, once=request.once):
                self.conceal(error)
                raise error
            self._sleep(_pause(attempt, retry_after))

    def conceal(self, error: SourceError) -> None:
        """Blot out of an error what proves who we are: a server may have a hand in it."""
        self._proofs.conceal(error)

    def _judged(self, request: Request, answer: Answer) -> SourceError | None:
        try:
            return self._explain(self._source, answer) or verdict(request, answer)
        except (UnicodeError, RecursionError) as error:
            return BadAnswer(f"{request.method} {request.path}: the answer is no JSON: {error}")

    def _count(self, _request: httpx.Request) -> None:
        with self._turn:
            self.requests += 1

    def _wait_for_turn(self) -> None:
        """Keep to the rate. Waiting comes before signing, so that no signature grows old here."""
        if not self._source.requests_per_second:
            return
        with self._turn:
            now = time.monotonic()
            wait = self._next_at - now
            self._next_at = max(now, self._next_at) + 1 / self._source.requests_per_second
        if wait > 0:
            self._sleep(wait)

    def _once(self, request: Request) -> Answer:
        """Send one request and read its answer within the deadline and the byte cap."""
        self._wait_for_turn()
        built = self._http.build_request(
            request.method,
            request.path,
            params=dict(request.params),
            json=request.json,
            content=request.body,
            headers={} if request.body is None else {"Content-Type": "application/json"},
        )
        failpoints.reach("before_request")
        with self._wire.within(self._source.deadline) as ends_at:
            response = self._http.send(built, stream=True)
            self._proofs.note(response.request)
            try:
                answer = self._read(request, response, ends_at)
            finally:
                response.close()
                # It refers back to the answer: what was sent would stay until cycles are collected.
                response.stream = httpx.ByteStream(b"")
        got = response.status_code, response.num_bytes_downloaded
        where = self._source.name, request.method, request.path
        log.debug("%s: %s %s: %d, %s bytes", *where, *got)
        failpoints.reach("after_fetch")
        return answer

    def _read(self, request: Request, response: httpx.Response, ends_at: float) -> Answer:
        """Read an answer whole: into memory, or a large one into a file that nobody else sees."""
        head = dict(response.headers)
        if not request.large or response.is_error:
            body = b"".join(self._chunks(response, ends_at, MAX_BYTES))
            # It goes into messages, logs and the mirror's books, and some servers and proxies show
            # the whole request when they fail. Data is kept as it is.
            is_data = response.is_success and RECORDS.match(body)
            return Answer(response.status_code, head, body if is_data else self._proofs.blot(body))
        import tempfile  # noqa: PLC0415  # few answers are large

        file = tempfile.TemporaryFile()  # noqa: SIM115  # who reads the answer closes it
        try:
            for chunk in self._chunks(response, ends_at, MAX_FILE_BYTES):
                file.write(chunk)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return Answer(response.status_code, head, file.read(BEGINNING), file)

    def _chunks(self, response: httpx.Response, ends_at: float, most: int) -> Iterator[bytes]:
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > most:
                raise BadAnswer(
                    f"the answer is larger than {most:,} bytes; a smaller page_size helps"
                )
            if time.monotonic() > ends_at:
                raise httpx.ReadTimeout(f"no end within {self._source.deadline:g} s (deadline)")
            yield chunk

    def _unreachable(self, failure: Exception) -> Unreachable:
        said = str(failure) or type(failure).__name__
        if isinstance(failure, httpx.TimeoutException):
            said = f"timed out ({said})"
        broken_off = isinstance(failure, (httpx.ReadError, httpx.RemoteProtocolError))
        where = self._source.url
        sent = not isinstance(failure, UNSENT)
        return Unreachable(f"{where} does not answer: {said}", reached=broken_off, sent=sent)


def _refuse_packed(response: httpx.Response) -> None:
    """Refuse what may unpack to a million times its size: packed twice, or otherwise than asked."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in UNPACKED:
        raise BadAnswer(f"the answer is packed as {packed[:40]!r}, which was not asked for")


def _trust(source: Source) -> ssl.SSLContext | bool:
    if not source.verify:
        return False
    if not source.ca_bundle:
        # Without TLS nothing is verified, and reading the authorities takes as long as a quiet run.
        return not source.url.startswith("http://")
    try:
        return ssl.create_default_context(cafile=source.ca_bundle)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(
            f"{source.name}: ca_bundle {source.ca_bundle} is no PEM file of certificates"
        ) from error


def _worth_retrying(error: SourceError, attempt: int, *, once: bool) -> bool:
    """Tell whether to send a request again; one for `once` only if it cannot have arrived."""
    if once and error.status != TURNED_AWAY and getattr(error, "sent", True):
        return False
    if error.status == SERVER_ERROR:
        return attempt < ATTEMPTS_AT_FAILURE
    again = isinstance(error, Unreachable) and (error.status is None or error.status in RETRIED)
    return again and attempt < ATTEMPTS


def _pause(attempt: int, retry_after: float | None) -> float:
    """Give the seconds to wait: what the server asks for, or longer each time, with jitter."""
    if retry_after is not None:
        return min(retry_after, LONGEST_PAUSE)
    return min(2.0 ** (attempt - 2), LONGEST_PAUSE) * random.uniform(0.5, 1.0)  # noqa: S311  # jitter is no secret
