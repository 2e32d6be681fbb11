"""Failures planned for single operations, which share their path in V2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.standins.faults import Fault
from etl.standins.qianfan.call import operation

if TYPE_CHECKING:
    from etl.standins.exchange import Request


@dataclass(frozen=True, kw_only=True)
class Trouble(Fault):
    """A fault that may concern one operation only, such as `DescribeDatasets`."""

    method: str | None = "POST"
    operation: str | None = None

    def concerns(self, request: Request) -> bool:
        """Tell whether a request is of the kind this fault is about."""
        named = self.operation is None or operation(request) == self.operation
        return named and super().concerns(request)
