"""A proxy before a real server that can kill the program, or its connection, at a request."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Self

import httpx

Happens = Callable[[], None]
HOP = {"content-length", "transfer-encoding", "connection", "host"}


class Cutting:
    """Forwards to `target`; at the request `number` it does `happens`: before, during or after.

    Before: the server never hears of it. During: it does what it was asked, and nobody is left to
    listen. After: it has answered, and the answer gets no further.
    """

    def __init__(self, target: str) -> None:
        self.number, self.when = 0, ""
        self.happens: Happens = lambda: None
        self.seen: list[str] = []
        self._lock = Lock()
        self.client = httpx.Client(base_url=target, timeout=120, trust_env=False)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.client.close()

    def at(self, number: int, when: str, happens: Happens) -> None:
        """Count from now on, and let something happen once."""
        with self._lock:
            self.seen.clear()
            self.number, self.when, self.happens = number, when, happens

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response | None:
        """Forward one request; None if it, or its answer, gets lost."""
        with self._lock:
            self.seen.append(f"{method} {path.partition('?')[0]}")
            due = len(self.seen) == self.number
        if due and self.when in ("before", "during"):
            self.happens()
        if due and self.when == "before":
            return None
        answer = self.client.request(method, path, headers=headers, content=body)
        if due and self.when == "after":
            self.happens()
        return None if due else answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        cutting = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kept = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
                answer = cutting.forward(self.command, self.path, kept, body)
                if answer is None:
                    self.close_connection = True
                    self.connection.close()
                    return
                self.send_response(answer.status_code)
                self.send_header("Content-Type", answer.headers.get("content-type", ""))
                self.send_header("Content-Length", str(len(answer.content)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(answer.content)

            do_GET = do_POST = do_PATCH = _forward  # noqa: N815  # http.server's names

            def handle(self) -> None:
                with contextlib.suppress(OSError, ValueError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
