"""Progress of an import on a terminal: lines that are done with, and what is waited for."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self, TextIO

from etl.cli.progress import bar, finish
from etl.imports.batch import Event, Settled, Waiting


class ImportProgress:
    """Draws the events of an import on a terminal; does nothing without one."""

    def __init__(self, name: str, terminal: TextIO | None) -> None:
        self._terminal, self._name = terminal, name
        self._bar: Any = None
        self._done = self._total = 0

    def __enter__(self) -> Self:
        if self._terminal is not None:
            self._bar = bar(self._name, 1, self._terminal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            finish(self._bar, self._done)

    def expect(self, records: int) -> None:
        """Learn how many lines are to come."""
        self._total += records
        self._draw(self._name, 0)

    def show(self, event: Event) -> None:
        """Draw one event."""
        if isinstance(event, Settled):
            self._draw(self._name, event.lines)
        elif isinstance(event, Waiting):
            what = f"job {event.batch.job_id}" if event.batch.job_id else "last batch"
            since = f" for {event.seconds:.0f} s" if event.seconds >= 1 else ""
            self._draw(f"{self._name} ({what}: {event.status}{since})", 0)

    def _draw(self, said: str, lines: int) -> None:
        self._done += lines
        if self._bar is not None:
            self._bar.label, self._bar.length = said, max(self._total, self._done, 1)
            self._bar.update(lines, self._bar)
            self._bar.render_progress()
