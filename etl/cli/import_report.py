"""What an import came to, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from etl import sync
from etl.cli.options import invocation
from etl.errors import Outcome
from etl.imports.batch import (
    AlreadySent,
    Duplicated,
    Event,
    Gone,
    LineOutcome,
    Sent,
    Settled,
    Unnamed,
)
from etl.imports.giving_up import GO_ON, RESUME

RARE = ("duplicates", "unnamed", "gone", "already_sent", "error")  # told where there are some
NAMED = 10  # jobs or tasks that are named to a person
OUTCOMES = [one for one in LineOutcome if one is not LineOutcome.ABANDONED]


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
    lines: dict[LineOutcome, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    sent: dict[str, Any] = field(default_factory=lambda: {"batches": 0, "lines": 0, "jobs": []})
    unfinished: int = 0
    duplicates: list[int] = field(default_factory=list)
    unnamed: int = 0
    gone: list[int] = field(default_factory=list)
    already_sent: int = 0
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give the object."""
        told = {name: value for name, value in vars(self).items() if name != "lines"}
        said = {n: value for n, value in told.items() if value or n not in RARE}
        return {**said, **{outcome.value: count for outcome, count in self.lines.items()}}

    def count(self, event: Event) -> None:
        """Count what happened."""
        if isinstance(event, Settled):
            self.lines[event.outcome] += event.lines
        elif isinstance(event, Sent):
            self.sent["batches"] += 1
            self.sent["lines"] += event.lines
            self.sent["jobs"].append(event.batch.job_id)
        elif isinstance(event, Duplicated):
            self.duplicates += event.ids
        elif isinstance(event, AlreadySent):
            self.already_sent += event.lines
        elif isinstance(event, Unnamed):
            self.unnamed += event.records
        elif isinstance(event, Gone):
            self.gone += event.ids

    def judge(self) -> None:
        """Judge an import as a sync is judged: by how much of it was set aside."""
        wrong, every = self.lines[LineOutcome.REJECTED], sum(self.lines.values())
        many = wrong > sync.MANY_REJECTS and wrong > every * sync.REJECT_SHARE
        partial = many or self.duplicates or self.unnamed or self.gone
        self.outcome = Outcome.PARTIAL if partial else Outcome.OK

    @property
    def partial(self) -> str:
        """Say why an import is partial."""
        said = []
        if self.duplicates:
            ids = ", ".join(map(str, self.duplicates))
            said.append(
                f"a batch landed twice: delete the tasks {ids}, which the books do not name"
            )
        if self.gone:
            said.append(f"tasks that the job made are not there any more: {_few(self.gone)}")
        if self.unnamed:
            said.append(
                f"{self.unnamed} tasks were made, and the server does not name them, as nobody "
                "asked it to; to have them in the mirror run: annomirror sync"
            )
        return "; ".join(said) or "many lines were set aside; see: annomirror rejects list"


def show(report: ImportReport, *, as_json: bool, dry_run: bool) -> None:
    """Print a report: an object, or two lines for a person."""
    if as_json:
        click.echo(json.dumps(report.as_json()))
        return
    nothing = not any(report.lines.values()) and not report.sent["batches"]
    if invocation().verbosity < 0 or (report.error and nothing):
        return
    title = "dry run" if dry_run else f"run {report.run}"
    plural = "" if report.requests == 1 else "s"
    told = _foretold(report) if dry_run else _told(report)
    click.echo(f"{title}: {report.outcome} in {report.seconds:.1f} s")
    click.echo(f"  {report.source or 'all sources'}: {told} ({report.requests} request{plural})")
    if report.unfinished and not dry_run:
        on = "" if RESUME in (report.error or "") else f"; {GO_ON}"
        click.echo(f"  {report.unfinished} not finished{on}")


def _told(report: ImportReport) -> str:
    """Say what became of lines, and which are with a job that was not waited for."""
    found = [f"{count:,} {name}" for name, count in report.lines.items() if count]
    sent = report.sent
    if sent["batches"]:
        lines, batches = _counted(sent["lines"], "line"), _counted(sent["batches"], "batch")
        found.append(f"{lines} sent in {batches} (jobs {_few(sent['jobs'])})")
    nothing = "nothing ended yet" if report.unfinished else "nothing to do"
    return ", ".join(found) or nothing


def _foretold(report: ImportReport) -> str:
    """Say what an import would do; the server may still refuse a line."""
    words = {LineOutcome.UPDATED: "update", LineOutcome.SKIPPED: "skip"}
    words |= {LineOutcome.CREATED: "create", LineOutcome.REJECTED: "set aside"}
    found = [f"would {words[name]} {count:,}" for name, count in report.lines.items() if count]
    before = (
        [f"{_counted(report.already_sent, 'line')} sent already"] if report.already_sent else []
    )
    return ", ".join([*before, *(found or ["would do nothing"])])


def _few(ids: Sequence[int]) -> str:
    """Name the first of some numbers."""
    more = ", …" if len(ids) > NAMED else ""
    return ", ".join(map(str, ids[:NAMED])) + more


def _counted(count: int, of: str) -> str:
    plural = "" if count == 1 else "es" if of.endswith("ch") else "s"
    return f"{count:,} {of}{plural}"
