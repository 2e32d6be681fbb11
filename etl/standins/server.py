"""A loopback HTTP/1.1 server around one platform, with a request log and a fault plan."""

import contextlib
import socket
import struct
import time
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from etl.standins.exchange import Answer, App, Request
from etl.standins.faults import Fault, Faults


class StandIn:
    """Serves a platform on 127.0.0.1 from a thread of its own."""

    def __init__(self, app: App, port: int = 0) -> None:
        """Bind at once, so that the address is known; serve from `start` on."""
        self.app = app
        self.requests: list[Request] = []
        self.faults = Faults()
        self._listener = _Listener(self, port)
        self._thread = Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The address without a trailing slash."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def start(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more; open connections are dropped."""
        if self._thread.is_alive():
            self._listener.shutdown()
        self._listener.server_close()
        self._listener.drop_all()

    def __enter__(self) -> Self:
        """Begin to answer."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Answer no more."""
        self.stop()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    # The default asks the resolver for the machine's name, which may take seconds.
    allow_reuse_address = True

    def __init__(self, standin: StandIn, port: int) -> None:
        self.standin = standin
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: object) -> None:
        if isinstance(request, socket.socket):
            self._open.discard(request)
        super().shutdown_request(request)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet about clients that went away."""

    def drop_all(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listener

    def _serve(self) -> None:
        standin = self.server.standin
        request = self._request()
        standin.requests.append(request)
        fault = standin.faults.due(request)
        if fault is None:
            self.wfile.write(self._encoded(request, standin.app.answer(request)))
        else:
            self._fail(request, fault)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            params=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
            time=self.server.standin.app.now(),
        )

    def _encoded(self, request: Request, answer: Answer) -> bytes:
        status = HTTPStatus(answer.status).phrase if answer.status in _KNOWN else "Unknown"
        lines = [
            f"HTTP/1.1 {answer.status} {status}",
            f"Date: {format_datetime(self.server.standin.app.now(), usegmt=True)}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        body = b"" if request.method == "HEAD" else answer.body
        return "\r\n".join((*lines, "", "")).encode("latin-1") + body

    def _fail(self, request: Request, fault: Fault) -> None:
        time.sleep(fault.delay)
        if fault.close:
            self._reset()
            return
        answer = self._planned(request, fault)
        encoded = self._encoded(request, answer)
        head = len(encoded) - len(answer.body)
        if fault.cut_after is not None:
            encoded = encoded[: head + fault.cut_after]
            self.close_connection = True
        self._write(encoded, head, fault.drip)

    def _planned(self, request: Request, fault: Fault) -> Answer:
        if fault.status is not None:
            return Answer(
                status=fault.status,
                body=fault.body,
                content_type=fault.content_type,
                headers=fault.headers,
            )
        usual = self.server.standin.app.answer(request)
        return Answer(
            status=usual.status,
            body=fault.body or usual.body,
            content_type=usual.content_type,
            headers=usual.headers + fault.headers,
        )

    def _write(self, encoded: bytes, head: int, drip: tuple[int, float] | None) -> None:
        if drip is None:
            self.wfile.write(encoded)
            return
        size, pause = drip
        self.wfile.write(encoded[:head])
        for start in range(head, len(encoded), size):
            self.wfile.write(encoded[start : start + size])
            time.sleep(pause)

    def _reset(self) -> None:
        self.close_connection = True
        # A linger of zero seconds makes the kernel send RST instead of FIN.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing: the request log is `StandIn.requests`."""


_KNOWN = frozenset(HTTPStatus)
