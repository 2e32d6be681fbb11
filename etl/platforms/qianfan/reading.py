"""What one walk over a list of Qianfan's has seen, and what may be concluded from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import Any

from etl.around import MOST_UNREADABLE
from etl.errors import BadAnswer
from etl.exchange import SERVER_ERROR
from etl.platforms.qianfan.listings import Listing, Rows
from etl.walk import Complete, Start

SHORT = 2_000  # rows that are read whole at every run
A_DAY = timedelta(days=1)  # between whole readings of a longer list
MOST_OPEN = 5_000  # records under way that are remembered by id; with more, the list is read whole
HEADS = 20  # of the newest records are remembered
TRIES = 3  # readings before a list that will not stand still is left as it is


@dataclass
class Reading:
    """What one walk has seen: every id, in the order they came by, and which are under way.

    It has `shifted` when rows came or went meanwhile, and `stepped` back when they went. Records
    that came by in the order they were made were `rising`, in the opposite one `falling`. In the
    `blind` places are rows that the platform cannot give. A page may have been `repeated` at
    another place. One that has not shifted covers so many `places_read` of the list, in which a
    record may come twice. A `hollow` one had an empty page between others.
    """

    listing: Listing
    parent: str = ""
    seen: dict[str, bool] = field(default_factory=dict)
    shifted: bool = False
    stepped: bool = False
    unsure: bool = False
    hollow: bool = False
    places_read: int = 0
    rising: bool = False
    falling: bool = False
    blind: set[int | str] = field(default_factory=set)
    repeated: bool = False
    _born: tuple[int, int | str] | None = None

    def note(self, rows: Rows) -> bool:
        """Note a page; tell whether it brought anything new."""
        before = len(self.seen)
        self.unsure |= "" in rows.ids or not rows.sure
        self.blind.update(one.id for one in rows.unreadable)
        if len(self.blind) > MOST_UNREADABLE:
            raise BadAnswer(rows.unreadable[0].reason, SERVER_ERROR)
        overlap = int(bool(self.places_read and rows.ids))
        self.places_read += len(rows.ids) - overlap
        for ident, content in zip(rows.ids, rows.contents, strict=True):
            if ident not in self.seen:
                self._compare(content)
            self.seen[ident] = self.listing.is_open(content)
        return len(self.seen) > before

    def prepend(self, arrived: Reading) -> None:
        """Put what was seen at the new end before what was seen earlier."""
        self.unsure |= arrived.unsure
        self.blind |= arrived.blind
        rest = {ident: is_open for ident, is_open in self.seen.items() if ident not in arrived.seen}
        self.seen = {**arrived.seen, **rest}

    def contradicts(self, total: int) -> bool:
        """Tell whether it held less than the total says; or another number, and nothing moved.

        A record that came by and was deleted meanwhile makes it more.
        """
        if self.shifted:
            return len(self.seen) < total and not self.unsure
        return self.places_read != total

    @property
    def newest(self) -> dict[str, Any]:
        """The newest records, to be noted: should the very newest go, others tell what is new."""
        head, *others = islice(self.seen, HEADS) if self.seen else [""]
        return {"head": head, "next": others}

    @property
    def newest_first(self) -> bool:
        """Tell whether the newest record came first: seen, or documented and not refuted."""
        return not self.rising and (self.falling or self.listing.documented)

    @property
    def under_way(self) -> list[str] | None:
        """The ids of records that may still change; None if they are too many to remember."""
        found = sorted(ident for ident, is_open in self.seen.items() if is_open)
        return found if len(found) <= MOST_OPEN else None

    @property
    def places(self) -> dict[str, int] | None:
        """Where in the list those records are; None if they are too many to remember."""
        found = {ident: n for n, (ident, is_open) in enumerate(self.seen.items()) if is_open}
        return found if len(found) <= MOST_OPEN else None

    def complete(self, start: Start) -> Complete | None:
        """Claim that this is all there is, unless a page left doubts.

        It did if a record has no id, or cannot be given: that may be any of those that are missing.
        An empty list is what another account is shown too, but for the parts of what is there.
        """
        if self.unsure or self.blind:
            return None
        ids = frozenset(self.seen)
        if self.listing.column:
            return Complete(self.listing.column, [start.part.key], ids)
        return Complete("source", [start.source.name], ids, doubtful=not ids)

    def _compare(self, content: Mapping[str, Any]) -> None:
        """Compare a record's age with that of the one before it."""
        born, before = self.listing.spelling.birth(dict(content)), self._born
        if born is None:
            return
        if before and before[0] == born[0]:
            self.rising |= born > before
            self.falling |= born < before
        self._born = born
