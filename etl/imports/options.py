"""What an import is told: what to import, how, and how much of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """How a file is to be imported; `timeout` is seconds to wait for one batch."""

    key: str | None = None
    update: bool = False
    skip_bad: bool = False
    wait: bool = True
    timeout: float = 1800.0

    def kept(self) -> dict[str, Any]:
        """Give what holds for the whole file, whenever it is gone on with."""
        return {"key": self.key, "update": self.update, "skip_bad": self.skip_bad}


@dataclass(frozen=True, kw_only=True)
class BatchLimits:
    """How much a batch holds at most."""

    lines: int = 1000
    bytes: int = 10_000_000

    def kept(self) -> dict[str, int]:
        """Give what is written down with each batch."""
        return {"lines": self.lines, "bytes": self.bytes}


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What is to be done; without a project, what is unfinished.

    A file that was begun keeps the `limits` it was begun with, unless others are given. To
    `give_up` closes what is unfinished and cannot be gone on with.
    """

    project: int | None = None
    files: Sequence[str] = ()
    watch: int | None = None
    again: bool = False
    give_up: bool = False
    options: ImportOptions = field(default_factory=ImportOptions)
    limits: BatchLimits | None = None

    def kept(self, url: str, *, command: str | None = None) -> dict[str, Any]:
        """Give what is written down with each batch of a file; `command` names this one."""
        sizes = (self.limits or BatchLimits()).kept()
        how = {"url": url, "again": self.again, "command": command}
        return {"sha256": None, **how, **self.options.kept(), **sizes}
