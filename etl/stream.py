"""The words a platform is described in: data and pure functions, no I/O.

A platform is a `Platform` with its `Stream`s. A stream is read by a *walk*: a generator that
yields a `Request` and is sent the `Answer`, and yields a `Page` for every page to be committed.
Whoever drives the walk does the HTTP; whoever commits the page stores its `Position` in the same
transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import timedelta, tzinfo
from enum import Enum
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import quote

import msgspec

if TYPE_CHECKING:
    import httpx

    from etl.errors import SourceError
    from etl.tables import Declared, Entity, Mirrored

# Structs, and no dataclasses: to make these classes took a tenth of a run that finds nothing new.

_PLAIN = re.compile(r"[A-Za-z0-9_-]{8,}")

Json = Any
"""Raw JSON, decoded: whatever a platform put into an answer."""


class Secret:
    """A credential that shows itself only to who calls `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the plain credential, to be put into a request and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One configured account on one platform; times are seconds."""

    name: str
    platform: str
    url: str
    options: Mapping[str, Secret | str | bool | tuple[str | int, ...]] = msgspec.field(
        default_factory=dict
    )
    streams: tuple[str, ...] = ()
    parts: tuple[str | int, ...] = ()
    page_size: int
    concurrency: int
    timeout: float
    deadline: float
    requests_per_second: float | None = None
    ca_bundle: str | None = None
    verify: bool = True
    lookback: timedelta = timedelta(minutes=15)
    full_every: timedelta = timedelta(days=7)
    max_delete_share: float = 0.2
    server_timezone: str = "UTC"

    def secret(self, option: str) -> str:
        """Reveal one credential; an optional one that is not set is empty."""
        value = self.options.get(option, "")
        return value.reveal() if isinstance(value, Secret) else str(value)

    def spellings(self) -> list[str]:
        """Give the credentials as they may be quoted: plainly, in JSON, in an address, in all.

        Parts of plain letters and digits are the same in each of them.
        """
        plain = [v.reveal() for v in self.options.values() if isinstance(v, Secret)]
        told = [s for one in plain for s in (one, json.dumps(one)[1:-1], quote(one, safe=""))]
        return [*told, *(part for one in plain for part in _PLAIN.findall(one))]

    def wants(self, part: Part) -> bool:
        """Tell whether a part is mirrored: restricted to some, those named by id or title are."""
        named = {str(name) for name in self.parts}
        return not (named and part.key) or not named.isdisjoint((part.key, part.title))


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, relative to the source's address.

    The answer to a `large` one is kept in a file, and read from there piece by piece. What has a
    `body` carries it as it is, JSON. A request to be carried out `once` is sent again only where
    it cannot have arrived.
    """

    path: str
    params: Mapping[str, str | int] = {}
    method: str = "GET"
    json: Json = None
    large: bool = False
    body: bytes | None = None
    once: bool = False


class Answer(msgspec.Struct, frozen=True):
    """One complete HTTP answer; `headers` have lower-case names.

    Of the answer to a large request, `file` holds all and `body` only how it begins.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    file: BinaryIO | None = None


class Position(msgspec.Struct, frozen=True):
    """What a walk leaves for the next one, committed with the rows it covers.

    `watermark` is the server time up to which everything is mirrored (`MOMENT_FORMAT`, UTC).
    `state` is the walk's own note, JSON: a cursor inside an unfinished walk, a fingerprint. A
    walk that goes on from it in the middle says that it is `unfinished`.
    """

    watermark: str | None = None
    state: Json = None
    unfinished: bool = False


class Complete(msgspec.Struct, frozen=True):
    """A page's claim to list every record whose `column` is one of `values`.

    What the mirror holds there and `ids` does not name is gone at the source; `dates` says since
    when (`MOMENT_FORMAT`, UTC), where the platform tells. Whether too many are gone is judged by
    all the rows it speaks of, or by `among` rows, where it is one of several claims. A `doubtful`
    one is what somebody else would be shown too: it may not bury most of a few rows either.
    """

    column: str
    values: Sequence[int | str]
    ids: frozenset[int | str]
    dates: Mapping[int | str, str] = {}
    among: int | None = None
    doubtful: bool = False


class Unreadable(msgspec.Struct, frozen=True):
    """A record that a source has and cannot give: its id, why, and what else is known of it.

    Where not even the id can be had, it goes by its place, in words that are no id.
    """

    id: int | str
    reason: str
    known: bytes = b"{}"


class Gone(msgspec.Struct, frozen=True):
    """That about `count` of so many rows are gone; `what` names them to whoever is asked.

    Where they are `parts` that records count themselves, not always rightly, the rows are counted.
    """

    count: int
    among: int
    what: str = "rows"
    parts: bool = False


class Page(msgspec.Struct, frozen=True):
    """Records to commit together; `total` is how many are left to read, this page included.

    With its `last` page a walk has read all it set out to read. `gone` announces what is gone of a
    part, to be refused before the first of it is buried. Of a page of
    `known_only` records those are written that the mirror has already, and no others: they do not
    belong to a restricted mirror any more, but what it holds of them is to be true. Those of a page
    that is `thorough` are compared row by row, whatever their hashes say. What is `unreadable` is
    there and set aside; what went by one of the `readable` places is not any more. A `warning` is
    for whoever watches the run.
    """

    records: Sequence[bytes]
    position: Position | None = None
    total: int | None = None
    complete: Complete | None = None
    last: bool = False
    gone: Sequence[Gone] = ()
    known_only: bool = False
    thorough: bool = False
    unreadable: Sequence[Unreadable] = ()
    readable: Sequence[str] = ()
    warning: str = ""


class Known(msgspec.Struct, frozen=True):
    """What the mirror holds of a part: a digest to compare with the server's."""

    count: int = 0
    newest: str | None = None
    sums: tuple[int, ...] = ()


class Adding(msgspec.Struct, frozen=True):
    """Parts that a record counts itself: live rows of `table`, whose `column` holds its id.

    As many are to be there, those whose `unless` is true left out, as its column `says`.
    """

    table: type[Mirrored]
    column: str
    says: str
    unless: str


class Digest(msgspec.Struct, frozen=True):
    """Which rows `Known` is computed over: live rows of `table` in the part, by time `by`.

    `adding` tells which parts of theirs are to be as many as one of the `sums` says.
    """

    table: type[Entity]
    by: str
    sums: tuple[str, ...] = ()
    adding: Adding | None = None


class Gate(msgspec.Struct, frozen=True):
    """Rows of another stream that show where this one changed: `column` holds their id here."""

    table: type[Entity]
    column: str


class Inside(msgspec.Struct, frozen=True):
    """Rows of another stream that this one's lie in, and go with: `column` holds their id here."""

    table: type[Entity]
    column: str


class Touched(msgspec.Struct, frozen=True):
    """What the gate showed: the ids known here for each of its rows changed since `before`.

    `now` and `before` are this mirror's own stamps, of use to nobody but the next walk.
    """

    now: str | None = None
    ids: Mapping[int, tuple[int, ...]] = {}


class Identity(msgspec.Struct, frozen=True):
    """Who the source takes us for, and what it is; `sees_all` if nothing is hidden from us.

    What a source shows belongs to a `realm`, such as an organisation; two have nothing in common.
    """

    version: str
    account: str
    visibility: str
    notes: tuple[str, ...] = ()
    sees_all: bool = True
    realm: str = ""


class Span(msgspec.Struct, frozen=True):
    """A proof's question to the mirror: what it holds of the part, of ids in (`above`, `upto`]."""

    above: int = 0
    upto: int | None = None
    listed: bool = False


class Held(msgspec.Struct, frozen=True):
    """The mirror's answer: how much there is, the id in the middle; all ids if `listed`.

    Asked for everything, it names the `odd` records, that do not have the parts they should.
    """

    known: Known
    middle: int | None = None
    ids: tuple[int, ...] = ()
    odd: tuple[int, ...] = ()


class Tally(msgspec.Struct, frozen=True):
    """A check's question to the mirror: how many live rows have each value of a column.

    Asked of the part's rows with ids in (`above`, `upto`], and with one value in another column;
    answered by a mapping from values to counts.
    """

    column: str
    above: int = 0
    upto: int | None = None
    within: tuple[str, int | str] | None = None


class Part(msgspec.Struct, frozen=True):
    """One piece of a stream that is walked and remembered on its own, such as a project."""

    key: str
    title: str = ""


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Where a walk begins: what was left by the last one, and what the mirror holds.

    It is the `first` one of its part if no other has left anything. The ids of `unreadable`
    records are those that were set aside because the source could not give them; `places` are
    those by which it goes where no id is known.
    """

    source: Source
    part: Part
    position: Position
    first: bool = False
    since: str | None = None
    known: Known = Known()
    touched: Touched = Touched()
    unreadable: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    identity: Identity = Identity("", "", "")

    def anew(self) -> Start:
        """Forget what came before: a walk from here reads everything."""
        return msgspec.structs.replace(self, position=Position(), since=None)


Walk = Generator[Request | Sequence[Request] | Page | Span | Tally, Any, None]
"""Yields a Request and is sent its Answer; yields a list of Requests, which may be sent side by
side, and is sent the list of their Answers; yields a Page and is sent nothing. The walk that is a
stream's proof may also yield a Span, and is sent what is Held; its check a Tally, and is sent the
counts."""


Asking = Generator[Any, Any, Any]
"""A piece of a walk, which yields what a walk does and returns what it found out."""


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
    which reads no more than it takes to see whether the mirror holds what there is.
    """

    name: str
    shape: Shape
    walk: Callable[[Start], Walk]
    changes: str
    deletion: Deletion = Deletion.NEVER
    parts: Parts | None = None
    digest: Digest | None = None
    gate: Gate | None = None
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
