"""The words in which a platform says how records are put into it: data and pure functions, no I/O.

What a server is sent travels in batches, each with a mark of its own that every record of it
carries, with the record's place. So what became of a batch can be found out when its answer was
lost, before anything is sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol, TypeVar

from etl.exchange import Answer, Request
from etl.source import Part
from etl.tables import Mirrored
from etl.walk import Page

T = TypeVar("T")
Questions = Generator[Request, Answer, T]
"""Yields requests, is sent their answers, and ends in a value."""

Key = str | int
"""What a record is called outside, by which it is known again."""

COMPLETED, FAILED = "completed", "failed"
ENDED = frozenset({COMPLETED, FAILED})


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a server says of a batch: done at once, without an `id`, or by a job to be followed.

    `ids` are those of the new records in the order of the batch, where the server tells them;
    `made` is how many there are.
    """

    id: int | None = None
    status: str = COMPLETED
    ids: tuple[int, ...] = ()
    made: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    error: str | None = None
    created_at: str | None = None
    records: Sequence[bytes] = ()


@dataclass(frozen=True)
class JobSearch:
    """What is found of a batch whose answer was lost.

    It is `settled` where the server's jobs tell for certain that nothing can come late; where it
    works by jobs, what is `queued` may come very late.
    """

    job: Job | None = None
    settled: bool = False
    queued: bool = False


class JobSearching(Protocol):
    """Looks for a batch, sent so long `ago`; each sending of one that is `over` was answered.

    When it was sent there were the jobs up to number `above`.
    """

    def __call__(
        self, number: int, mark: str, ago: timedelta, *, over: bool, above: int
    ) -> Questions[JobSearch]:
        """Ask."""


@dataclass(frozen=True)
class Existing:
    """A record that is there already under a key."""

    id: int
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Intake:
    """How records are put into a platform.

    `stream` is where they belong. `jobs` and `items` are the tables that tell what was sent and
    what became of each record of it. What is wrong with a record, ValueError tells: `wrapped` for
    what would be lost of it, `key`, and `complete` for a field that is `required` in a project; and
    `searchable` of a field by which the server finds nothing.
    Of what a failed job says, `problems` tells what is wrong where, and `refuses` if anything is.
    """

    stream: str
    jobs: type[Mirrored]
    items: type[Mirrored]
    project: Callable[[int], Questions[Part]]
    required: Callable[[int], Questions[frozenset[str]]]
    complete: Callable[[bytes, Collection[str]], None]
    wrapped: Callable[[bytes, str], bytes]
    key: Callable[[bytes, str], Key]
    searchable: Callable[[str], None]
    submission: Callable[[int, Sequence[bytes]], Request]
    answered: Callable[[Answer], Job]
    job: Callable[[int, int], Questions[Job]]
    job_search: JobSearching
    marked: Callable[[int, str], Questions[dict[int, list[int]]]]
    records: Callable[[int, Sequence[int]], Questions[Page]]
    places: Callable[[Sequence[bytes], str], dict[int, int]]
    existing: Callable[[int, str, Sequence[Key]], Questions[dict[Key, Existing]]]
    change: Callable[[bytes, Existing], Request | None]
    problems: Callable[[str], dict[int, str]]
    refuses: Callable[[str], bool]


def ended(job: Job) -> bool:
    """Tell whether nothing more becomes of a batch."""
    return job.status in ENDED


def counted(answer: Mapping[str, Any], name: str) -> int:
    """Give a count out of an answer; one that is missing or empty is nothing."""
    found = answer.get(name)
    return found if type(found) is int else 0
