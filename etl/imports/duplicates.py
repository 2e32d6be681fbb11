"""Tells what is there twice of batches that may have been sent twice."""

from __future__ import annotations

import logging

from etl.errors import Broken
from etl.imports.batch import Batch, Duplicated, Events
from etl.imports.context import Context
from etl.imports.reconcile import Reconciler

log = logging.getLogger(__name__)


class Duplicates:
    """The batches of one import that are in doubt, each of which is told of once."""

    def __init__(self, context: Context, reconciler: Reconciler) -> None:
        self._context, self._reconciler = context, reconciler
        self._doubtful: dict[int, Batch] = {}

    def doubt(self, batch: Batch) -> None:
        """Take a batch for one that may have been sent twice."""
        self._doubtful[batch.id] = batch

    def __contains__(self, batch: Batch) -> bool:
        return batch.id in self._doubtful

    def of(self, batch: Batch) -> Events:
        """Tell what of a batch that is in doubt is there twice."""
        if batch.id in self._doubtful:
            for event in self._named(batch):
                self._doubtful.pop(batch.id)  # told once
                yield event

    def looked_again(self) -> Events:
        """Look once more at what is in doubt: it may have landed meanwhile."""
        for batch in list(self._doubtful.values()):
            try:
                yield from self.of(batch)
            except Broken as error:
                self._doubtful.pop(batch.id)
                log.warning("%s; whether it is there twice is not known", error)

    def _named(self, batch: Batch) -> Events:
        """Tell which tasks of a batch that may have been sent twice the books do not name.

        Where a line of it is still open, its task is not too many: it is found when that is sent.
        """
        found, history = self._reconciler.all_by_mark(batch), self._context.journal.history
        for line in history.lines(batch):
            found.pop(line.place, None)
        if not found:
            return
        named = history.named(batch.session, min(found) - 1, max(found))
        every = {key: place for place, ids in found.items() for key in ids}
        if extra := sorted(key for key, place in every.items() if named.get(place) != key):
            said = f"landed twice: also there are {', '.join(map(str, extra))}"
            self._context.journal.batches.note(batch, error=said)
            yield Duplicated(batch, extra)
