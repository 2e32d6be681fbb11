"""Since when a project's tasks are asked for: by its counts, its newest stamp and its clock.

A stamp is believed only up to the server's own clock. One beyond it, of a time when that clock was
wrong, would otherwise be the watermark, and hide every write until its moment has come.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from etl.exchange import Answer, Json, Request
from etl.paging import listing, served_at
from etl.platforms.label_studio.query import TASKS, counted, latest, lost, told, whole
from etl.times import earlier
from etl.walk import Asking, Page, Position, Start, Walk

FEW = 100  # tasks that are read again as a matter of course
CLOCKS = timedelta(minutes=1)  # by which the clocks of a server's hosts may differ
SECOND = timedelta(seconds=1)  # an answer tells its time in whole ones


def window(start: Start) -> Generator[Any, Any, Json]:
    """Ask how many there are, and for the newest stamp: the next watermark.

    The watermark is the newest stamp *before* the first page is read: what is written while the
    walk goes on is stamped later, and so belongs to the next one. Counts and newest stamp
    together, equal here and there, prove that nothing is new and nothing gone. Where the mirror
    cannot agree, because a task was rejected, it is enough that the server says what it said when
    the proof last did what it could.

    What the lookback is for may still come while the newest stamp is as young as that, and change
    neither. So they count as settled only when read at a greater age, by the server's own clock;
    then the tasks of the lookback are read once more. Until then they are at every run, if few.

    Where only the counts differ nothing is to be read here: the proof finds out where they do. That
    many annotations are gone is announced here already: any page may bury some.
    """
    answer = yield Request(TASKS, counted(start))
    there = told(answer)
    asked = [there.count, there.newest, *there.sums]
    before = start.position.state or {}
    newest = yield from believed(start, there.newest, answer)
    if newest != there.newest:
        yield Page([], warning=_ahead(there.newest, served_at(answer)))
        asked.append(newest)
    watermark, since = mark(start, answer)
    settled = is_past(start, answer, latest(newest, watermark))
    due = settled and not before.get("settled")
    due |= watermark != start.position.watermark
    # What was written while the last walk went on may be read in part: the watermark knows.
    reached = (newest or "") <= (watermark or "")
    if not due and (asked == before.get("seen") or (reached and start.known == there)):
        if there.count and since and not before.get("settled"):
            yield from _glance(start)
        return None
    if gone := lost(there, start.known):
        yield Page([], gone=gone)
    unwritten = reached and not due and start.known.newest == there.newest
    found = {"since": since, "newest": latest(newest, watermark), "after": None if unwritten else 0}
    return {**found, "asked": asked, "settled": settled, "odd": before.get("odd")}


def position(start: Start, state: Json, after: int, left: int) -> Position:
    """Stay inside the walk while tasks are left; then promote the time it began at."""
    if left > 0:
        return Position(start.position.watermark, {**state, "after": after}, unfinished=True)
    kept = {name: state[name] for name in ("settled", "odd") if state.get(name)}
    return Position(state["newest"], {"asked": state["asked"], **kept})


def mark(start: Start, answer: Answer) -> tuple[str | None, str | None]:
    """Give the watermark and since when to ask; none for one that lies beyond the clock.

    Nobody knows what was missed since a run of an older program stored it: all is read once.
    """
    watermark = start.position.watermark
    return (None, None) if _is_ahead(start, watermark, answer) else (watermark, start.since)


def believed(start: Start, stamp: str | None, answer: Answer) -> Asking:
    """Give the newest stamp that the clock of the server has reached."""
    if not _is_ahead(start, stamp, answer):
        return stamp
    until = served_at(answer)
    return told((yield Request(TASKS, counted(start, until=until)))).newest


def is_past(start: Start, answer: Answer, stamp: str | None) -> bool:
    """Tell whether a time lies further back than the lookback, by the clock of the server."""
    clock = served_at(answer)
    return clock is not None and (stamp is None or stamp <= earlier(clock, start.source.lookback))


def _is_ahead(start: Start, stamp: str | None, answer: Answer) -> bool:
    """Tell whether a time lies further ahead than the lookback of the next run makes up for."""
    clock, allowed = served_at(answer), min(CLOCKS, start.source.lookback) + SECOND
    return bool(clock and stamp) and str(stamp) > earlier(str(clock), -allowed)


def _ahead(stamp: str | None, clock: str | None) -> str:
    return (
        f"a task is stamped {stamp}, and the server's clock says {clock}: the stamp is not "
        "believed, and each run asks once more until it has passed or the task is written again"
    )


def _glance(start: Start) -> Walk:
    """Read the tasks of the lookback again, unless they are more than one small page."""
    asked = whole(start, since=start.since) | {"page_size": FEW}
    found = listing((yield Request(TASKS, asked)), "tasks")
    if 0 < found.number("total") <= len(found.records):
        yield Page(found.records, total=len(found.records))
