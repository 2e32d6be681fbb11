"""The mirror's own books: runs, and what they did per stream."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from etl import __version__, failpoints, times
from etl.database import Session
from etl.errors import ENDINGS, Ending, MirrorError, Outcome, RefusedError
from etl.layout import keys
from etl.merge import Counts
from etl.reject import storable
from etl.statements import Spelling
from etl.tables import Run, StreamRun, Watermark

RUNS, STREAM_RUNS = Run.__tablename__, StreamRun.__tablename__
POSITIONS = Watermark.__tablename__
OF_PART = keys(Watermark)
REALM = ("", "realm")  # where the books keep it: a position of no stream


@dataclass
class StreamReport:
    """What a run did for one stream, as `sync --json` and sync_stream_runs tell it."""

    source: str
    stream: str
    counts: Counts = field(default_factory=Counts)
    outcome: Outcome = Outcome.OK
    requests: int = 0
    seconds: float = 0.0
    error: str | None = None
    exit_code: int = 0

    def fail(self, error: Ending) -> None:
        """Say what stopped the stream."""
        self.outcome, self.error, self.exit_code = error.outcome, str(error), error.exit_code


class Ledger:
    """Writes the books of the run `run_id`, which is open."""

    def __init__(self, session: Session, run_id: int) -> None:
        self._session, self.run_id = session, run_id
        self._spelling = Spelling(session.dialect)
        self._reports: list[StreamReport] = []

    @property
    def outcome(self) -> Outcome:
        """Sum up what was noted so far."""
        return outcome_of(self._reports)

    def note(self, report: StreamReport) -> None:
        """Write down what was done for a stream; where even that fails, the report says so."""
        self._reports.append(report)
        row = {
            "run_id": self.run_id,
            "source": report.source,
            "stream": report.stream,
            "outcome": report.outcome.value,
            "requests": report.requests,
            **vars(report.counts),
            "seconds": report.seconds,
            "error": _said(report.error),
            "finished_at": times.now(),
        }
        try:
            with self._session.transaction():
                self._session.run(self._spelling.insert(STREAM_RUNS, list(row)), [*row.values()])
        except MirrorError as error:
            report.fail(error)

    def confirm(self, source: str, realm: str, *, accept: bool) -> None:
        """Compare what a source shows us with what it showed the last run.

        Raises RefusedError for another realm, unless it is to be accepted.
        """
        found = realm_of(self._session, source)
        if found == realm:
            return
        if found is not None and not accept:
            raise other_realm(source, realm, found)
        columns = (*OF_PART, "state", "run_id", "updated_at")
        with self._session.transaction():
            self._session.run(
                self._spelling.upsert(POSITIONS, columns, OF_PART),
                (source, *REALM, realm, self.run_id, times.now()),
            )

    def finish(self, outcome: Outcome, error: str | None = None) -> None:
        """Say how the run went and when it ended."""
        mark = self._spelling.mark
        with self._session.transaction():
            self._session.run(
                f"UPDATE {RUNS} SET finished_at = {mark}, outcome = {mark}, error = {mark} "
                f"WHERE {self._spelling.equal('id')}",
                (times.now(), outcome.value, _said(error), self.run_id),
            )
            failpoints.reach("closing_run")

    def has_failed(self, source: str, stream: str) -> bool:
        """Tell whether a stream could not be read in this run."""
        noted = (r for r in self._reports if (r.source, r.stream) == (source, stream))
        return any(report.outcome is not Outcome.OK for report in noted)

    def finish_as_noted(self) -> None:
        """Sum the run up by its streams."""
        self.finish(self.outcome, next((r.error for r in self._reports if r.error), None))


@contextmanager
def opened(session: Session) -> Iterator[Ledger]:
    """Open a run, and close it whatever happens in between."""
    ledger = Ledger(session, _begin(session))
    try:
        yield ledger
    except BaseException as error:
        outcome = error.outcome if isinstance(error, ENDINGS) else Outcome.FAILED
        # What a bug says may hold anything, also a credential.
        said = str(error) if isinstance(error, ENDINGS) else type(error).__name__
        with suppress(MirrorError):  # what stopped the run may be the mirror itself
            ledger.finish(outcome, said)
        raise
    ledger.finish_as_noted()


def _begin(session: Session) -> int:
    """Open a run. One that is still open was killed: the lock would have kept us out."""
    spelling = Spelling(session.dialect)
    row = {
        "started_at": times.now(),
        "version": __version__,
        "host": socket.gethostname(),
        "pid": os.getpid(),
    }
    died = (times.now(), Outcome.INTERRUPTED.value, "killed, or cut off from the mirror")
    mark = spelling.mark
    with session.transaction():
        session.run(
            f"UPDATE {RUNS} SET finished_at = {mark}, outcome = {mark}, error = {mark} "
            "WHERE outcome IS NULL",
            died,
        )
        insert = f"{spelling.insert(RUNS, list(row))} RETURNING id"
        ((run_id,),) = session.all(insert, [*row.values()])
    return int(run_id)


def realm_of(session: Session, source: str) -> str | None:
    """Give the realm that a source was mirrored from, if it has been."""
    where = Spelling(session.dialect).equal(*OF_PART)
    found = session.all(f"SELECT state FROM {POSITIONS} WHERE {where}", (source, *REALM))
    return found[0][0] if found else None


def other_realm(source: str, realm: str, known: str) -> RefusedError:
    """Say that a source shows something else than what it was mirrored from."""
    return RefusedError(
        f"{source}: the account now reads {realm}, this mirror was read from {known}; configure "
        f"{realm} as a source of its own or, if they are the same, run once: "
        f"annomirror sync {source} --allow-mass-delete"
    )


def _said(error: str | None) -> str | None:
    """Put a server's words so that every database takes them."""
    return storable(error) if error else error


def outcome_of(reports: Sequence[StreamReport]) -> Outcome:
    """Sum up a run: refused or different when a stream was, failed when all were, else partial."""
    outcomes = {report.outcome for report in reports}
    for worst in (Outcome.REFUSED, Outcome.DIFFERENT):
        if worst in outcomes:
            return worst
    if outcomes <= {Outcome.OK}:
        return Outcome.OK
    return Outcome.FAILED if outcomes == {Outcome.FAILED} else Outcome.PARTIAL
