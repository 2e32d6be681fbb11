"""annomirror streams: what can be mirrored of each source."""

from __future__ import annotations

import click

from etl.cli import build
from etl.cli.options import common, invocation
from etl.cli.output import print_table
from etl.errors import ConfigurationError
from etl.layout import keys
from etl.platforms import PLATFORMS
from etl.stream import Platform
from etl.transform import Plan

COLUMNS = ("source", "stream", "table", "key", "changes found by", "deletions found by")


@click.command("streams")
@common
def command() -> None:
    """List the streams of each source: tables, keys, how changes and deletions are found."""
    rows = []
    for name, platform, chosen in _sources():
        for stream in platform.streams:
            plan = Plan(stream, name)
            mirrored = stream.name if stream.name in chosen else f"{stream.name} (off)"
            rows.append(
                (
                    name,
                    mirrored,
                    stream.shape.table.__tablename__,
                    ", ".join(keys(stream.shape.table)),
                    stream.changes,
                    stream.deletion.value,
                )
            )
            rows += [
                ("", "", child.table.__tablename__, ", ".join(child.keys), "with its record", "")
                for child in plan.children
            ]
    print_table(COLUMNS, rows)


def _sources() -> list[tuple[str, Platform, set[str]]]:
    """Give the configured sources; without a configuration, every platform there is."""
    try:
        sources = build.read_settings().sources
    except ConfigurationError:
        if invocation().config:
            raise
        return [(p.name, p, {s.name for s in p.streams}) for p in PLATFORMS.values()]
    found = [(source, PLATFORMS[source.platform]) for source in sources]
    return [(s.name, p, {x.name for x in build.choose(p, s, ())}) for s, p in found]
