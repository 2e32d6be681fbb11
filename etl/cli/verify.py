"""annomirror verify: whether the mirror is what its sources are."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import click

from etl import ledger, migrate, signals, verify
from etl.checking import Verdict
from etl.cli import build
from etl.cli.options import common, invocation
from etl.cli.status import restrictions
from etl.difference import Difference, Kind
from etl.errors import (
    ENDINGS,
    AnnomirrorError,
    ConfigurationError,
    DifferentError,
    Ending,
    Outcome,
    PartialError,
    RefusedError,
)
from etl.job import Job
from etl.settings import Settings

SHOWN = 20  # differences of a stream; --json names all
LONGEST = 60  # characters of a value; --json shows ten times as many


@click.command("verify")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--stream", "streams", multiple=True, metavar="NAME", help="Only this stream.")
@click.option("--deep", is_flag=True, help="Compare the content of every record.")
@click.option("--repair", is_flag=True, help="Mend what differs; reads everything, as --deep does.")
@click.option("--allow-mass-delete", is_flag=True, help="Bury what is extra, however much it is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@common
def command(  # noqa: PLR0913  # one for each option
    sources: Sequence[str],
    streams: Sequence[str],
    *,
    deep: bool,
    repair: bool,
    allow_mass_delete: bool,
    as_json: bool,
) -> None:
    """Compare the mirror with its sources, and name what differs.

    Where a platform counts, the counts are compared, and content only where they differ; --deep
    reads everything. Whatever seems wrong is read again before it is named.
    """
    if allow_mass_delete and not repair:
        raise click.UsageError("--allow-mass-delete is for --repair; without it nothing is deleted")
    deep = deep or repair  # to mend what differs is to know all of it
    began, verdicts = time.monotonic(), list[Verdict]()
    stopped: Ending | None = None
    try:
        chosen = build.read_settings()
        selected = chosen.select(sources)
        opened = build.jobs(selected, streams, allow_mass_delete=allow_mass_delete)
        with signals.raised() as stop, opened as jobs, ExitStack() as stack:
            for verdict in _compared(chosen, jobs, stack, deep=deep, repair=repair):
                stop.check()
                verdicts.append(verdict)
                _print(verdict, repair=repair, as_json=as_json)
    except ENDINGS as error:
        stopped = error
        raise
    finally:
        if as_json:
            how = {"deep": deep, "repair": repair, "seconds": round(time.monotonic() - began, 3)}
            click.echo(json.dumps(_as_json(verdicts, stopped) | how))
    if not as_json:
        restrictions(selected)
    _judge(verdicts)


def _compared(
    chosen: Settings, jobs: Sequence[Job], stack: ExitStack, *, deep: bool, repair: bool
) -> Iterator[Verdict]:
    """Compare without a lock; or mend, in a run of its own."""
    with build.reading(chosen) as asked:  # to mend a mirror, there has to be one
        if not repair:
            migrate.refuse_another(asked)
            yield from verify.run(jobs, asked, deep=deep)
            return
    session = stack.enter_context(build.writing(chosen))
    books = stack.enter_context(ledger.opened(session))
    for verdict in verify.run(jobs, session, deep=deep, run_id=books.run_id):
        books.note(verdict)
        yield verdict


def _judge(verdicts: Sequence[Verdict]) -> None:
    """End with the exit code of the outcome."""
    found = ledger.outcome_of(verdicts)
    if verdicts and all(v.exit_code == ConfigurationError.exit_code for v in verdicts):
        raise ConfigurationError("nothing could be compared as it is configured; see above")
    if found is Outcome.REFUSED:
        raise RefusedError("a stream was refused; see above")
    if found is Outcome.DIFFERENT:
        raise DifferentError(
            "the mirror differs; run annomirror sync, and for what is left: "
            "annomirror verify --repair"
        )
    if found is Outcome.PARTIAL:
        raise PartialError("not everything could be compared; what could be is equal")
    if found is Outcome.FAILED:
        raise AnnomirrorError("no stream could be compared; see above")


def _as_json(verdicts: Sequence[Verdict], stopped: Ending | None) -> dict[str, Any]:
    return {
        "outcome": stopped.outcome if stopped else ledger.outcome_of(verdicts),
        "streams": [_stream(verdict) for verdict in verdicts],
        **({"error": str(stopped)} if stopped else {}),
    }


def _stream(verdict: Verdict) -> dict[str, Any]:
    what = ("source", "stream", "outcome", "requests")
    counts = asdict(verdict.counts)
    return {
        **{name: getattr(verdict, name) for name in what},
        **{name: counts[name] for name in ("read", "rejected")},
        "records": verdict.records,
        **_counted(verdict),
        "repaired": len(verdict.mended),
        **{f"rows_{name}": counts[name] for name in ("inserted", "updated", "deleted")},
        "seconds": verdict.seconds,
        "error": verdict.error,
        "differences": [_difference(one) for one in verdict.differences],
    }


def _counted(verdict: Verdict) -> dict[str, int]:
    found = Counter(one.kind for one in verdict.differences)
    return {kind.value: found[kind] for kind in Kind}


def _difference(one: Difference) -> dict[str, Any]:
    fields = {
        name: {"mirror": _short(here, 10 * LONGEST), "source": _short(there, 10 * LONGEST)}
        for name, here, there in one.fields
    }
    key = dict(one.key)
    return {"kind": one.kind, "table": one.table, "id": one.root, "key": key, "fields": fields}


def _short(value: Any, longest: int) -> Any:
    if isinstance(value, str) and len(value) > longest:
        return value[: longest - 1] + "…"
    return value


def _print(verdict: Verdict, *, repair: bool, as_json: bool) -> None:
    where = f"{verdict.source}/{verdict.stream}"
    if verdict.error:
        click.echo(f"{where}: {verdict.error}", err=True)
    if as_json or (invocation().verbosity < 0 and not verdict.differences):
        return
    click.echo(f"{where}: {_summary(verdict, repair=repair)}")
    for one in verdict.differences[:SHOWN]:
        key = ", ".join(f"{name} {value}" for name, value in one.key)
        click.echo(f"  {one.kind:9}  {one.table}  {key}{_fields(one)}")
    if len(verdict.differences) > SHOWN:
        click.echo(f"  and {len(verdict.differences) - SHOWN:,} more; --json names all")


def _summary(verdict: Verdict, *, repair: bool) -> str:
    counts = [f"{count:,} {word}" for word, count in _counted(verdict).items() if count]
    equal = "mended" if verdict.differences else "equal"
    said = {Outcome.OK: equal, Outcome.DIFFERENT: "DIFFERENT"}
    parts = [said.get(verdict.outcome, verdict.outcome.value), *counts]
    parts += [f"{len(verdict.mended):,} mended"] if repair and counts else []
    parts += [f"{verdict.counts.rejected:,} set aside"] if verdict.counts.rejected else []
    plural = "" if verdict.requests == 1 else "s"
    asked = f"{verdict.requests} request{plural}, {verdict.seconds:.1f} s"
    return f"{', '.join(parts)} ({verdict.records:,} here, {verdict.counts.read:,} read, {asked})"


def _fields(one: Difference) -> str:
    shown = [
        f"{name} {_short(json.dumps(here, ensure_ascii=False, default=str), LONGEST)} here, "
        f"{_short(json.dumps(there, ensure_ascii=False, default=str), LONGEST)} there"
        for name, here, there in one.fields
    ]
    return f": {'; '.join(shown)}" if shown else ""
