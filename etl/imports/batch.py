"""A batch of records on their way into a platform, as the books have it.

It goes from `reading` (its lines are not read yet) to `prepared`, `sending` (no answer yet), what
the server says of its job, `taken` (it has everything) and `completed` (so has the mirror). One
that `failed` is done with once all its lines are: rejected, or moved to a batch of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

READING, PREPARED, SENDING, TAKEN = "reading", "prepared", "sending", "taken"
CREATED, UPDATED, SKIPPED, REJECTED = "created", "updated", "skipped", "rejected"
ABANDONED = "abandoned"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch as the books have it."""

    id: int
    project_id: int
    status: str
    job_id: int | None = None
    session: str | None = None
    batch: int | None = None
    file: str | None = None
    submitted_at: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What the records of this batch carry before their place, and no others do."""
        return f"{self.session}.{self.id}."


@dataclass(frozen=True)
class Settled:
    """What became of some lines: how many of them were created, updated, skipped or rejected."""

    outcome: str
    lines: int


@dataclass(frozen=True)
class Waiting:
    """A job is followed that has not ended yet."""

    batch: Batch
    status: str


Event = Settled | Waiting
Events = Iterator[Event]
