"""Closes batches that cannot be gone on with, where that is wanted and their server answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from etl.errors import AnnomirrorError, InputError, SourceError
from etl.imports.batch import Batch
from etl.imports.journal import Journal
from etl.imports.options import ImportRequest
from etl.verdict import passes

RESUME = "annomirror import --resume"
GO_ON = f"go on with: {RESUME}"
CLOSE = f"to close it as it is: {RESUME} --give-up"

log = logging.getLogger(__name__)


class Stuck(NamedTuple):
    """A batch that cannot be gone on with, and why."""

    batch: Batch
    error: SourceError | InputError


def advise(error: AnnomirrorError, next_step: str, *, unless: str = RESUME) -> None:
    """Add the next step to an error, unless it tells it already."""
    if unless not in str(error):
        error.args = (f"{error}; {next_step}",)


def close(journal: Journal, source: str, stuck: Sequence[Stuck], request: ImportRequest) -> None:
    """Give up the batches of a source that are stuck, if that is wanted, and only these.

    Raises what stopped the first that stays open.
    """
    failed = [error for batch, error in stuck if not give_up(journal, [batch], error, request)]
    for other in failed[1:]:
        log.error("%s: %s", source, other)
    if failed:
        raise failed[0]


def give_up(
    journal: Journal, stuck: Sequence[Batch], error: AnnomirrorError, request: ImportRequest
) -> bool:
    """Give batches up if that is wanted; else say how it can be. Tells whether that was done.

    Where a server does not answer, nothing is given up.
    """
    ids = {batch.id for batch in stuck}
    left = [batch for batch in journal.history.unfinished() if batch.id in ids]
    if not left or passes(error):
        return False
    if not request.give_up:
        advise(error, CLOSE, unless=CLOSE)
        return False
    log.warning("%s; given up", error)
    journal.give_up(left, str(error))
    return True
