"""annomirror status: rows, age and watermark of every stream."""

from __future__ import annotations

import click

from etl import books
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_dicts
from etl.platforms import PLATFORMS

COLUMNS = ("source", "stream", "rows", "tombstones", "rejects", "last_outcome", "age", "watermark")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def command(as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Show rows, last success, age, watermark, rejects and tombstones of every stream."""
    chosen = build.read_settings()
    asked = [
        (source, build.choose(PLATFORMS[source.platform], source, ())) for source in chosen.sources
    ]
    with build.reading(chosen) as session:
        rows = books.status(session, asked)
    for row in rows:
        row["age"] = _age(row["age_seconds"])
    print_dicts(rows, COLUMNS, as_json=as_json)
    if not as_json:
        for source in chosen.sources:
            if source.parts:
                named = ", ".join(map(str, source.parts))
                click.echo(f"\n{source.name} is restricted to {named}; nothing else is mirrored.")


def _age(seconds: int | None) -> str:
    """Say an age in its largest unit."""
    if seconds is None:
        return "never"
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
