"""Drives walks: requests go to the client, pages come out, fetched ahead in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar, cast

from etl.errors import BadAnswer, SourceError
from etl.stream import Answer, Page, Request, Walk

T = TypeVar("T")

Step = Callable[[], Request | Sequence[Request] | Page]

AHEAD = 2  # pages waiting while one is written: enough to hide the writing, little to hold


class Sender(Protocol):
    """What sends a request and gives back its answer."""

    def send(self, request: Request) -> Answer:
        """Send one request. Raises a SourceError."""


def pages(walk: Walk, sender: Sender, concurrency: int = 1) -> Iterator[Page]:
    """Yield a walk's pages; an error of the sender is thrown into the walk, which may go on."""
    step: Step = lambda: next(walk)  # noqa: E731  # one step, replaced below
    while True:
        try:
            item = step()
        except StopIteration:
            return
        except (ValueError, TypeError, KeyError) as error:
            raise BadAnswer(f"an answer is not what the platform documents: {error}") from error
        if isinstance(item, Page):
            yield item
            step = lambda: next(walk)  # noqa: E731
        else:
            step = _step(walk, item, sender, concurrency)


def _step(walk: Walk, item: Request | Sequence[Request], sender: Sender, concurrency: int) -> Step:
    answer: Answer | list[Answer]
    try:
        if isinstance(item, Request):
            answer = sender.send(item)
        else:
            answer = _side_by_side(item, sender, concurrency)
    except SourceError as error:
        failure = error
        return lambda: walk.throw(failure)
    return lambda: walk.send(answer)


def _side_by_side(requests: Sequence[Request], sender: Sender, concurrency: int) -> list[Answer]:
    """Send requests at the same time, give the answers in order; the first failure counts."""
    with ThreadPoolExecutor(min(concurrency, len(requests)) or 1) as pool:
        return list(pool.map(sender.send, requests))


def ask(questions: Generator[Request, Answer, T], sender: Sender) -> T:
    """Carry out questions that end in a value."""
    request = next(questions)
    while True:
        answer = sender.send(request)
        try:
            request = questions.send(answer)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # typed by the generator's own type


class Ahead(Generic[T]):
    """Iterates in a thread that runs at most `depth` items ahead; leaving the block stops it.

    What the iteration raises is raised here too, after the items that came before it.
    """

    def __init__(self, items: Iterable[T], depth: int = AHEAD) -> None:
        self._items = items
        self._waiting: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._produce, name="annomirror-ahead", daemon=True)

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return self._consume()

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=1.0)

    def _consume(self) -> Iterator[T]:
        while True:
            item, error = self._waiting.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield cast("T", item)

    def _produce(self) -> None:
        try:
            for item in self._items:
                self._put(item, None)
                if self._stopped.is_set():
                    return
        except BaseException as error:  # noqa: BLE001  # raised again by who consumes
            self._put(None, error)
        else:
            self._put(None, StopIteration())

    def _put(self, item: T | None, error: BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._waiting.put((item, error), timeout=0.2)
            except queue.Full:
                continue
            return
