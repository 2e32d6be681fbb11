"""Sends again what did not arrive or broke the server, some times, with pauses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from etl.errors import SourceError, Unreachable
from etl.imports.absence import server_failed
from etl.imports.batch import Batch, BatchStatus, Events
from etl.imports.context import Context
from etl.imports.records import Line
from etl.imports.suspects import Suspect, Suspects, failing
from etl.imports.validate import spanned

log = logging.getLogger(__name__)

ATTEMPTS, ATTEMPTS_AT_A_PART = 3, 2


class Retries:
    """How often each batch of an import was sent, and the lines at which the server failed.

    It is told how to `deliver` a batch, `halve` one, and set the lines of one aside as `wrong`.
    """

    def __init__(
        self,
        context: Context,
        deliver: Callable[[Batch, Sequence[Line]], Events],
        halve: Callable[[Batch, Sequence[Line], SourceError], Events],
        wrong: Callable[[Batch, Sequence[Line], Mapping[int, str], str], Events],
    ) -> None:
        self._context, self._journal = context, context.journal
        self._deliver, self._halve, self._wrong = deliver, halve, wrong
        self._attempts: dict[int, int] = {}
        self._suspects = Suspects()
        self._parts: set[int] = set()  # of batches that failed

    def __contains__(self, batch_id: int) -> bool:
        return batch_id in self._attempts

    def taken(self) -> None:
        """Note that the server made something of a batch, or is not waited for."""
        self._suspects.taken += 1

    def part(self, batches: Iterable[Batch], *, failed: bool) -> None:
        """Note the parts of a batch, at which the server perhaps `failed`."""
        new = list(batches)
        self._parts |= {batch.id for batch in new}
        if failed:
            self._suspects.part(new)

    def worker_failed(self, batch: Batch, lines: Sequence[Line], error: SourceError) -> Events:
        """Send the lines of a job again that failed without a word on what is wrong with them."""
        if all(line.raw for line in lines):
            batch = self._journal.batches.change(batch, BatchStatus.PREPARED)
            yield from self.once_more(batch, lines, error, failed=True)
        else:  # whoever has the file sends them
            log.warning("%s: %s; they are sent again", spanned(batch.title, lines), error)
            self._journal.batches.fail(batch, str(error))

    def once_more(
        self,
        batch: Batch,
        lines: Sequence[Line],
        error: SourceError | None,
        *,
        failed: bool = False,
    ) -> Events:
        """Send again what is not there, some times. Raises SourceError, InputError."""
        attempt = self._attempts[batch.id] = self._attempts.get(batch.id, 1) + 1
        failed = failed or server_failed(error)
        if attempt <= (ATTEMPTS_AT_A_PART if batch.id in self._parts else ATTEMPTS):
            if failed:  # it may be down for a while
                self._context.pause(float(attempt))
            yield from self._deliver(batch, lines)
        elif error and failed:
            yield from self._look_for_line(batch, lines, error)
        else:
            raise error or Unreachable(f"batch {batch.batch} of {batch.title} does not arrive")

    def _look_for_line(self, batch: Batch, lines: Sequence[Line], error: SourceError) -> Events:
        """Look for the line at which the server fails, if that is wanted. Raises BadAnswer."""
        if not self._context.options.skip_bad:
            self._journal.batches.fail(batch, str(error))
            raise failing(batch, lines, error, skip_bad=False)
        if len(lines) > 1:
            yield from self._halve(batch, lines, error)
        elif self._suspects.suspect(batch, lines[0], error):
            yield from self._wrong(batch, lines, {}, str(error))
        else:
            self._stop_if_down()

    def try_again(self, *, last: bool = False) -> Events:
        """Send the lines again at which the server failed; set those aside where it does again.

        Raises BadAnswer if it took nothing since, also when the `last` line was sent.
        """
        yield from self._tried(self._suspects.to_try())
        if last:
            yield from self._tried(self._suspects.rest())
            while found := self._suspects.to_try():  # each but once
                yield from self._tried(found)
        self._stop_if_down(last=last)

    def _tried(self, suspects: Sequence[Suspect]) -> Events:
        for one in suspects:
            self._attempts[one.batch.id] = 1
            yield from self._deliver(one.batch, [one.line])

    def _stop_if_down(self, *, last: bool = False) -> None:
        down = self._suspects.down(last=last)
        for one in down:  # whose line may be mended
            self._journal.batches.fail(one.batch, str(one.error))
        if down:
            lines = [one.line for one in down]
            raise failing(down[0].batch, lines, down[0].error, skip_bad=True)
