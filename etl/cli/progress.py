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
            self._bar = click.progressbar(
                length=total,
                label=f"{event.source}/{event.stream}",
                show_pos=True,
                item_show_func=self._speed,
                file=terminal,
            )
            self._bar.render_progress()
        self._bar.length = total
        self._bar.update(read, self._bar)

    @staticmethod
    def _speed(bar: Any) -> str | None:
        """Say how many rows come in a second."""
        pause = bar.time_per_iteration if bar else 0
        return f"{1 / pause:,.0f}/s" if pause else None

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.length = max(self._done, 1)
            self._bar.finish()
            self._bar.render_progress()
            self._bar.render_finish()
            self._bar = None
