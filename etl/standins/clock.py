"""The time a platform believes it is, which a test may stop, move and shift."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells UTC with microseconds: the machine's time, or a frozen instant."""

    def __init__(self, at: datetime | None = None) -> None:
        """Freeze at the given instant, or follow the machine when there is none."""
        self._frozen = at
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the platform's present."""
        return (self._frozen or datetime.now(UTC)) + self._shift

    def freeze(self, at: datetime | None = None) -> None:
        """Stop at an instant, the present by default."""
        self._frozen = at or self.now()
        self._shift = timedelta()

    def thaw(self) -> None:
        """Let time pass again from where the clock stands."""
        standing = self.now()
        self._frozen = None
        self._shift = standing - datetime.now(UTC)

    def advance(self, seconds: float = 0.0, **span: float) -> None:
        """Move by a span (`minutes=5`); a negative one sets the clock back."""
        self._shift += timedelta(seconds=seconds, **span)

    @contextmanager
    def elsewhere(self, **span: float) -> Iterator[None]:
        """Visit another time (`days=-3`), then come back whatever happened there."""
        before = self._frozen, self._shift
        self.advance(**span)
        try:
            yield
        finally:
            self._frozen, self._shift = before
