"""The words a platform is described in: data and pure functions, no I/O.

A platform is a `Platform` with its `Stream`s, each of which is read by a walk (`etl.walk`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from etl.exchange import Answer, Json, Request
from etl.source import Source
from etl.walk import Digest, Gate, Identity, Inside, Start, Walk

if TYPE_CHECKING:
    import httpx

    from etl.errors import SourceError
    from etl.tables import Declared, Entity, Mirrored


class Exploded(msgspec.Struct, frozen=True):
    """Rows computed from one field of a record, the one named by `of`.

    `tables` names each table's own columns in the order in which `rows` gives its tuples, one
    list per table. `inherit` copies columns of the record's row: (here, there). `root` is the
    column that holds the id of the stream's root record.
    """

    of: str
    tables: Mapping[type[Mirrored], tuple[str, ...]]
    rows: Callable[[bytes], Sequence[Sequence[tuple[Any, ...]]]]
    inherit: tuple[tuple[str, str], ...]
    root: str
    constants: Mapping[str, str] = {}
    owner: str | None = None


class Nested(msgspec.Struct, frozen=True):
    """A list of records of their own inside a record, in the field named by `of`."""

    of: str
    shape: Shape
    inherit: tuple[tuple[str, str], ...]
    root: str


Mend = Callable[[dict[str, Json], tzinfo], dict[str, Json]]


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """How a record becomes rows.

    `drop` are fields never stored because they say nothing (volatile, derived, a caller's own);
    `secret` are fields never stored anywhere, quarantine included. `mend` puts a decoded record
    right before its columns are read: spellings of ids and times, which it takes to be in the
    given zone where they do not say. A record whose column `deleted` is true becomes a tombstone,
    of the time in column `deleted_on`.
    """

    table: type[Mirrored]
    drop: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    nested: tuple[Nested, ...] = ()
    exploded: tuple[Exploded, ...] = ()
    mend: Mend | None = None
    deleted: str | None = None
    deleted_on: str | None = None


class Deletion(Enum):
    """How a stream learns of deletions, as `annomirror streams` says it."""

    NEVER = "not detected"
    WITH_PARENT = "with the record it belongs to"
    COMPLETE_LISTING = "complete listing"
    FLAG_AND_LISTING = "the platform's own flag, and complete listing"
    SWEEP = "totals; where they differ, halving the places, or a complete listing"
    COUNTS = "counts; where they differ, halving the range of ids"


class Parts(msgspec.Struct, frozen=True):
    """The pieces of a stream: one for each live row of `table`, named by `title`."""

    stream: str
    table: type[Entity]
    column: str
    title: str


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record of a platform, and how to read it.

    A `proof` follows a walk that moved, and mends what that left. A `check` is a walk of its own,
    which reads no more than it takes to see whether the mirror holds what there is. The rows of
    one that is another's gate are `ordered`: the later they change, the later their stamp.
    """

    name: str
    shape: Shape
    walk: Callable[[Start], Walk]
    changes: str
    deletion: Deletion = Deletion.NEVER
    parts: Parts | None = None
    digest: Digest | None = None
    gate: Gate | None = None
    ordered: bool = False
    proof: Callable[[Start], Walk] | None = None
    check: Callable[[Start], Walk] | None = None
    within: Inside | None = None


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of a platform's sources beside the common ones: a text, a flag, or names.

    A secret that travels `in_header` is plain ASCII. One that `restricts` makes a mirror of less
    than there is. `env` is the variable a secret is best kept in, if not the platform's name and
    the option's.
    """

    name: str
    about: str
    kind: type = str
    required: bool = False
    secret: bool = False
    in_header: bool = False
    restricts: bool = False
    env: str = ""


class Identify(Protocol):
    """Asks a server who it takes us for; `thorough` also asks what it is and what we may see."""

    def __call__(self, source: Source, *, thorough: bool) -> Generator[Request, Answer, Identity]:
        """Start the questions."""


Recognise = Callable[[Source], Generator[Request, Answer, Mapping[str, Sequence[int | str]]]]
"""Asks for ids of records by stream, by which a realm is known again under another name."""


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """Everything annomirror knows about one kind of server.

    `tables` are those that no stream fills. `restrict` names the setting that chooses among its
    parts; `called` is how a source of its kind is named until its owner knows better.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    streams: tuple[Stream, ...]
    tables: tuple[type[Declared], ...] = ()
    authorise: Callable[[Source], httpx.Auth]
    identify: Identify
    recognise: Recognise | None = None
    explain: Callable[[Source, Answer], SourceError | None]
    restrict: str | None = None
    url: str | None = None
    called: str = "labels"
    page_size: int = 500
    concurrency: int = 1
    most_concurrency: int = 16
    timeout: float = 120.0
    deadline: float = 600.0

    def stream(self, name: str) -> Stream:
        """Find a stream by its name."""
        return next(stream for stream in self.streams if stream.name == name)
