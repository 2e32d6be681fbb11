"""annomirror streams: what can be mirrored of each source."""

from __future__ import annotations

from collections.abc import Sequence

import click

from etl import settings
from etl.cli import build
from etl.cli.options import common, invocation
from etl.cli.output import print_table
from etl.cli.status import restrictions
from etl.layout import keys
from etl.platforms import PLATFORMS
from etl.source import Source
from etl.stream import Deletion, Platform
from etl.transform import Plan

COLUMNS = ("source", "stream", "table", "key", "changes found by", "deletions found by")
BELOW = Deletion.WITH_PARENT.value


@click.command("streams")
@common
def command() -> None:
    """List the streams of each source: tables, keys, how changes and deletions are found."""
    sources = build.read_settings(secrets=False).sources if _configured() else ()
    rows = []
    for name, platform, chosen in _listed(sources):
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
                ("", "", child.table.__tablename__, ", ".join(child.keys), BELOW, BELOW)
                for child in plan.children
            ]
    print_table(COLUMNS, rows)
    restrictions(sources)


def _configured() -> bool:
    return settings.is_there(invocation().config)


def _listed(sources: Sequence[Source]) -> list[tuple[str, Platform, set[str]]]:
    """Give each source with its streams; without a configuration, every platform there is."""
    if not _configured():
        return [(p.name, p, {s.name for s in p.streams}) for p in PLATFORMS.values()]
    found = [(source, PLATFORMS[source.platform]) for source in sources]
    return [(s.name, p, {x.name for x in build.choose(p, s, ())}) for s, p in found]
