"""What a walk says and is told: requests and answers, pages, and what the mirror holds.

A walk is a generator that reads one part of a stream. It yields a `Request` and is sent the
`Answer`, and yields a `Page` for every page to be committed. Whoever drives the walk does the
HTTP; whoever commits the page stores its `Position` in the same transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from etl.exchange import Json, Request
from etl.source import Part, Source

if TYPE_CHECKING:
    from etl.tables import Entity, Mirrored

# Structs, and no dataclasses: to make these classes took a tenth of a run that finds nothing new.


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
