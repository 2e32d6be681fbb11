"""Drives walks: requests go to the client, pages come out, fetched ahead in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from etl.errors import SourceError
from etl.stream import Answer, Page, Request, Walk

T = TypeVar("T")

AHEAD = 2  # pages waiting while one is written: enough to hide the writing, little to hold


class Sender(Protocol):
    """What sends a request and gives back its answer."""

    def send(self, request: Request) -> Answer:
        """Send one request. Raises a SourceError."""


def pages(walk: Walk, sender: Sender) -> Iterator[Page]:
    """Yield a walk's pages; an error of the sender is thrown into the walk, which may go on."""
    step: Callable[[], Request | Page] = lambda: next(walk)  # noqa: E731  # one step, replaced below
    while True:
        try:
            item = step()
        except StopIteration:
            return
        if isinstance(item, Page):
            yield item
            step = lambda: next(walk)  # noqa: E731
        else:
            step = _step(walk, item, sender)


def _step(walk: Walk, request: Request, sender: Sender) -> Callable[[], Request | Page]:
    try:
        answer = sender.send(request)
    except SourceError as error:
        failure = error
        return lambda: walk.throw(failure)
    return lambda: walk.send(answer)


def ask(questions: Generator[Request, Answer, T], sender: Sender) -> T:
    """Carry out questions that end in a value."""
    request = next(questions)
    while True:
        answer = sender.send(request)
        try:
            request = questions.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # typed by the generator's own type


@contextmanager
def ahead(items: Iterable[T], depth: int = AHEAD) -> Iterator[Iterator[T]]:
    """Iterate in a thread that runs at most `depth` items ahead; leaving stops it.

    What the iteration raises is raised here, after the items that came before it.
    """
    waiting: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(kind: str, value: Any) -> None:
        while not stopped.is_set():
            try:
                waiting.put((kind, value), timeout=0.2)
            except queue.Full:
                continue
            return

    def produce() -> None:
        try:
            for item in items:
                put("item", item)
                if stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  # raised again by who consumes
            put("error", error)
        else:
            put("end", None)

    def consume() -> Iterator[T]:
        while True:
            kind, value = waiting.get()
            if kind == "item":
                yield value
            elif kind == "error":
                raise value
            else:
                return

    thread = threading.Thread(target=produce, name="annomirror-ahead", daemon=True)
    thread.start()
    try:
        yield consume()
    finally:
        stopped.set()
        thread.join(timeout=1.0)
