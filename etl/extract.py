"""Drives walks: requests go to the client, pages come out, fetched ahead in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from etl.errors import BadAnswer, SourceError
from etl.stream import Answer, Held, Known, Page, Request, Span, Walk

T = TypeVar("T")

AHEAD = 2  # pages waiting while one is written: enough to hide the writing, little to hold


class Sender(Protocol):
    """What sends a request and gives back its answer."""

    def send(self, request: Request) -> Answer:
        """Send one request. Raises a SourceError."""


def pages(
    walk: Walk,
    sender: Sender,
    concurrency: int = 1,
    held: Callable[[Span], Held] | None = None,
) -> Iterator[Page]:
    """Yield a walk's pages, sending what it asks for in between.

    An error of the sender is raised inside the walk, where it asked; the walk may go on. What a
    proof asks of the mirror, `held` answers.
    """
    with closing(walk), suppress(StopIteration), _decoding():
        item = next(walk)
        while True:
            if isinstance(item, Page):
                yield item
                item = next(walk)
                continue
            answer: Any
            try:
                if isinstance(item, Span):
                    answer = held(item) if held else Held(Known())
                else:
                    answer = _answer(item, sender, concurrency)
            except SourceError as error:
                item = walk.throw(error)
            else:
                item = walk.send(answer)


def ask(questions: Generator[Request, Answer, T], sender: Sender) -> T:
    """Carry out questions that end in a value.

    An error of the sender is raised where they asked; they may go on.
    """
    step: Callable[[], Request] = partial(next, questions)
    with _decoding():
        while True:
            try:
                request = step()
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # typed by the generator's own type
            try:
                step = partial(questions.send, sender.send(request))
            except SourceError as error:
                step = partial(questions.throw, error)


def _answer(
    asked: Request | Sequence[Request], sender: Sender, concurrency: int
) -> Answer | list[Answer]:
    """Send one request, or several at the same time; of those the first failure counts."""
    if isinstance(asked, Request):
        return sender.send(asked)
    with ThreadPoolExecutor(min(concurrency, len(asked)) or 1) as pool:
        return list(pool.map(sender.send, asked))


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn an answer that a platform cannot decode into a BadAnswer; a bug of ours stays one."""
    try:
        yield
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadAnswer(f"an answer is not what the platform documents: {error}") from error


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
