"""A batch of records on their way into a platform, as the books have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class BatchStatus(StrEnum):
    """How far a batch is; `TRANSITIONS` says what may follow what."""

    READING = "reading"  # its lines are not read yet
    PREPARED = "prepared"  # its lines are in the books; the server has nothing of it
    SENDING = "sending"  # it was sent, and no answer is known
    CREATED = "created"  # the server has a job for it, which has not begun
    IN_PROGRESS = "in_progress"  # the server is at it
    TAKEN = "taken"  # the server has everything, the mirror perhaps not
    COMPLETED = "completed"  # so has the mirror
    FAILED = "failed"  # done with once all its lines are: rejected, or in a batch of their own

    @classmethod
    def of_job(cls, said: str) -> BatchStatus:
        """Give the status of a batch whose job says this; what nobody knows is not the end."""
        known = {"created": cls.CREATED, "completed": cls.TAKEN, "failed": cls.FAILED}
        return known.get(said, cls.IN_PROGRESS)

    @classmethod
    def _missing_(cls, _value: object) -> BatchStatus:
        """Take what the books have of a server's own words for a job under way."""
        return cls.IN_PROGRESS


_S = BatchStatus
TRANSITIONS: Mapping[BatchStatus, frozenset[BatchStatus]] = {
    _S.READING: frozenset({_S.PREPARED, _S.FAILED}),
    _S.PREPARED: frozenset({_S.SENDING, _S.COMPLETED, _S.FAILED}),
    _S.SENDING: frozenset(_S) - {_S.READING, _S.SENDING},
    _S.CREATED: frozenset(_S) - {_S.READING, _S.SENDING, _S.CREATED},
    _S.IN_PROGRESS: frozenset(_S) - {_S.READING, _S.SENDING, _S.IN_PROGRESS},
    _S.TAKEN: frozenset({_S.COMPLETED, _S.FAILED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset(_S) - {_S.READING},
}
"""What may become of a batch. From `CREATED` and `IN_PROGRESS` back to `PREPARED`: the server has
forgotten its job, and nothing of it is there. From `FAILED` to `FAILED`: its lines go to other
batches; to `COMPLETED`: all of it came after all; to any other: it was given up while it stood
there, and is taken up again."""


class LineOutcome(StrEnum):
    """What became of a line."""

    CREATED = "created"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    ABANDONED = "abandoned"


GIVEN_UP = "given_up"  # the option that tells at what status a batch was given up
NEED_THE_FILE = (_S.READING, _S.PREPARED, _S.FAILED)
AT_THE_SERVER = (_S.SENDING, _S.CREATED, _S.IN_PROGRESS, _S.TAKEN)
STDIN = "-"  # what the books call standard input
WIDEST_MARK = f"{'0' * 12}.{10**9}."  # as long as that of any batch


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch as the books have it."""

    id: int
    project_id: int
    status: BatchStatus
    job_id: int | None = None
    session: str | None = None
    batch: int | None = None
    file: str | None = None
    submitted_at: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def may_be_mended(self) -> bool:
        """Tell whether its lines may say something else now: it failed, or was never sent."""
        if self.status is BatchStatus.PREPARED:
            return self.submitted_at is None
        return self.status is BatchStatus.FAILED

    @property
    def shared(self) -> dict[str, Any]:
        """What all batches of its import have."""
        return {n: getattr(self, n) for n in ("project_id", "session", "file", "options")}

    @property
    def title(self) -> str:
        """What a person calls where the lines come from."""
        return "standard input" if self.file in (None, STDIN) else str(self.file)

    @property
    def may_come(self) -> bool:
        """Tell whether lines of it that were given up may be there, or come later.

        Old books do not tell how it stood then.
        """
        stood = self.options.get(GIVEN_UP)
        return stood in AT_THE_SERVER if stood else self.submitted_at is not None

    @property
    def mark(self) -> str:
        """What the records of this batch carry before their place, and no others do."""
        return f"{self.session}.{self.id}."


@dataclass(frozen=True)
class Settled:
    """What became of some lines: how many of them were created, updated, skipped or rejected."""

    outcome: LineOutcome
    lines: int


@dataclass(frozen=True)
class Sent:
    """So many lines of a batch went to a job that is not waited for."""

    batch: Batch
    lines: int


@dataclass(frozen=True)
class AlreadySent:
    """So many lines of a file that was begun are in, or with the server."""

    lines: int


@dataclass(frozen=True)
class Waiting:
    """A job is followed that has not ended yet, for so many seconds by now."""

    batch: Batch
    status: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Duplicated:
    """A batch landed twice: these records are there beside those that the books name."""

    batch: Batch
    ids: Sequence[int]


@dataclass(frozen=True)
class Unnamed:
    """A job begun elsewhere made so many records, and does not tell their ids."""

    batch: Batch
    records: int


@dataclass(frozen=True)
class Gone:
    """A job begun elsewhere made these records, and they are not there any more."""

    batch: Batch
    ids: Sequence[int]


Event = Settled | Sent | AlreadySent | Waiting | Duplicated | Unnamed | Gone
Events = Iterator[Event]
