"""What a test wants done between two requests, and how fast requests may come."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.qianfan import refusals
from etl.standins.qianfan.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_SECOND = timedelta(seconds=1)


@dataclass
class Hook:
    """An action that waits for its request."""

    turns: int
    action: Callable[[], object]
    operation: str | None = None


@dataclass
class Hooks:
    """The actions planned; each runs once."""

    waiting: list[Hook] = field(default_factory=list)

    def run(self, operation: str) -> None:
        """Count a request against every hook it concerns and run those due."""
        concerned = [one for one in self.waiting if one.operation in {None, operation}]
        for hook in concerned:
            hook.turns -= 1
        due = [hook for hook in concerned if hook.turns <= 0]
        self.waiting = [hook for hook in self.waiting if hook not in due]
        for hook in due:
            hook.action()


@dataclass
class Pace:
    """At most so many requests in any second of the platform's clock; `None`: no limit."""

    per_second: int | None = None
    refusal: Refusal = field(default_factory=refusals.qps)
    _recent: deque[datetime] = field(default_factory=deque)

    def keep(self, now: datetime) -> None:
        """Pass, or refuse a request that comes too soon; a refused one does not count."""
        if self.per_second is None:
            return
        while self._recent and now - self._recent[0] >= _SECOND:
            self._recent.popleft()
        if len(self._recent) >= self.per_second:
            raise self.refusal
        self._recent.append(now)
