"""How a command that writes is stopped: by an error, so that what is open is rolled back."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from etl.errors import Interrupted


@contextmanager
def signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into an error, so that the open page is rolled back."""

    def interrupt(number: int, _frame: Any) -> None:
        raise Interrupted(number)

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
