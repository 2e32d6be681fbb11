"""annomirror status: rows, age and watermark of every stream."""

from __future__ import annotations

import json
from collections.abc import Iterable

import click

from etl import books
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_dicts
from etl.platforms import PLATFORMS
from etl.source import Source

COLUMNS = ("source", "stream", "rows", "tombstones", "rejects", "last_outcome", "age", "watermark")


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@common
def command(as_json: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Show rows, last success, age, watermark, rejects and tombstones of every stream."""
    chosen = build.read_settings(secrets=False)
    asked = [
        (source, build.choose(PLATFORMS[source.platform], source, ())) for source in chosen.sources
    ]
    with build.reading(chosen) as session:
        rows = books.status(session, asked)
    if as_json:
        print_dicts(rows, COLUMNS, as_json=True)
        return
    print_dicts([{**row, "age": _age(row["age_seconds"])} for row in rows], COLUMNS, as_json=False)
    restrictions(chosen.sources)


def restrictions(sources: Iterable[Source]) -> None:
    """Say which sources are mirrored in part only, and which part that is."""
    for source in sources:
        named = [", ".join(map(str, source.parts))] if source.parts else []
        named += [
            f"{option.name} = {json.dumps(source.options[option.name], ensure_ascii=False)}"
            for option in PLATFORMS[source.platform].options
            if option.restricts and option.name in source.options
        ]
        if named:
            said = "; ".join(named)
            click.echo(f"\n{source.name} is restricted to {said}; nothing else is mirrored.")


def _age(seconds: int | None) -> str:
    """Say an age in its largest unit."""
    if seconds is None:
        return "never"
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
