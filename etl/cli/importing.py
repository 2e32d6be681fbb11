"""annomirror import: tasks into Label Studio, each line of a file followed to its task."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click

from etl import ledger, signals, sync
from etl.cli import build, import_options
from etl.cli.import_progress import ImportProgress
from etl.cli.options import common, invocation
from etl.database import Session
from etl.errors import (
    AnnomirrorError,
    ConfigurationError,
    InputError,
    Outcome,
    PartialError,
    RefusedError,
    SourceError,
)
from etl.imports.batch import CREATED, REJECTED, SKIPPED, UPDATED, Settled
from etl.imports.options import ImportRequest
from etl.imports.rejected import STREAM
from etl.imports.run import ImportRun, Target, rehearse
from etl.imports.validate import STDIN
from etl.ledger import Ledger, StreamReport
from etl.platforms import PLATFORMS, intake
from etl.settings import Settings
from etl.stream import Source

OUTCOMES = (CREATED, UPDATED, SKIPPED, REJECTED)


@dataclass
class ImportReport:
    """What an import came to, as `import --json` prints it; outcomes count lines."""

    source: str | None
    project: int | None
    files: Sequence[str]
    run: int | None = None
    outcome: Outcome = Outcome.FAILED
    seconds: float = 0.0
    requests: int = 0
    lines: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    unfinished: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the object."""
        said = {name: value for name, value in vars(self).items() if name not in ("lines", "error")}
        return {**said, **self.lines, **({"error": self.error} if self.error else {})}


@click.command("import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@import_options.all_of_them
@click.option("--dry-run", is_flag=True, help="Validate, send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def command(
    source: str | None, files: Sequence[str], *, dry_run: bool, as_json: bool, **said: Any
) -> None:
    """Put the tasks of each FILE into a project of SOURCE, and follow them to the end.

    A FILE holds JSON (an array, or one task a line) or CSV; - is standard input. What was cut is
    gone on with by the same command, or by --resume: no task is imported twice.
    """
    report = ImportReport(source, said["project"], list(files))
    began = time.monotonic()
    try:
        asked = import_options.asked(source, files, **said)
        with signals.raised():
            chosen = build.read_settings()
            targets = _targets(chosen, source)
            if dry_run:
                _rehearse(targets[0], asked, report)
            else:
                _run(chosen, targets, asked, report)
    except AnnomirrorError as error:
        report.outcome, report.error = error.outcome, str(error)
        raise
    finally:
        report.seconds = round(time.monotonic() - began, 3)
        _print(report, as_json=as_json, dry_run=dry_run)
    if report.outcome is Outcome.PARTIAL:
        raise PartialError("many lines were set aside; see: annomirror rejects list")


def _targets(chosen: Settings, name: str | None) -> list[Source]:
    """Choose the source, or all that can be imported into. Raises ConfigurationError."""
    if name is None:
        return [source for source in chosen.select([]) if intake(source.platform)]
    (source,) = chosen.select([name])
    if intake(source.platform) is None:
        title = PLATFORMS[source.platform].title
        raise ConfigurationError(f"{name}: nothing can be imported into {title}, only mirrored")
    return [source]


def _run(
    chosen: Settings, sources: Sequence[Source], asked: ImportRequest, report: ImportReport
) -> None:
    """Import into each source; one that fails does not stop the next."""
    failed: list[AnnomirrorError] = []
    with build.writing(chosen) as session, ledger.opened(session) as run:
        report.run = run.run_id
        for source in sources:
            try:
                _into(source, asked, report, session, run)
            except (SourceError, ConfigurationError, RefusedError) as error:
                failed.append(error)
    for other in failed[1:]:
        click.echo(f"annomirror: {other}", err=True)
    if failed:
        raise failed[0]
    _judge(report)


def _into(
    source: Source, asked: ImportRequest, report: ImportReport, session: Session, run: Ledger
) -> None:
    """Do for one source what is asked."""
    shown = sys.stderr.isatty() and invocation().verbosity >= 0
    name = f"{source.name}: import"
    with _noted(source, report, run), _target(source, report) as target:  # noqa: SIM117  # the bar ends first
        with ImportProgress(name, sys.stderr if shown else None) as progress:
            imports = ImportRun(target, session, run, opened, progress.expect)
            try:
                for event in imports.events(asked):
                    progress.show(event)
                    _count(event, report)
            finally:
                with suppress(AnnomirrorError):
                    report.unfinished += len(imports.journal.history.unfinished())


def _rehearse(source: Source, asked: ImportRequest, report: ImportReport) -> None:
    """Validate the files and ask for the project; nothing is sent or written."""
    with _target(source, report) as target:
        for event in rehearse(target, asked, opened):
            _count(event, report)
    _judge(report)


def _count(event: object, report: ImportReport) -> None:
    if isinstance(event, Settled):
        report.lines[event.outcome] += event.lines


def _judge(report: ImportReport) -> None:
    """Judge an import as a sync is judged: by how much of it was set aside."""
    wrong, every = report.lines[REJECTED], sum(report.lines.values())
    many = wrong > sync.MANY_REJECTS and wrong > every * sync.REJECT_SHARE
    report.outcome = Outcome.PARTIAL if many else Outcome.OK


@contextmanager
def _target(source: Source, report: ImportReport) -> Iterator[Target]:
    """Build what speaks to a source, and count what it sends."""
    sender = build.client(source)
    try:
        into = intake(source.platform)
        if into is None:  # which no chosen one is
            raise ConfigurationError(f"{source.name}: nothing can be imported into it")
        platform = PLATFORMS[source.platform]
        yield Target(source=source, platform=platform, intake=into, sender=sender)
    finally:
        report.requests += sender.requests
        sender.close()


@contextmanager
def _noted(source: Source, report: ImportReport, run: Ledger) -> Iterator[None]:
    """Write into the books of the run how the import into one source went."""
    noted = StreamReport(source.name, STREAM)
    before, requests, began = dict(report.lines), report.requests, time.monotonic()
    try:
        yield
    except AnnomirrorError as error:
        noted.fail(error)
        raise
    finally:
        lines = {name: count - before[name] for name, count in report.lines.items()}
        counts = noted.counts
        counts.read, counts.inserted = sum(lines.values()), lines[CREATED]
        counts.updated, counts.unchanged = lines[UPDATED], lines[SKIPPED]
        counts.rejected = lines[REJECTED]
        noted.requests = report.requests - requests
        noted.seconds = round(time.monotonic() - began, 3)
        run.note(noted)


def opened(name: str) -> BinaryIO:
    """Open a file to be imported. Raises InputError."""
    try:
        if name == STDIN:
            return sys.stdin.buffer
        return Path(name).open("rb")
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}") from error


def _print(report: ImportReport, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json()))
        return
    if invocation().verbosity < 0 or (report.error and not any(report.lines.values())):
        return
    title = "dry run" if dry_run else f"run {report.run}"
    found = [f"{count:,} {name}" for name, count in report.lines.items() if count]
    told = ", ".join(found) or "nothing to do"
    plural = "" if report.requests == 1 else "s"
    click.echo(f"{title}: {report.outcome} in {report.seconds:.1f} s")
    click.echo(f"  {report.source or 'all sources'}: {told} ({report.requests} request{plural})")
    if report.unfinished and not dry_run:
        click.echo(f"  {report.unfinished} not finished; go on with: annomirror import --resume")
