"""Progress on a terminal: one bar a stream, with rows, rows a second and what is left."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self, TextIO

import click

from etl.sync import Began, Committed, Event, Finished


class Progress:
    """Draws the events of a run on a terminal; does nothing without one."""

    def __init__(self, terminal: TextIO | None) -> None:
        self._terminal = terminal
        self._bar: Any = None  # of the stream that is under way, once a page of it is in
        self._done = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def show(self, event: Event) -> None:
        """Draw one event."""
        if self._terminal is None:
            return
        if isinstance(event, Began):
            self._done = 0
        elif isinstance(event, Committed):
            self._advance(event, self._terminal)
        elif isinstance(event, Finished):
            self._end()

    def _advance(self, event: Committed, terminal: TextIO) -> None:
        read = event.counts.read
        self._done += read
        total = max(self._done + (event.left or 0), 1)
        if self._bar is None:
            self._bar = bar(f"{event.source}/{event.stream}", total, terminal)
        self._bar.length = total
        self._bar.update(read, self._bar)

    def _end(self) -> None:
        if self._bar is not None:
            finish(self._bar, self._done)
            self._bar = None


def bar(label: str, total: int, terminal: TextIO) -> Any:
    """Draw a bar: how far, of how much, how fast, how long still."""
    made = click.progressbar(
        length=total, label=label, show_pos=True, item_show_func=_speed, file=terminal
    )
    made.render_progress()
    return made


def finish(drawn: Any, done: int) -> None:
    """End a bar with what came."""
    drawn.length = max(done, 1)
    drawn.finish()
    drawn.render_progress()
    drawn.render_finish()


def _speed(drawn: Any) -> str | None:
    """Say how many come in a second."""
    pause = drawn.time_per_iteration if drawn else 0
    return f"{1 / pause:,.0f}/s" if pause else None
