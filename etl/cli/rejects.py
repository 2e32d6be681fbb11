"""annomirror rejects: the quarantine."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import click

from etl import books, ledger
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_dicts
from etl.errors import ConfigurationError
from etl.imports.rejected import STREAM
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.reject import is_unreadable
from etl.settings import Settings
from etl.source import Part
from etl.transform import Plan
from etl.walk import Page

NUMBER = click.IntRange(1, 2**63 - 1)
MEND = "set aside by imports, to be mended in their files and sent by the same import"
COLUMNS = ("id", "source", "stream", "part", "record_key", "reason", "rejected_at")


@click.group("rejects")
def command() -> None:
    """List, show or retry records that could not be normalised and were set aside, whole."""


@command.command("list")
@click.option("--source", metavar="NAME", help="Only of this source.")
@click.option("--stream", metavar="NAME", help="Only of this stream.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def list_(source: str | None, stream: str | None, as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """List what was set aside, and why."""
    with build.reading(build.read_settings(secrets=False)) as session:
        rows = books.rejects(session, source, stream)
    print_dicts(rows, COLUMNS, as_json=as_json)


@command.command("show")
@click.argument("number", type=NUMBER)
@common
def show(number: int) -> None:
    """Show one record whole, by its number in the list."""
    with build.reading(build.read_settings(secrets=False)) as session:
        row = books.reject(session, number)
    for name, value in row.items():
        if name != "payload":
            click.echo(f"{name}: {value}")
    click.echo(_pretty(row["payload"]))


@command.command("retry")
@click.argument("numbers", type=NUMBER, nargs=-1)
@common
def retry(numbers: tuple[int, ...]) -> None:
    """Try records again with this program: all of them, or those numbered."""
    chosen = build.read_settings(secrets=False)
    with build.writing(chosen) as session:
        every = books.rejects(session, None, None)
        all_of_them = [row["id"] for row in every if _is_whole(row)]
        rows = [books.reject(session, number) for number in numbers or all_of_them]
        plans = {_of(row): _plan(chosen, row) for row in rows}
        with ledger.opened(session) as run:
            loaders = {of: Loader(session, plan, run.run_id) for of, plan in plans.items()}
            landed = sum(_retry(plans[_of(row)], loaders[_of(row)], row) for row in rows)
    aside = 0 if numbers else sum(row["stream"] == STREAM for row in every)
    if rows or not aside:
        click.echo(f"{landed} of {len(rows)} landed")
    if aside:
        click.echo(f"{MEND}: {aside:,}")


def _is_whole(row: dict[str, Any]) -> bool:
    return row["stream"] != STREAM and not is_unreadable(row["reason"])


def _of(row: dict[str, Any]) -> tuple[str, str]:
    return row["source"], row["stream"]


def _plan(chosen: Settings, row: dict[str, Any]) -> Plan:
    """Plan for the stream a record came with. Raises ConfigurationError if there is none now."""
    (source,) = chosen.select([row["source"]])
    if row["stream"] == STREAM:
        raise ConfigurationError(
            f"reject {row['id']} is a line of a file; mend the file and run its import again"
        )
    if is_unreadable(row["reason"]):
        raise ConfigurationError(
            f"reject {row['id']}: only the source has this record; every sync asks for it again"
        )
    streams = {stream.name: stream for stream in PLATFORMS[source.platform].streams}
    if row["stream"] not in streams:
        raise ConfigurationError(f"reject {row['id']}: no stream {row['stream']!r} any more")
    zone = ZoneInfo(source.server_timezone)
    return Plan(streams[row["stream"]], source.name, zone)


def _retry(plan: Plan, loader: Loader, row: dict[str, Any]) -> bool:
    page = Page([row["payload"].encode(errors="surrogatepass")])
    batch = plan.transform(page.records)
    loader.commit(Part(row["part"]), page, batch)
    return not batch.rejects


def _pretty(payload: str) -> str:
    try:
        shown = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        shown = payload
    return shown.encode(errors="backslashreplace").decode()  # no terminal takes a lone surrogate
