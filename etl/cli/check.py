"""annomirror check: reach everything once, and say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from etl import extract, migrate
from etl.cli import build
from etl.cli.options import common
from etl.errors import AnnomirrorError, ConfigurationError, MirrorError, RefusedError, SourceError
from etl.platforms import PLATFORMS
from etl.settings import Settings
from etl.source import Part, Source
from etl.stream import Stream
from etl.walk import Position, Start

Failure = tuple[str, AnnomirrorError]
"""What was tried, as the line begins that says it failed, and why it did."""


@click.command("check")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@common
def command(sources: Sequence[str]) -> None:
    """Reach each SOURCE and the mirror; log in; say version, visibility and what is not allowed."""
    chosen = build.read_settings()
    failures = [*_told(_sources(chosen.select(sources))), *_told(_mirror(chosen))]
    if failures:
        click.get_current_context().exit(max(error.exit_code for error in failures))


def _told(failures: Iterable[Failure]) -> Iterator[AnnomirrorError]:
    """Say each failure once, when it is found."""
    for tried, error in failures:
        click.echo(f"{tried}: {error}", err=True)
        yield error


def _sources(sources: Iterable[Source]) -> Iterator[Failure]:
    for source in sources:
        try:
            client = build.client(source)
        except ConfigurationError as error:
            yield f"{source.name}: FAILED", error
            continue
        try:
            yield from _source(source, client)
        finally:
            client.close()


def _source(source: Source, sender: extract.Sender) -> Iterator[Failure]:
    try:
        identity = extract.ask(PLATFORMS[source.platform].identify(source, thorough=True), sender)
    except SourceError as error:
        yield f"{source.name}: FAILED", error
        return
    notes = f" ({', '.join(identity.notes)})" if identity.notes else ""
    click.echo(f"{source.name}: {identity.version} at {source.url}")
    click.echo(f"{source.name}: as {identity.account}{notes}, {identity.visibility}")
    for stream in build.choose(PLATFORMS[source.platform], source, ()):
        if not stream.parts:
            yield from _stream(source, stream, sender)


def _stream(source: Source, stream: Stream, sender: extract.Sender) -> Iterator[Failure]:
    """Try the first request of a stream, or all if it must have what the source names."""
    walk = stream.walk(Start(source=source, part=Part(""), position=Position()))
    others = PLATFORMS[source.platform].streams
    needed = any(other.parts and other.parts.stream == stream.name for other in others)
    try:
        if source.parts and needed:
            for _ in extract.pages(walk, sender):
                pass
        else:
            extract.tried(walk, sender)
    except ConfigurationError as error:
        yield f"{source.name}: FAILED", error
    except SourceError as error:
        yield f"{source.name}: may not read {stream.name}", error


def _mirror(chosen: Settings) -> Iterator[Failure]:
    try:
        if not chosen.mirror.exists():
            chosen.mirror.refuse_unwritable()
            click.echo(f"mirror: {chosen.mirror}, not there yet; sync makes it")
            return
        with build.looking(chosen) as session:
            revision = migrate.current(session)
            migrate.refuse_newer(session, revision)
            migrate.refuse_unwritable(session, chosen.mirror.schema)
    except (ConfigurationError, MirrorError, RefusedError) as error:
        yield "mirror: FAILED", error
    else:
        known = f"schema {revision or 'empty'} (program {migrate.head()})"
        click.echo(f"mirror: {chosen.mirror}, {known}")
