"""SIGINT and SIGTERM as an error that is raised where it does no harm."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from etl.errors import Interrupted

STOPS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether the program was asked to stop.

    What a signal raises is lost where Python calls back from C: while it collects garbage.
    """

    asked: int | None = None

    def check(self) -> None:
        """Raise Interrupted once more if it was."""
        if self.asked is not None:
            raise Interrupted(self.asked)


@contextmanager
def raised() -> Iterator[Stop]:
    """Raise Interrupted when asked to stop, so that the open page is rolled back."""
    stop = Stop()

    def interrupt(number: int, _frame: FrameType | None) -> None:
        stop.asked = number
        raise Interrupted(number)

    before = {number: signal.signal(number, interrupt) for number in STOPS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held_back(cut_short: Callable[[], object]) -> Iterator[None]:
    """Raise what a signal raises when the block is over, which is told to be `cut_short`.

    A second signal is not kept waiting.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    caught = list[int]()

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        handler = before[number]
        if len(caught) == 1:
            cut_short()
        elif callable(handler):
            handler(number, frame)

    before = {int(number): signal.getsignal(number) for number in STOPS}
    ours = [number for number, handler in before.items() if callable(handler)]
    for number in ours:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])
        if len(caught) == 1:
            signal.raise_signal(caught[0])
