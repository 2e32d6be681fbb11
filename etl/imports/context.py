"""What an import works with while it carries one file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeVar

from etl.database import Session
from etl.extract import Sender
from etl.imports.batch import Event
from etl.imports.journal import Journal
from etl.imports.options import ImportOptions
from etl.imports.validate import OpenFile
from etl.intake import Intake
from etl.source import Source
from etl.stream import Stream

T = TypeVar("T")

FIRST_PAUSE, LONGER, LONGEST_PAUSE = 0.2, 1.5, 15.0  # seconds between two looks

Looked = Generator[Event, None, T]
"""Yields what happens, and ends in what was found."""


class Progress:
    """When the server last got on with something in this run.

    What is stuck is not waited for in addition to what was stuck before it.
    """

    def __init__(self) -> None:
        self._since: float | None = None

    def made(self) -> None:
        """Begin to wait anew."""
        self._since = time.monotonic()

    def none_for(self, seconds: float) -> bool:
        """Tell whether the server got on with nothing for so long, while it was waited for."""
        if self._since is None:
            self.made()
        return time.monotonic() > (self._since or 0.0) + seconds


@dataclass(frozen=True, kw_only=True)
class Context:
    """What an import works with: the source, what speaks to it, the books, and how it is done.

    Who `expect`s records is told how many are to come.
    """

    source: Source
    intake: Intake
    stream: Stream
    sender: Sender
    session: Session
    journal: Journal
    run_id: int
    options: ImportOptions
    opens: OpenFile
    expect: Callable[[int], None]
    progress: Progress = field(default_factory=Progress)
    sleep: Callable[[float], None] = time.sleep

    def pause(self, last: float) -> float:
        """Wait longer than the last time, up to a limit."""
        pause = min(last * LONGER, LONGEST_PAUSE) or FIRST_PAUSE
        self.sleep(pause)
        return pause
