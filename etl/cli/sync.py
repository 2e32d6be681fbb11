"""annomirror sync: the main job."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import click

from etl import ledger, migrate, signals, sync
from etl.address import SQLITE, Address
from etl.cli import build, metrics, output
from etl.cli.options import common, invocation
from etl.cli.progress import Progress
from etl.database import Session
from etl.errors import (
    ENDINGS,
    AnnomirrorError,
    ConfigurationError,
    Interrupted,
    Outcome,
    PartialError,
    RefusedError,
)
from etl.job import Job
from etl.ledger import StreamReport
from etl.ping import Ping
from etl.settings import Settings

log = logging.getLogger(__name__)


@dataclass
class RunReport:
    """How a run went, as `sync --json` prints it."""

    run: int | None = None
    outcome: Outcome = Outcome.FAILED
    seconds: float = 0.0
    streams: list[StreamReport] = field(default_factory=list)
    error: str | None = None
    ping: Ping | None = None
    metrics_file: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the contract's object."""
        return {
            "run": self.run,
            "outcome": self.outcome,
            "seconds": self.seconds,
            "streams": [_stream(report) for report in self.streams],
            **({"error": self.error} if self.error else {}),
        }


@click.command("sync")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--full", is_flag=True, help="Read everything again.")
@click.option("--dry-run", is_flag=True, help="Fetch and compare, write nothing.")
@click.option("--allow-mass-delete", is_flag=True, help="Believe a listing, however short it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--metrics-file", metavar="PATH", help="Write how it went for Prometheus.")
@common
def command(  # noqa: PLR0913  # one for each option
    sources: Sequence[str],
    streams: Sequence[str],
    metrics_file: str | None,
    *,
    full: bool,
    dry_run: bool,
    allow_mass_delete: bool,
    as_json: bool,
) -> None:
    """Bring the mirror up to date.

    Reads what changed since the last run from every SOURCE (all of them by default) and writes
    it into the mirror, page by page: what is committed stays, whatever happens next.
    """
    report = RunReport()
    began = time.monotonic()
    with _told(report):
        try:
            chosen = _settings(report, metrics_file, rehearsal=dry_run)
            selected = chosen.select(sources)
            allowed = {"full": full, "allow_mass_delete": allow_mass_delete}
            with signals.raised() as stop, build.jobs(selected, streams, **allowed) as jobs:
                _run(chosen, jobs, report, stop, dry_run=dry_run)
        except ENDINGS as error:
            report.outcome, report.error = error.outcome, str(error)
            raise
        finally:
            report.seconds = round(time.monotonic() - began, 3)
            with output.unheard():
                _print(report, as_json=as_json, dry_run=dry_run)
        _judge(report)


def _settings(report: RunReport, metrics_file: str | None, *, rehearsal: bool) -> Settings:
    """Read the configuration, and whom to tell; also that it is wrong."""
    try:
        metrics.refuse_no_file(metrics_file)
        report.metrics_file = None if rehearsal else metrics_file
        chosen = build.read_settings()
    except ConfigurationError:
        report.ping = None if rehearsal else build.watchman()
        raise
    report.ping = None if rehearsal else chosen.ping
    return chosen


@contextmanager
def _told(report: RunReport) -> Iterator[None]:
    """Tell who keeps an eye on the runs how this one went.

    One that found the mirror held by another says nothing: that one will.
    """
    code = AnnomirrorError.exit_code
    try:
        yield
        code = 0
    except ENDINGS as error:
        code = error.exit_code
        raise
    finally:
        if report.outcome is not Outcome.BUSY:
            if report.metrics_file:
                metrics.write(report.metrics_file, code, report.seconds, report.streams)
            if report.ping:
                report.ping.ended(well=code == 0)  # last, for it may take its time


def _run(
    chosen: Settings, jobs: Sequence[Job], report: RunReport, stop: signals.Stop, *, dry_run: bool
) -> None:
    opened = _rehearsing(chosen) if dry_run else build.writing(chosen)
    shown = output.is_terminal(sys.stderr) and invocation().verbosity >= 0
    with (
        opened as session,
        ledger.opened(session) as run,
        Progress(sys.stderr if shown else None) as progress,
    ):
        report.run = None if dry_run else run.run_id
        if report.ping:
            report.ping.began()

        def follow(event: sync.Event) -> None:
            progress.show(event)
            if isinstance(event, sync.Finished):
                done = event.report
                report.streams.append(done)
                log.info("%s/%s: %s", done.source, done.stream, summary(done))

        events = sync.run(jobs, session, run)
        try:
            for event in events:
                follow(event)
                stop.check()
        except Interrupted as error:
            follow(events.throw(error))  # the stream it was in tells how far it came, if it can
            raise
    report.outcome = run.outcome


@contextmanager
def _rehearsing(chosen: Settings) -> Iterator[Session]:
    """Work on the mirror inside one transaction that is rolled back, or on an empty one."""
    there = chosen if chosen.mirror.exists() else replace(chosen, mirror=Address(SQLITE))
    with build.held(there) as session, session.transaction(rehearsal=True):
        migrate.upgrade(session, there.mirror.schema)
        yield session


def _judge(report: RunReport) -> None:
    """End with the exit code of the outcome."""
    if report.streams and _misconfigured(report) == {one.source for one in report.streams}:
        raise ConfigurationError("not everything could be read as it is configured; see above")
    if report.outcome is Outcome.PARTIAL:
        raise PartialError("not everything could be read; what is committed stays")
    if report.outcome is Outcome.REFUSED:
        raise RefusedError("a stream was refused; what is committed stays")
    if report.outcome is Outcome.FAILED:
        raise AnnomirrorError("no stream could be read; see above")


def _misconfigured(report: RunReport) -> set[str]:
    """Give the sources whose settings are wrong, as only the platform could tell."""
    return {one.source for one in report.streams if one.exit_code == ConfigurationError.exit_code}


def _stream(report: StreamReport) -> dict[str, Any]:
    what = {name: getattr(report, name) for name in ("source", "stream", "outcome", "requests")}
    return what | asdict(report.counts) | {"seconds": report.seconds, "error": report.error}


def _print(run: RunReport, *, as_json: bool, dry_run: bool) -> None:
    for report in run.streams:
        if report.error:
            click.echo(f"{report.source}/{report.stream}: {report.error}", err=True)
    if as_json:
        click.echo(json.dumps(run.as_json()))
        return
    if invocation().verbosity < 0 or not run.streams:
        return
    title = "dry run" if dry_run else f"run {run.run}"
    click.echo(f"{title}: {run.outcome} in {run.seconds:.1f} s")
    for report in run.streams:
        click.echo(f"  {report.source}/{report.stream}: {summary(report)}")


def summary(report: StreamReport) -> str:
    """Say in a few words what was done for a stream."""
    counts = report.counts
    words = ("inserted", "updated", "deleted", "rejected")
    found = {word: getattr(counts, word) for word in words if getattr(counts, word)}
    parts = [f"{counts.read:,} read", *(f"{count:,} {word}" for word, count in found.items())]
    if len(parts) == 1 and report.outcome is Outcome.OK:
        parts = ["nothing changed"]
    if report.outcome is not Outcome.OK:
        parts.insert(0, report.outcome.value)
    plural = "" if report.requests == 1 else "s"
    return f"{', '.join(parts)} ({report.requests} request{plural}, {report.seconds:.1f} s)"
