"""Lines at which a server fails by an error that names none, as it does at any while it is down.

One is wrong only if the server took others after it had failed at it, and then fails at it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from etl.errors import BadAnswer, SourceError
from etl.imports.batch import Batch
from etl.imports.records import Line
from etl.imports.validate import spanned

MOST = 10  # lines one after the other at which a server fails that is not down
LATER = "go on later with: annomirror import --resume"


@dataclass(frozen=True)
class Suspect:
    """A line, alone in its batch, at which the server failed when it had `taken` so many.

    At the batch that it was a half of it failed before that.
    """

    batch: Batch
    line: Line
    error: SourceError
    taken: int


class Suspects:
    """The lines of one import at which the server failed; they are tried again."""

    def __init__(self) -> None:
        self.taken = 0  # batches that the server took
        self._found: list[Suspect] = []
        self._failed_within: dict[int, int] = {}
        self._tried: set[int] = set()

    def suspect(self, batch: Batch, line: Line, error: SourceError) -> bool:
        """Note that the server failed at a line; tell whether that is enough to call it wrong."""
        if batch.id in self._tried:
            return True
        taken = self._failed_within.get(batch.id, self.taken)
        self._found.append(Suspect(batch, line, error, taken))
        return False

    def part(self, batches: Iterable[Batch]) -> None:
        """Note that the server failed at the lines of some batches when they were in one."""
        self._failed_within |= {batch.id: self.taken for batch in batches}

    def to_try(self) -> list[Suspect]:
        """Give those that are to be tried again, for the last time: the server took others."""
        found = [one for one in self._found if one.taken < self.taken]
        self._found = [one for one in self._found if one.taken == self.taken]
        self._tried |= {one.batch.id for one in found}
        return found

    def rest(self) -> list[Suspect]:
        """Give those at which it failed since; they are suspected no more."""
        found, self._found = self._found, []
        return found

    def down(self, *, last: bool = False) -> list[Suspect]:
        """Give those that tell that the server is down: it takes nothing, to the `last` line."""
        found = [one for one in self._found if one.taken == self.taken]
        return found if last or len(found) >= MOST else []


def failing(
    batch: Batch, lines: Sequence[Line], error: SourceError, *, skip_bad: bool
) -> BadAnswer:
    """Say that a server fails at some lines; it may be down, and it may be a line."""
    if skip_bad:
        more = f"the server takes nothing now, so that no line is set aside for it; {LATER}"
    else:
        more = f"{LATER}; a line that the server fails at again mend, or leave out by --skip-bad"
    return BadAnswer(f"{spanned(batch.title, lines)}: {error}; {more}", error.status)
