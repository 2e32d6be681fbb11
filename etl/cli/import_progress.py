"""Progress of an import on a terminal: lines that are done with, and what is waited for."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from etl.cli.progress import bars
from etl.sightings import Event, Settled, Waiting

if TYPE_CHECKING:
    from rich.progress import TaskID


class ImportProgress:
    """Draws the events of an import; does nothing unless `shown`."""

    def __init__(self, name: str, *, shown: bool) -> None:
        self._bars = bars() if shown else None
        self._name, self._done, self._total = name, 0, 0
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
            self._task = self._bars.add_task(self._name, total=None)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars:
            self._bars.stop()

    def expect(self, records: int) -> None:
        """Learn how many lines are to come."""
        self._total += records
        self._draw(self._name)

    def show(self, event: Event) -> None:
        """Draw one event."""
        if isinstance(event, Settled):
            self._done += event.lines
            self._draw(self._name)
        elif isinstance(event, Waiting):
            what = f"job {event.batch.job_id}" if event.batch.job_id else "last batch"
            self._draw(f"{self._name} ({what}: {event.status})")

    def _draw(self, said: str) -> None:
        if self._bars and self._task is not None:
            total = max(self._total, self._done) or None
            self._bars.update(self._task, description=said, completed=self._done, total=total)
