"""Asks what became of a batch, of a server that may fail meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from etl.errors import Broken, SourceError, Unauthorized, Unreachable
from etl.exchange import SERVER_ERROR
from etl.extract import ask
from etl.imports.batch import Batch
from etl.imports.context import Context
from etl.intake import Questions
from etl.verdict import passes

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 3
NO_MARK = f"{'0' * 12}.0."  # which no batch has
SAFE = "what was sent is in the books, and nothing is lost"


def ask_after(context: Context, batch: Batch, questions: Callable[[], Questions[T]]) -> T:
    """Ask what became of a batch: some times, where the server fails or does not answer.

    Raises Broken where it answers other questions, Unreachable where it answers none.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return ask(questions(), context.sender)
        except SourceError as error:
            if not passes(error) or isinstance(error, Unauthorized):
                raise
            if attempt == ATTEMPTS:
                if error.status != SERVER_ERROR:
                    error.args = (f"{_title(batch)}: {error}; {SAFE}",)
                    raise
                raise _judged(context, batch, error) from error
            log.warning("%s: %s; asking again", _title(batch), error)
            context.pause(float(attempt))


def _judged(context: Context, batch: Batch, error: SourceError) -> SourceError:
    """Tell an outage from a server that fails at one batch."""
    if _answers(context, batch):
        return Broken(f"{_title(batch)}: the server fails at this alone: {error}")
    said = f"{_title(batch)}: the server fails, and not at this alone: {error}; {SAFE}"
    return Unreachable(said, error.status, reached=False)


def _answers(context: Context, batch: Batch) -> bool:
    """Tell whether the server answers what has nothing to do with a batch."""
    number = batch.project_id
    try:
        ask(context.intake.project(number), context.sender)
        ask(context.intake.marked(number, NO_MARK), context.sender)
    except SourceError as error:
        return not passes(error)
    return True


def _title(batch: Batch) -> str:
    if batch.session is None:
        return f"job {batch.job_id}"
    return f"{batch.title}: batch {batch.batch}"
