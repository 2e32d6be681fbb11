"""The mirror's own books: runs, and what they did per stream."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl import __version__, times
from etl.database import Session
from etl.merge import Counts
from etl.statements import Dialect

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class StreamReport:
    """What a run did for one stream, as `sync --json` and sync_stream_runs tell it."""

    source: str
    stream: str
    counts: Counts
    outcome: str = "ok"
    requests: int = 0
    seconds: float = 0.0
    error: str | None = None


class Ledger:
    """Writes the books of one run."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._mark = Dialect(session.dialect).mark
        self.run_id = 0

    def begin(self) -> int:
        """Open a run. One that is still open was killed: the lock would have kept us out."""
        names = "started_at, version, host, pid"
        values = (times.now(), __version__, socket.gethostname(), os.getpid())
        with self._session.transaction():
            self._session.run(
                f"UPDATE sync_runs SET outcome = 'interrupted', finished_at = {self._mark}, "
                "error = 'the process died' WHERE outcome IS NULL",
                (times.now(),),
            )
            rows = self._session.all(
                f"INSERT INTO sync_runs ({names}) VALUES ({self._marks(4)}) RETURNING id", values
            )
        self.run_id = int(rows[0][0])
        return self.run_id

    def note(self, report: StreamReport) -> None:
        """Write down what was done for a stream."""
        counts = vars(report.counts)
        row = {
            "run_id": self.run_id,
            "source": report.source,
            "stream": report.stream,
            "outcome": report.outcome,
            "requests": report.requests,
            **counts,
            "seconds": report.seconds,
            "error": report.error,
            "finished_at": times.now(),
        }
        names = ", ".join(f'"{name}"' for name in row)
        with self._session.transaction():
            self._session.run(
                f"INSERT INTO sync_stream_runs ({names}) VALUES ({self._marks(len(row))})",
                tuple(row.values()),
            )

    def finish(self, outcome: str, error: str | None = None) -> None:
        """Close the run."""
        mark = self._mark
        with self._session.transaction():
            self._session.run(
                f"UPDATE sync_runs SET finished_at = {mark}, outcome = {mark}, error = {mark} "
                f"WHERE id = {mark}",
                (times.now(), outcome, error, self.run_id),
            )

    def _marks(self, count: int) -> str:
        return ", ".join([self._mark] * count)


def outcome_of(reports: Sequence[StreamReport]) -> str:
    """Sum up a run: failed when nothing went well, partial when something did not."""
    outcomes = {report.outcome for report in reports}
    if outcomes <= {"ok"}:
        return "ok"
    return "failed" if outcomes == {"failed"} else "partial"
