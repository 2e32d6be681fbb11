"""Every error a user can meet, grouped by what to do about it, each with its exit code.

AnnomirrorError            1  failed
├── ConfigurationError     2  mend the configuration or the command, then run again
│   └── InputError             mend the file that is to be imported
├── SourceError            1  a platform did not give what was asked
│   ├── Unreachable            no answer, or only "try later": the next run may succeed;
│   │                          with no answer at all: stops the whole source
│   │   └── NotEnded           the server answers, but what it is at does not end
│   ├── Unauthorized           the credentials are wrong: stops the whole source
│   ├── Forbidden              the account may not read this: stops the stream or part
│   ├── Missing                nothing there: stops the stream or part
│   ├── Invalid                what was sent is refused, and where it is wrong
│   └── BadAnswer              an answer that is not what the platform documents
│       └── Broken             the server fails at this, and at nothing else: leave it out
├── DifferentError         1  the mirror is not what its source is
├── MirrorError            1  the database could not be read or written
│   ├── NoMirror               there is none yet: the first run makes it
│   └── KeyTaken               a row to be added is there already: update it instead
├── PartialError           3  some streams failed, the others are committed
├── BusyError              4  another run holds the mirror
└── RefusedError           5  a safety rule said no

Interrupted        130/143  SIGINT or SIGTERM; no Exception, for libraries swallow those
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Outcome(StrEnum):
    """How a run or a stream went, as `sync --json`, `verify --json` and the books say it."""

    OK = "ok"
    PARTIAL = "partial"
    FAILED = "failed"
    BUSY = "busy"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    DIFFERENT = "different"


class AnnomirrorError(Exception):
    """The root: a message for the person at the terminal, the exit code and the outcome."""

    exit_code = 1
    outcome = Outcome.FAILED


class ConfigurationError(AnnomirrorError):
    """The configuration or the command line cannot be used as it is."""

    exit_code = 2


class InputError(ConfigurationError):
    """What is to be imported cannot be read, or the platform refuses it."""


class SourceError(AnnomirrorError):
    """A platform did not give what was asked."""

    status: int | None

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status

    @property
    def stops_source(self) -> bool:
        """Tell whether no other part or stream of the source would fare better."""
        return False


class Unreachable(SourceError):
    """No answer, or none but "try later", after every retry.

    A server that was `reached` gave no good answer to this one request, which says nothing of
    others; any other stops the whole source. What was never `sent` was never carried out.
    """

    def __init__(
        self,
        message: str,
        status: int | None = None,
        *,
        reached: bool | None = None,
        sent: bool = True,
    ) -> None:
        super().__init__(message, status)
        self.reached = status is not None if reached is None else reached
        self.sent = sent

    @property
    def stops_source(self) -> bool:
        """Tell whether there was no answer at all."""
        return not self.reached


class NotEnded(Unreachable):
    """The server answers, and what it is at has not ended in the time it was given."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reached=True)


class Unauthorized(SourceError):
    """The credentials are refused, so nothing of this source can be read."""

    @property
    def stops_source(self) -> bool:
        """Tell that nobody else is asked with them."""
        return True


class Forbidden(SourceError):
    """The account is known but may not read this."""


class Missing(SourceError):
    """What was asked for is not there."""


class Invalid(SourceError):
    """What was sent is refused; `problems` says what is wrong with which of the records."""

    def __init__(self, message: str, status: int | None, problems: Mapping[int, str]) -> None:
        super().__init__(message, status)
        self.problems = problems


class BadAnswer(SourceError):
    """The answer is not what the platform documents: HTML, cut short, an error page."""


class Broken(BadAnswer):
    """The server answers other questions, and fails at this one whenever it is asked."""


class MirrorError(AnnomirrorError):
    """The mirror's database could not be opened, read or written."""


class NoMirror(MirrorError):
    """There is no mirror yet."""


class KeyTaken(MirrorError):
    """The mirror has a row of the key that was to be added."""


class DifferentError(AnnomirrorError):
    """The mirror holds something otherwise than its source, and it was not mended."""

    outcome = Outcome.DIFFERENT


class PartialError(AnnomirrorError):
    """Some streams failed or too many records were set aside; the rest is committed."""

    exit_code = 3
    outcome = Outcome.PARTIAL


class BusyError(AnnomirrorError):
    """Another run holds the lock of this mirror."""

    exit_code = 4
    outcome = Outcome.BUSY


class RefusedError(AnnomirrorError):
    """Going on would break a promise: a newer schema, a suspicious mass deletion."""

    exit_code = 5
    outcome = Outcome.REFUSED


class Interrupted(BaseException):
    """The run was asked to stop; the exit code is 128 plus the signal's number.

    Raised wherever the program is, also inside libraries that take any Exception for their own.
    """

    outcome = Outcome.INTERRUPTED

    def __init__(self, signal_number: int) -> None:
        super().__init__("interrupted; what was committed stays, the next run goes on from there")
        self.exit_code = 128 + signal_number


Ending = AnnomirrorError | Interrupted
ENDINGS = (AnnomirrorError, Interrupted)
"""What ends a command in a way that is foreseen: with an exit code and an outcome."""
