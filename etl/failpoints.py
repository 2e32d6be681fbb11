"""Places at which a test has the process killed: ANNOMIRROR_FAILPOINT=after_commit:3.

That kills it, as a power cut would, when it reaches the place for the third time. Without the
variable a place costs a look at the environment, and there are a few to a page, none to a record.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "ANNOMIRROR_FAILPOINT"
PLACES = (
    "before_request",
    "after_fetch",
    "mid_transaction",
    "before_commit",
    "after_commit",
    "tombstoning",
    "closing_run",
    "migrating",
)


def reach(place: str) -> None:
    """Say that the process has come to a place; end it there if it is to be ended there."""
    if wanted := os.environ.get(VARIABLE):
        _count(place, wanted)


def _count(place: str, wanted: str) -> None:
    """Count down in the variable itself, so that this module keeps nothing."""
    name, _, times = wanted.partition(":")
    if name != place:
        return
    left = int(times or 1) - 1
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.environ[VARIABLE] = f"{name}:{left}"
