"""annomirror runs: the run history."""

from __future__ import annotations

import click

from etl import books
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_dicts

COLUMNS = ("run", "started_at", "outcome", "requests", "inserted", "updated", "deleted", "error")


@click.command("runs")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many, newest first.",
)
@common
def command(as_json: bool, limit: int) -> None:  # noqa: FBT001  # click passes flags so
    """Show the run history, newest first."""
    with build.reading(build.read_settings(secrets=False)) as session:
        rows = books.runs(session, limit)
    print_dicts(rows, COLUMNS, as_json=as_json)
