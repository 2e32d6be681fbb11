"""annomirror sync: the main job."""

from __future__ import annotations

import json
import logging
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import click

from etl import database, sync
from etl.cli import build
from etl.cli.options import common, invocation
from etl.cli.progress import Progress
from etl.database import Session
from etl.errors import AnnomirrorError, BusyError, Interrupted, PartialError, RefusedError
from etl.ledger import Ledger, StreamReport, outcome_of
from etl.settings import Settings

log = logging.getLogger("etl.cli")


@dataclass
class Outcome:
    """How a run went, as `sync --json` prints it."""

    run: int | None = None
    outcome: str = "failed"
    seconds: float = 0.0
    reports: list[StreamReport] = field(default_factory=list)
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "run": self.run,
            "outcome": self.outcome,
            "seconds": self.seconds,
            "streams": [_stream(report) for report in self.reports],
            **({"error": self.error} if self.error else {}),
        }


@click.command("sync")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--full", is_flag=True, help="Read everything again.")
@click.option("--dry-run", is_flag=True, help="Fetch and compare, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def command(
    sources: Sequence[str],
    streams: Sequence[str],
    full: bool,  # noqa: FBT001  # click passes flags so
    dry_run: bool,  # noqa: FBT001
    as_json: bool,  # noqa: FBT001
) -> None:
    """Bring the mirror up to date.

    Reads what changed since the last run from every SOURCE (all of them by default) and writes
    it into the mirror, page by page: what is committed stays, whatever happens next.
    """
    outcome = Outcome()
    began = time.monotonic()
    try:
        chosen = build.read_settings()
        selected = chosen.select(sources)
        with _signals(), build.jobs(selected, streams, full=full) as jobs:
            _run(chosen, jobs, outcome, dry_run=dry_run)
    except AnnomirrorError as error:
        outcome.error = str(error)
        outcome.outcome = _word(error)
        raise
    finally:
        outcome.seconds = round(time.monotonic() - began, 3)
        _print(outcome, as_json=as_json, dry_run=dry_run)
    _judge(outcome)


def _run(chosen: Settings, jobs: Sequence[sync.Job], outcome: Outcome, *, dry_run: bool) -> None:
    opened = _rehearsing(chosen) if dry_run else build.writing(chosen)
    with opened as session:
        ledger = Ledger(session)
        outcome.run = None if dry_run else ledger.begin()
        quiet = invocation().verbosity < 0
        try:
            with Progress(shown=sys.stderr.isatty() and not quiet) as progress:
                for event in sync.run(jobs, session, ledger):
                    progress.show(event)
                    if isinstance(event, sync.Finished):
                        outcome.reports.append(event.report)
        except AnnomirrorError as error:
            ledger.finish(_word(error), str(error))
            raise
    outcome.outcome = outcome_of(outcome.reports)


@contextmanager
def _rehearsing(chosen: Settings) -> Iterator[Session]:
    """Work on the mirror inside one transaction that is rolled back, or on an empty one."""
    path = database.parse(chosen.database).database
    missing = chosen.database.startswith("sqlite") and not database.exists(path)
    engine = database.open_mirror("sqlite://" if missing else chosen.database)
    with (
        database.locked(engine, chosen.database),
        build.migrated(engine, rehearsal=True) as session,
    ):
        yield session
    engine.dispose()


@contextmanager
def _signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into an error, so that the open page is rolled back."""

    def interrupt(number: int, _frame: Any) -> None:
        raise Interrupted(number)

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _word(error: AnnomirrorError) -> str:
    words = {BusyError: "busy", RefusedError: "refused", Interrupted: "interrupted"}
    return words.get(type(error), "failed")


def _judge(outcome: Outcome) -> None:
    """End with the exit code of the outcome."""
    if outcome.outcome == "partial":
        raise PartialError("some streams failed; what is committed stays, the next run goes on")
    if outcome.outcome == "failed":
        raise AnnomirrorError("no stream could be read; see above")


def _stream(report: StreamReport) -> dict[str, Any]:
    what = {name: getattr(report, name) for name in ("source", "stream", "outcome", "requests")}
    return what | asdict(report.counts) | {"seconds": report.seconds, "error": report.error}


def _print(outcome: Outcome, *, as_json: bool, dry_run: bool) -> None:
    for report in outcome.reports:
        if report.error:
            click.echo(f"{report.source}/{report.stream}: {report.error}", err=True)
    if as_json:
        click.echo(json.dumps(outcome.as_json()))
        return
    if invocation().verbosity < 0 or not outcome.reports:
        return
    title = "dry run" if dry_run else f"run {outcome.run}"
    click.echo(f"{title}: {outcome.outcome} in {outcome.seconds:.1f} s")
    for report in outcome.reports:
        click.echo(f"  {report.source}/{report.stream}: {summary(report)}")


def summary(report: StreamReport) -> str:
    """Say in a few words what was done for a stream."""
    counts = report.counts
    words = ("inserted", "updated", "deleted", "rejected")
    found = {word: getattr(counts, word) for word in words if getattr(counts, word)}
    parts = [f"{counts.read:,} read", *(f"{count:,} {word}" for word, count in found.items())]
    if len(parts) == 1 and report.outcome == "ok":
        parts = ["nothing changed"]
    plural = "" if report.requests == 1 else "s"
    return f"{', '.join(parts)} ({report.requests} request{plural}, {report.seconds:.1f} s)"
