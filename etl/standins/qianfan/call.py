"""One admitted request on its way to a view, and how it reads its body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from etl.standins.qianfan import refusals

if TYPE_CHECKING:
    from etl.standins.exchange import Json, Request
    from etl.standins.qianfan.refusals import Refusal
    from etl.standins.qianfan.state import State

V1 = "/wenxinworkshop/"
_ENHANCE = "/wenxinworkshop/enhance/list"


def operation(request: Request) -> str:
    """Name what is asked: `enhance/list`, `DescribeDatasets`, or the path of anything else."""
    if request.path.startswith(V1):
        return request.path.removeprefix(V1)
    return request.param("Action") or request.path


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request with what it may look at, and the id its answer bears."""

    state: State
    request: Request
    request_id: str

    def wrong(self, name: str) -> Refusal:
        """Blame a parameter in the form of the endpoint."""
        if not self.request.path.startswith(V1):
            return refusals.inappropriate(name)
        if self.request.path == _ENHANCE:
            return refusals.param_invalid(self.state.quirks.param_status)
        return refusals.envelope()

    def body(self) -> dict[str, Json]:
        """Decode the body, which must be an object; nothing at all counts as empty."""
        try:
            value = json.loads(self.request.body or b"{}")
        except ValueError:
            value = None
        if isinstance(value, dict):
            return value
        v2 = not self.request.path.startswith(V1)
        raise refusals.malformed() if v2 else self.wrong("body")

    def integer(self, name: str, default: int, least: int, most: int | None = None) -> int:
        """Read a whole number within bounds."""
        value = self.body().get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.wrong(name)
        if most is not None and value > most:
            raise self.wrong(name)
        return value

    def text(self, name: str) -> str:
        """Read a text, empty when it is absent."""
        value = self.body().get(name, "")
        if not isinstance(value, str):
            raise self.wrong(name)
        return value
