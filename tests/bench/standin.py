"""A server that is not the bottleneck: Label Studio's lists, from ready pieces, in a process.

    python tests/bench/standin.py --tasks 20000 --latency 50

It prints its address. It answers whoever asks, with keep-alive; `--latency` holds every answer
back. What is no part of the API lies under /bench/: `count` tells what was asked since the last
`count`, `change?share=0.01` changes a share of the tasks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

from scenes import PEOPLE, Scenes, project

HEAD = b"HTTP/1.1 %b\r\nDate: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
FILTERS = {
    ("filter:tasks:id", "greater"): "above",
    ("filter:tasks:id", "less_or_equal"): "upto",
    ("filter:tasks:updated_at", "greater_or_equal"): "since",
}
BARE = {"id", "updated_at", "predictions"}
NOBODY = b'{"detail":"not found"}'


class Api:
    """Answers requests, and counts them."""

    def __init__(self, tasks: int) -> None:
        self._scenes = Scenes(tasks)
        self._requests = self._bytes = 0
        self._cpu = time.process_time()
        self._fixed = {
            "/api/users": PEOPLE,
            "/api/projects": {
                "count": 1, "next": None, "previous": None, "results": [project(tasks)],
            },
            "/api/projects/1/model-versions": {"static": [], "live": None},
            "/api/predictions": [],
            "/api/current-user/whoami": PEOPLE[0],
            "/api/version": {"release": "1.23.2", "label-studio-os-package": {}},
        }  # fmt: skip
        self._ready = {path: _encoded(content) for path, content in self._fixed.items()}

    def answer(self, target: str) -> bytes:
        """Give the whole answer to a GET."""
        path, _, query = target.partition("?")
        path = path.rstrip("/")
        if path.startswith("/bench/"):
            return _framed(_encoded(self._control(path, dict(parse_qsl(query)))))
        body = self._tasks(query) if path == "/api/tasks" else self._ready.get(path)
        answer = _framed(NOBODY, b"404 Not Found") if body is None else _framed(body)
        self._requests += 1
        self._bytes += len(answer)
        return answer

    def _tasks(self, query: str) -> bytes:
        asked = dict(parse_qsl(query))
        size = int(asked.get("page_size", 100))
        view = json.loads(asked.get("query", "{}"))
        wanted: dict[str, Any] = {}
        for item in view.get("filters", {}).get("items", ()):
            name, value = FILTERS[item["filter"], item["operator"]], item["value"]
            wanted[name] = value if name == "since" else int(value)
        total, ids = self._scenes.page(size, **wanted)
        if view.get("ordering") == ["-tasks:updated_at"]:
            ids = self._scenes.newest(min(size, total))
        bare = set(asked.get("include", "annotations").split(",")) <= BARE
        records = self._scenes.bare(ids) if bare else self._scenes.records(ids)
        envelope = b'{"total_annotations":%d,"total_predictions":0,"total":%d,"tasks":['
        return envelope % (total, total) + records + b"]}"

    def _control(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        if path == "/bench/change":
            return {"changed": self._scenes.change(float(asked["share"]))}
        cpu = time.process_time()
        told = {"requests": self._requests, "bytes": self._bytes, "cpu": cpu - self._cpu}
        self._requests, self._bytes, self._cpu = 0, 0, cpu
        return told


class Connection(asyncio.Protocol):
    """One client: requests without a body, one answer each."""

    def __init__(self, api: Api, latency: float) -> None:
        self._api, self._latency = api, latency
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come whole."""
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii")
            answer = self._api.answer(target)
            if self._latency and not target.startswith("/bench/"):
                asyncio.get_running_loop().call_later(self._latency, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


def _encoded(content: Any) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()


def _framed(body: bytes, status: bytes = b"200 OK") -> bytes:
    return HEAD % (status, formatdate(usegmt=True).encode(), len(body)) + body


async def serve(tasks: int, latency: float) -> None:
    """Serve until the process is told to end."""
    api = Api(tasks)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(api, latency), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    sys.stdout.write(f"http://127.0.0.1:{address[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds an answer")
    asked = parser.parse_args()
    asyncio.run(serve(asked.tasks, asked.latency / 1000))


if __name__ == "__main__":
    main()
