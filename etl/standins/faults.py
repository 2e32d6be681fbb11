"""Failures a test plans in advance: errors, delays, truncated and dropped answers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock

from etl.standins.exchange import Request


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with some requests; what is not set is answered as usual.

    `path` ending in `*` is a prefix, `None` any path. `skip` requests pass first,
    then `times` are hit (`None`: all that follow). With a `status` the
    platform is not asked at all.
    """

    method: str | None = "GET"
    path: str | None = None
    skip: int = 0
    times: int | None = 1
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    content_type: str = "application/json"
    delay: float = 0.0
    cut_after: int | None = None
    drip: tuple[int, float] | None = None
    close: bool = False

    def concerns(self, request: Request) -> bool:
        """Tell whether a request is of the kind this fault is about."""
        if self.method is not None and request.method != self.method:
            return False
        if self.path is not None and self.path.endswith("*"):
            return request.path.startswith(self.path[:-1])
        return self.path is None or request.path == self.path


class Faults:
    """The plan: the first fault whose turn has come is the one that happens."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []
        self._seen: Counter[int] = Counter()
        self._lock = Lock()

    def __len__(self) -> int:
        """Count the faults planned, spent ones included."""
        return len(self._planned)

    def __iter__(self) -> Iterator[Fault]:
        """Go through the plan in its order."""
        return iter(list(self._planned))

    def append(self, fault: Fault) -> None:
        """Plan one more fault."""
        with self._lock:
            self._planned.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Plan several faults."""
        for fault in faults:
            self.append(fault)

    def clear(self) -> None:
        """Forget the plan and what it has counted."""
        with self._lock:
            self._planned.clear()
            self._seen.clear()

    def due(self, request: Request) -> Fault | None:
        """Count a request against every fault it concerns and return the one due."""
        hit = None
        with self._lock:
            for place, fault in enumerate(self._planned):
                if not fault.concerns(request):
                    continue
                turn = self._seen[place] - fault.skip
                if hit is not None and turn >= 0:
                    continue
                self._seen[place] += 1
                if turn >= 0 and (fault.times is None or turn < fault.times):
                    hit = fault
        return hit
