"""Progress on a terminal: one bar a stream, with rows, rows a second and what is left."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from etl.sync import Began, Committed, Event, Finished

if TYPE_CHECKING:
    from rich.progress import TaskID


class Progress:
    """Draws the events of a run; does nothing unless `shown`."""

    def __init__(self, *, shown: bool) -> None:
        self._bars = bars() if shown else None
        self._tasks: dict[tuple[str, str], TaskID] = {}
        self._done: dict[tuple[str, str], int] = {}

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars:
            self._bars.stop()

    def show(self, event: Event) -> None:
        """Draw one event."""
        if self._bars is None:
            return
        if isinstance(event, Began):
            name = f"{event.source}/{event.stream}"
            self._tasks[event.source, event.stream] = self._bars.add_task(name, total=None)
        elif isinstance(event, Committed):
            self._advance(event)
        elif isinstance(event, Finished):
            self._finish(event)

    def _advance(self, event: Committed) -> None:
        key = (event.source, event.stream)
        done = self._done[key] = self._done.get(key, 0) + event.counts.read
        total = None if event.left is None else done + event.left
        self._bars.update(self._tasks[key], completed=done, total=total)  # type: ignore[union-attr]  # shown

    def _finish(self, event: Finished) -> None:
        task = self._tasks.get((event.report.source, event.report.stream))
        if task is not None:
            read = event.report.counts.read
            self._bars.update(task, completed=read, total=max(read, 1) if read else 0)  # type: ignore[union-attr]  # shown


def bars() -> Any:
    """Make the bars: name, share, speed and what is left."""
    from rich.console import Console  # noqa: PLC0415  # costs 50 ms, and cron has no terminal
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        ProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    class Speed(ProgressColumn):
        """Records a second."""

        def render(self, task: Any) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:,.0f}/s" if speed else "", style="dim")

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Speed(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
