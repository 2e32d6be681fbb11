"""What there is to do: one source of the settings, with the platform and the client it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from etl import extract
from etl.source import Source
from etl.stream import Platform, Stream
from etl.walk import Identity


class Sender(extract.Sender, Protocol):
    """What sends a source's requests and counts them."""

    requests: int


class Job(msgspec.Struct, frozen=True):
    """One source to read: its settings, its platform, its client, and what of it."""

    source: Source
    platform: Platform
    sender: Sender
    streams: Sequence[Stream]
    full: bool = False
    identity: Identity | None = None
    allow_mass_delete: bool = False
