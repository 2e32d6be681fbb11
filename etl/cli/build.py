"""Builds what the commands work with: settings, jobs, clients, sessions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from etl import database, migrate, settings
from etl.cli.options import invocation
from etl.client import Client
from etl.database import Session
from etl.errors import ConfigurationError
from etl.job import Job
from etl.lock import locked
from etl.ping import Ping
from etl.platforms import PLATFORMS
from etl.settings import Settings
from etl.source import Source
from etl.stream import Platform, Stream

log = logging.getLogger(__name__)


def read_settings(*, secrets: bool = True) -> Settings:
    """Read the configuration the common options name; whoever asks the mirror only, no secrets."""
    found = settings.read(invocation().config, secrets=secrets)
    invocation().secrets += [each for source in found.sources for each in source.spellings()]
    return found


def watchman() -> Ping | None:
    """Read whom to tell how a run went, of a configuration that is perhaps wrong elsewhere."""
    return settings.watchman(invocation().config)


def client(source: Source) -> Client:
    """Build the client of a source; an unverified connection is said aloud every time."""
    platform = PLATFORMS[source.platform]
    if not source.verify:
        log.warning("%s: verify = false, so anybody on the way can read the token", source.name)
    return Client(source, platform.authorise(source), platform.explain)


@contextmanager
def jobs(
    sources: Sequence[Source],
    streams: Sequence[str] = (),
    *,
    full: bool = False,
    allow_mass_delete: bool = False,
) -> Iterator[list[Job]]:
    """Build a job for each source that has one of the streams, and close their clients."""
    chosen = {
        source.name: choose(PLATFORMS[source.platform], source, streams) for source in sources
    }
    there = {s.name for source in sources for s in PLATFORMS[source.platform].streams}
    if unknown := set(streams) - there:
        names = ", ".join(sorted(there))
        raise ConfigurationError(f"no stream {', '.join(sorted(unknown))}; there are: {names}")
    with ExitStack() as stack:
        found = []
        for source in sources:
            if chosen[source.name]:
                sender = client(source)
                stack.callback(sender.close)
                platform = PLATFORMS[source.platform]
                wanted = chosen[source.name]
                job = Job(source, platform, sender, wanted, full, None, allow_mass_delete)
                found.append(job)
        yield found


def choose(platform: Platform, source: Source, names: Sequence[str]) -> list[Stream]:
    """Give the wanted streams in the platform's order, with the streams they are split by."""
    wanted = set(names) or set(source.streams) or {stream.name for stream in platform.streams}
    wanted |= {s.parts.stream for s in platform.streams if s.parts and s.name in wanted}
    return [stream for stream in platform.streams if stream.name in wanted]


@contextmanager
def reading(chosen: Settings) -> Iterator[Session]:
    """Open the mirror for reading. Raises NoMirror where there is none."""
    with looking(chosen) as session:
        migrate.refuse_empty(session)
        yield session


@contextmanager
def looking(chosen: Settings) -> Iterator[Session]:
    """Open the database for reading, whatever is in it."""
    with database.connected(chosen.mirror, read_only=True) as session:
        yield session


@contextmanager
def held(chosen: Settings) -> Iterator[Session]:
    """Open the mirror for one run, which nobody else may begin meanwhile."""
    with database.connected(chosen.mirror) as session, locked(session, chosen.mirror):
        yield session


@contextmanager
def writing(chosen: Settings) -> Iterator[Session]:
    """Open the mirror for one run: locked, migrated."""
    with held(chosen) as session:
        migrate.upgrade(session, chosen.mirror.schema)
        yield session
