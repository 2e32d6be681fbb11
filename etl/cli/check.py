"""annomirror check: reach everything once, and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Sequence

import click

from etl import database, extract, migrate
from etl.cli import build
from etl.cli.options import common
from etl.errors import AnnomirrorError, MirrorError, SourceError
from etl.platforms import PLATFORMS
from etl.settings import Settings
from etl.stream import Part, Position, Request, Source, Start


@click.command("check")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@common
def command(sources: Sequence[str]) -> None:
    """Reach each SOURCE and the mirror; log in; say version, visibility and what is not allowed."""
    chosen = build.read_settings()
    failures = [error for source in chosen.select(sources) for error in _source(source)]
    failures += _mirror(chosen)
    if failures:
        raise type(failures[0])("; ".join(map(str, failures)))


def _source(source: Source) -> list[AnnomirrorError]:
    client = build.client(source)
    try:
        identity = extract.ask(PLATFORMS[source.platform].identify(source, thorough=True), client)
        notes = f" ({', '.join(identity.notes)})" if identity.notes else ""
        click.echo(f"{source.name}: {identity.version} at {source.url}")
        click.echo(f"{source.name}: as {identity.account}{notes}, {identity.visibility}")
        return _streams(source, client)
    except AnnomirrorError as error:
        click.echo(f"{source.name}: FAILED: {error}")
        return [type(error)(f"{source.name}: {error}")]
    finally:
        client.close()


def _streams(source: Source, sender: extract.Sender) -> list[AnnomirrorError]:
    """Try the first request of every stream that needs no part."""
    refused: list[AnnomirrorError] = []
    for stream in build.choose(PLATFORMS[source.platform], source, ()):
        if stream.parts:
            continue
        start = Start(source=source, part=Part(""), position=Position())
        first = next(stream.walk(start))
        try:
            if isinstance(first, Request):
                sender.send(first)
        except SourceError as error:
            click.echo(f"{source.name}: may not read {stream.name}: {error}")
            refused.append(type(error)(f"{source.name}/{stream.name}: {error}"))
    return refused


def _mirror(chosen: Settings) -> list[AnnomirrorError]:
    url = database.parse(chosen.database)
    shown = url.render_as_string(hide_password=True)
    try:
        if url.drivername == "sqlite" and not database.exists(url.database):
            database.writable(url.database)
            click.echo(f"mirror: {shown}, not there yet; sync makes it")
            return []
        with build.reading(chosen) as session:
            revision = migrate.current(session.connection)
            migrate.refuse_newer(migrate.scripts(), revision)
        click.echo(f"mirror: {shown}, schema {revision or 'empty'} (program {migrate.head()})")
    except MirrorError as error:
        click.echo(f"mirror: FAILED: {error}")
        return [error]
    return []
