"""Drives walks: requests go to the client, pages come out, fetched ahead in order."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec

from etl.errors import BadAnswer, SourceError
from etl.exchange import Answer, Request
from etl.walk import Held, Known, Page, Span, Tally, Walk

T = TypeVar("T")

LEAVE = 1.0  # seconds in which requests under way may end
WAYS = 3  # that are tried of a walk, to tell whether it can be walked
AHEAD = 2  # pages waiting while one is written: enough to hide the writing, little to hold


class Sender(Protocol):
    """What sends a request and gives back its answer."""

    def send(self, request: Request) -> Answer:
        """Send one request. Raises a SourceError."""

    def conceal(self, error: SourceError) -> None:
        """Blot out of an error what proves who we are."""


def pages(
    walk: Walk,
    sender: Sender,
    concurrency: int = 1,
    held: Callable[[Span], Held] | None = None,
    tally: Callable[[Tally], Mapping[Any, int]] | None = None,
) -> Iterator[Page]:
    """Yield a walk's pages, sending what it asks for in between.

    An error of the sender is raised inside the walk, where it asked; the walk may go on. What a
    proof asks of the mirror, `held` answers, and `tally` what a check asks.
    """
    with closing(walk), suppress(StopIteration), _concealing(sender), _decoding():
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
                elif isinstance(item, Tally):
                    answer = dict(tally(item)) if tally else {}
                else:
                    answer = _answer(item, sender, concurrency)
            except SourceError as error:
                item = walk.throw(error)
            else:
                with _named(item):
                    item = walk.send(answer)


def tried(walk: Walk, sender: Sender) -> None:
    """Send a walk's first request, and let the walk read its answer. Raises SourceError.

    Where the request is refused, the walk may know another way; a few are tried.
    """
    with closing(walk), suppress(StopIteration), _concealing(sender), _decoding():
        asked = next(walk)
        for left in reversed(range(WAYS)):
            if not isinstance(asked, Request):
                return
            try:
                answer = sender.send(asked)
            except SourceError as error:
                asked = walk.throw(error)
                if not left:
                    raise
            else:
                with _named(asked):
                    walk.send(answer)
                return


@contextmanager
def _named(asked: object) -> Iterator[None]:
    """Say which request it was whose answer a walk cannot read."""
    try:
        yield
    except (BadAnswer, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        first = asked[0] if isinstance(asked, list) else asked
        if not isinstance(first, Request):
            raise
        undecoded = "" if isinstance(error, BadAnswer) else "the answer is not as documented: "
        raise BadAnswer(f"{first.method} {first.path}: {undecoded}{error}") from error


def ask(questions: Generator[Request, Answer, T], sender: Sender) -> T:
    """Carry out questions that end in a value.

    An error of the sender is raised where they asked; they may go on.
    """
    step: Callable[[], Request] = partial(next, questions)
    with _concealing(sender), _decoding():
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
    """Send one request, or several at the same time, of which none may fail."""
    if isinstance(asked, Request):
        return sender.send(asked)

    def sent(number: int, request: Request) -> Iterator[tuple[int, Answer]]:
        yield number, sender.send(request)

    each = [sent(number, request) for number, request in enumerate(asked)]
    with Ahead(each, concurrency) as answers:
        found = dict(answers)
    return [found[number] for number in range(len(found))]


@contextmanager
def _concealing(sender: Sender) -> Iterator[None]:
    """Let no error out that quotes a credential: what a walk cannot read, it shows."""
    try:
        yield
    except SourceError as error:
        sender.conceal(error)
        raise


@contextmanager
def _decoding() -> Iterator[None]:
    """Turn an answer that a platform cannot decode into a BadAnswer; a bug of ours stays one."""
    try:
        yield
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadAnswer(f"an answer is not what the platform documents: {error}") from error


class Ahead(Generic[T]):
    """Iterates in threads, `width` of the iterables side by side; `depth` items may wait.

    What one iterable gives stays in its order. What one raises is raised here too, after the items
    that came before it. Leaving the block stops all.
    """

    def __init__(self, each: Sequence[Iterable[T]], width: int = 1, depth: int = AHEAD) -> None:
        self._each, self._turn = iter(each), threading.Lock()
        self._waiting: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._produce, name=f"annomirror-ahead-{n}", daemon=True)
            for n in range(min(width, len(each)))
        ]

    def __enter__(self) -> Iterator[T]:
        for thread in self._threads:
            thread.start()
        return self._consume()

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        until = time.monotonic() + LEAVE
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def _consume(self) -> Iterator[T]:
        running = len(self._threads)
        while running:
            item, error = self._waiting.get()
            if isinstance(error, StopIteration):
                running -= 1
            elif error is not None:
                raise error
            else:
                yield cast("T", item)

    def _produce(self) -> None:
        try:
            while (items := self._next()) is not None:
                for item in items:
                    self._put(item, None)
                    if self._stopped.is_set():
                        return
        except BaseException as error:  # noqa: BLE001  # raised again by who consumes
            self._put(None, error)
        else:
            self._put(None, StopIteration())

    def _next(self) -> Iterable[T] | None:
        with self._turn:
            return next(self._each, None)

    def _put(self, item: T | None, error: BaseException | None) -> None:
        while not self._stopped.is_set():
            try:
                self._waiting.put((item, error), timeout=0.2)
            except queue.Full:
                continue
            return
