"""Connections on which everything ends with the deadline of the request it is for.

A timeout is for one read, and a server that sends a byte now and then keeps within it for days.
Bodies are read by the client piece by piece; status and headers by `httpx` alone, so the limit has
to stand where the bytes are read. `httpx` has no name for that place: `attach` uses a private one.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

PIECE = 16_384  # bytes written before the clock is looked at again


class Wire(httpcore.SyncBackend):
    """Opens connections; each thread sends one request at a time, within its own deadline."""

    def __init__(self) -> None:
        self._own = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[float]:
        """End all reading and writing of this thread after so many seconds; give when that is."""
        self._own.ends_at, self._own.seconds = time.monotonic() + seconds, seconds
        try:
            yield self._own.ends_at
        finally:
            del self._own.ends_at

    def left(self, timeout: float | None) -> float | None:
        """Give how long one read may take. Raises httpcore.ReadTimeout when time is over."""
        ends_at = getattr(self._own, "ends_at", None)
        if ends_at is None:
            return timeout
        left: float = ends_at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"no end within {self._own.seconds:g} s (deadline)")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection, and watch it."""
        made = super().connect_tcp(host, port, self.left(timeout), local_address, socket_options)
        return _Watched(made, self)

    def attach(self, client: Any) -> None:
        """Open the connections of an `httpx` client, those through proxies as well."""
        for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001  # see above
            pool = getattr(transport, "_pool", None)
            if pool is not None:
                pool._network_backend = self  # noqa: SLF001  # see above


class _Watched(httpcore.NetworkStream):
    """A connection that looks at the clock before each read and write."""

    def __init__(self, stream: httpcore.NetworkStream, wire: Wire) -> None:
        self._stream, self._wire = stream, wire
        self.close = stream.close  # type: ignore[method-assign]  # called as it is
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]  # idem

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._stream.read(max_bytes, self._wire.left(timeout))
        except httpcore.ReadTimeout:
            self._wire.left(timeout)  # says so if it is the deadline
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], self._wire.left(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        made = self._stream.start_tls(ssl_context, server_hostname, self._wire.left(timeout))
        return _Watched(made, self._wire)
