"""What one walk over a list of Qianfan's has seen, and what may be concluded from it."""

from __future__ import annotations

import email.utils
from dataclasses import dataclass, field
from datetime import UTC

from etl.platforms.qianfan.listings import Listing, Rows
from etl.stream import Answer, Complete, Start
from etl.tables import MOMENT_FORMAT
from etl.times import parsed

SHORT = 2_000  # rows that are read whole at every run
A_DAY = 86_400  # seconds between whole readings of a longer list
MOST_OPEN = 5_000  # records under way that are remembered by id; with more, the list is read whole


@dataclass
class Reading:
    """What one walk has seen: every id, in the order they came by, and which are under way."""

    listing: Listing
    parent: str = ""
    seen: dict[str, bool] = field(default_factory=dict)
    shifted: bool = False
    unnamed: bool = False

    def note(self, rows: Rows) -> bool:
        """Note a page; tell whether it brought anything new."""
        before = len(self.seen)
        self.unnamed |= "" in rows.ids
        for ident, content in zip(rows.ids, rows.contents, strict=True):
            self.seen[ident] = self.listing.is_open(content)
        return len(self.seen) > before

    @property
    def under_way(self) -> list[str]:
        """The ids of records that may still change."""
        return sorted(ident for ident, is_open in self.seen.items() if is_open)

    def complete(self, start: Start) -> Complete | None:
        """Claim that this is all there is; a record without an id makes that unsure."""
        if self.unnamed:
            return None
        return Complete("source", [start.source.name], frozenset(self.seen))


def date(answer: Answer) -> str | None:
    """Give the server's time (`MOMENT_FORMAT`)."""
    try:
        told = email.utils.parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return told.astimezone(UTC).strftime(MOMENT_FORMAT)


def recent(swept: str | None, now: str | None) -> bool:
    """Tell whether a list was read whole within a day of the server's time."""
    if not swept or not now:
        return False
    return (parsed(now) - parsed(swept)).total_seconds() < A_DAY
