"""Proves that the mirror holds every task of a project and no other, and mends it where not.

The envelope of a list of tasks tells how many tasks, annotations and predictions there are below
any filter. Those three, equal here and there for the whole project, are the proof, and cost one
request. Where they differ, the range of ids is halved until what differs is small enough to read
again: that finds what was deleted, and what was written without a stamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from typing import Any
from zlib import crc32

from msgspec.structs import replace

from etl.exchange import Request
from etl.keyset import keyset
from etl.paging import Listing, listing
from etl.platforms.label_studio.query import TASKS, counted, lost, told, whole
from etl.platforms.label_studio.unreadable import near
from etl.walk import Asking, Complete, Gone, Held, Known, Page, Span, Start, Walk

SMALL = 100  # tasks that cost less to read than to halve further
MANY = 5  # times fewer tasks cost less by list than all of them by page
NOTED = 1_000  # odd tasks whose ids are kept
SPARE = 10  # requests that halving may take beyond its expected number


@dataclass(frozen=True)
class Gap:
    """A range of ids in which the mirror and the server differ."""

    span: Span
    there: Known
    here: Held


def prove(start: Start) -> Walk:
    """Find and read again what the mirror has otherwise than the server, or than it says itself.

    Where they agree, that is all. Where they still do not, what the server says is noted as seen,
    so that a record which cannot be mirrored is not looked for in every run: if it said so when the
    walk began and goes on saying so, for else there is more to read. The tasks that have not as
    many annotations as they say, which servers have too, are noted as well.
    """
    everything = Span()
    there: Known = yield from _count(start, everything)
    here: Held = yield everything
    before = start.position.state or {}
    odd = _unread(here.odd, before.get("odd"))
    if not _same(there, here.known):
        yield from _mended(start, Gap(everything, there, here))
        there = yield from _count(start, everything)
        here = yield everything
    if odd:
        yield from _counted_again(start, odd, here.known.count)
        here = yield everything
    note = {name: before[name] for name in before if name not in ("seen", "odd")}
    note |= {"odd": _noted(here.odd)} if here.odd else {}
    if there != here.known and _says(there) == before.get("asked", [])[: len(_says(there))]:
        note |= {"seen": before["asked"]}
    if note != before:
        yield Page([], replace(start.position, state=note))


def _says(there: Known) -> list[Any]:
    """Spell what the server says as a walk notes that it asked."""
    return [there.count, there.newest, *there.sums]


def _noted(odd: Sequence[int]) -> list[int] | str | None:
    """Write down which tasks are odd; of very many, what tells them from others."""
    if len(odd) <= NOTED:
        return [*odd] or None
    return f"{len(odd)} {crc32(repr(odd).encode()):08x}"


def _unread(odd: Sequence[int], noted: list[int] | str | None) -> Sequence[int]:
    """Give the odd tasks that were not read again yet; all of them, where nobody knows which."""
    if isinstance(noted, list):
        known = set(noted)
        return [key for key in odd if key not in known]
    return () if _noted(odd) == noted else odd


def _counted_again(start: Start, odd: Sequence[int], among: int) -> Walk:
    """Read tasks that have not as many annotations as they say; most of a project page by page."""
    if len(odd) * MANY > among:
        yield from _read_again(start, Span(odd[0] - 1, odd[-1]), among, thorough=True)
        return
    for begin in range(0, len(odd), SMALL):
        asked = whole(start, ids=odd[begin : begin + SMALL]) | {"page_size": SMALL}
        found = listing((yield Request(TASKS, asked)), "tasks").records
        yield Page(found, thorough=True)


def _mended(start: Start, project: Gap) -> Walk:
    there, here = project.there, project.here.known
    yield Page([], gone=[Gone(here.count - there.count, here.count), *lost(there, here)])
    found = yield from _narrowed(start, project)
    for span in _joined(found):
        yield from _read_again(start, span, here.count)


def _narrowed(start: Start, project: Gap) -> Asking:
    """Halve ranges that differ, as long as that is cheaper than reading them."""
    count = max(project.there.count, project.here.known.count, 2)
    spare = max(2 * log2(count) + SPARE, count / start.source.page_size)
    open_gaps, found = [project], list[Gap]()
    while open_gaps:
        gap = open_gaps.pop()
        small = gap.there.count <= SMALL
        if small or spare < 1 or gap.here.middle in (None, gap.span.upto):
            found.append(gap)
            continue
        spare -= 1
        open_gaps += yield from _halves(start, gap)
    return [gap.span for gap in found]


def _halves(start: Start, gap: Gap) -> Asking:
    """Give the halves of a range that differ; counting one half tells of both."""
    middle = gap.here.middle
    lower, upper = Span(gap.span.above, middle), Span(middle or 0, gap.span.upto)
    there = yield from _count(start, lower)
    rest = Known(
        gap.there.count - there.count,
        None,
        tuple(a - b for a, b in zip(gap.there.sums, there.sums, strict=True)),
    )
    halves = [Gap(lower, there, (yield lower)), Gap(upper, rest, (yield upper))]
    return [half for half in halves if not _same(half.there, half.here.known)]


def _joined(spans: list[Span]) -> list[Span]:
    """Put ranges that touch together, in the order of ids: fewer pages to read."""
    joined = list[Span]()
    for span in sorted(spans, key=lambda span: span.above):
        if joined and joined[-1].upto == span.above:
            joined[-1] = Span(joined[-1].above, span.upto)
        else:
            joined.append(span)
    return joined


def _read_again(start: Start, span: Span, among: int, *, thorough: bool = False) -> Walk:
    """Read the tasks of a range; what the mirror has beside them is gone."""
    ids = set[int]()
    held: Held = yield replace(span, listed=True)

    def request(after: int) -> Request:
        return Request(TASKS, whole(start, after=after, upto=span.upto))

    def page(found: Listing, _after: int, left: int) -> Page:
        ids.update(found.ids)
        proven.append(len(found.ids) == len(found.records) + len(found.unreadable))
        complete = None
        if left <= 0 and all(proven):
            complete = Complete("id", held.ids, frozenset(ids), among=among)
        total = left + len(found.records)
        return Page(found.records, total=total, complete=complete, thorough=thorough)

    proven = list[bool]()
    around = near(start, upto=span.upto)
    yield from keyset(request, page, name="tasks", total="total", after=span.above, around=around)


def _count(start: Start, span: Span) -> Asking:
    return told((yield Request(TASKS, counted(start, after=span.above, upto=span.upto))))


def _same(there: Known, here: Known) -> bool:
    return (there.count, there.sums) == (here.count, here.sums)
