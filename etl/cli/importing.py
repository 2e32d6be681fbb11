"""annomirror import: tasks into Label Studio, each line of a file followed to its task."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import click

from etl import ledger, migrate, signals
from etl.cli import build, import_options, output
from etl.cli.import_progress import ImportProgress
from etl.cli.import_report import ImportReport, show
from etl.cli.opening import heeding
from etl.cli.options import common, invocation
from etl.cli.output import is_terminal
from etl.database import Session
from etl.errors import (
    ENDINGS,
    AnnomirrorError,
    ConfigurationError,
    NoMirror,
    Outcome,
    PartialError,
    RefusedError,
    SourceError,
)
from etl.imports.batch import LineOutcome
from etl.imports.history import History
from etl.imports.options import ImportRequest
from etl.imports.rehearsal import rehearse
from etl.imports.rejected import STREAM
from etl.imports.run import ImportRun
from etl.imports.target import Target
from etl.ledger import Ledger, StreamReport
from etl.platforms import PLATFORMS, intake
from etl.reject import storable
from etl.settings import Settings
from etl.source import Source


@click.command("import")
@click.argument("source", required=False)
@click.argument("files", nargs=-1, metavar="[FILE]...")
@import_options.all_of_them
@click.option("--dry-run", is_flag=True, help="Validate, send nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def command(source: str | None, files: Sequence[str], *, as_json: bool, **options: Any) -> None:
    """Put the tasks of each FILE into a project of SOURCE, and follow them to the end.

    A FILE holds JSON (an array, or one task a line) or CSV; - is standard input. What was cut is
    gone on with by the same command, or by --resume: no task is imported twice.
    """
    said = import_options.Arguments(source=source, files=files, **options)
    report = ImportReport(source, said.project, list(map(storable, files)))
    began = time.monotonic()
    try:
        asked = import_options.asked(said)
        with signals.raised() as stop:
            chosen = build.read_settings()
            targets = _targets(chosen, source)
            _refuse_key(asked.options.key, targets)
            if said.dry_run:
                _rehearse(chosen, targets[0], asked, report, stop)
            else:
                _run(chosen, targets, asked, report, stop)
        if report.outcome is Outcome.PARTIAL:
            raise PartialError(report.partial)
    except ENDINGS as error:
        report.outcome, report.error = error.outcome, str(error)
        raise
    finally:
        report.seconds = round(time.monotonic() - began, 3)
        with output.unheard():
            show(report, as_json=as_json, dry_run=said.dry_run)


def _targets(chosen: Settings, name: str | None) -> list[Source]:
    """Choose the source, or all that can be imported into. Raises ConfigurationError."""
    if name is None:
        return [source for source in chosen.select([]) if intake(source.platform)]
    (source,) = chosen.select([name])
    if intake(source.platform) is None:
        title = PLATFORMS[source.platform].title
        raise ConfigurationError(f"{name}: nothing can be imported into {title}, only mirrored")
    return [source]


def _refuse_key(name: str | None, targets: Sequence[Source]) -> None:
    """Refuse a field by which a server finds nothing. Raises ConfigurationError."""
    for into in (intake(source.platform) for source in targets):
        try:
            if name is not None and into is not None:
                into.searchable(name)
        except ValueError as error:
            raise ConfigurationError(f"--key {name!r}: {error}") from error


def _run(
    chosen: Settings,
    sources: Sequence[Source],
    asked: ImportRequest,
    report: ImportReport,
    stop: signals.Stop,
) -> None:
    """Import into each source; one that fails does not stop the next."""
    failed: list[AnnomirrorError] = []
    with build.writing(chosen) as session, ledger.opened(session) as run:
        report.run = run.run_id
        for source in sources:
            try:
                _into(source, asked, report, session, run, stop=stop)
            except (SourceError, ConfigurationError, RefusedError) as error:
                failed.append(error)
    for other in failed[1:]:
        click.echo(f"annomirror: {other}", err=True)
    if failed:
        raise failed[0]
    report.judge()


def _into(  # noqa: PLR0913  # what one import is made of
    source: Source,
    asked: ImportRequest,
    report: ImportReport,
    session: Session,
    run: Ledger,
    *,
    stop: signals.Stop,
) -> None:
    """Do for one source what is asked."""
    shown = is_terminal(sys.stderr) and invocation().verbosity >= 0
    name = f"{source.name}: import"
    with _noted(source, report, run), _target(source, report) as target:  # noqa: SIM117  # the bar ends first
        with ImportProgress(name, sys.stderr if shown else None) as progress:
            imports = ImportRun(target, session, run, heeding(stop), progress.expect)
            try:
                for event in imports.events(asked):
                    progress.show(event)
                    report.count(event)
                    stop.check()
            finally:
                with suppress(AnnomirrorError):
                    report.unfinished += imports.unfinished()


def _rehearse(
    chosen: Settings,
    source: Source,
    asked: ImportRequest,
    report: ImportReport,
    stop: signals.Stop,
) -> None:
    """Validate the files and ask for the project; nothing is sent or written."""
    with _target(source, report) as target, _history(chosen, target) as history:
        for event in rehearse(target, asked, heeding(stop), history):
            report.count(event)
            stop.check()
    report.judge()


@contextmanager
def _history(chosen: Settings, target: Target) -> Iterator[History | None]:
    """Open the books of what was imported, if there are any yet. Raises MirrorError."""
    with ExitStack() as stack:
        try:
            session = stack.enter_context(build.reading(chosen))
        except NoMirror:
            yield None
            return
        migrate.refuse_newer(session, migrate.current(session))
        tables = (target.intake.jobs, target.intake.items)
        there = all(migrate.has_table(session, str(one.__tablename__)) for one in tables)
        yield History(session, target.intake, target.source.name) if there else None


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
    except ENDINGS as error:
        noted.fail(error)
        raise
    except BaseException as error:
        noted.outcome, noted.error = Outcome.FAILED, repr(error)
        raise
    finally:
        lines = {name: count - before[name] for name, count in report.lines.items()}
        counts = noted.counts
        counts.read, counts.inserted = sum(lines.values()), lines[LineOutcome.CREATED]
        counts.updated, counts.unchanged = lines[LineOutcome.UPDATED], lines[LineOutcome.SKIPPED]
        counts.rejected = lines[LineOutcome.REJECTED]
        noted.requests = report.requests - requests
        noted.seconds = round(time.monotonic() - began, 3)
        run.note(noted)
