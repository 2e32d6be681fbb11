"""One Qianfan account ready to be called: its state, its keys and the server before them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from etl.standins.qianfan import refusals
from etl.standins.qianfan.api import Api
from etl.standins.qianfan.call import operation
from etl.standins.qianfan.gate import Gate
from etl.standins.qianfan.hooks import Hook
from etl.standins.qianfan.state import State
from etl.standins.qianfan.trouble import Trouble
from etl.standins.server import StandIn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from etl.standins.clock import Clock
    from etl.standins.exchange import Json, Request
    from etl.standins.faults import Faults
    from etl.standins.qianfan.refusals import Refusal

ACCESS_KEY = "ALTAKexampleAccessKeyId0001"
SECRET_KEY = "0123456789abcdef0123456789abcdef"  # noqa: S105
# A fresh signature has a new second in it, so an old one that comes later is no coincidence.
_FRESH = timedelta(seconds=2)


class Qianfan:
    """A context manager: serves from `with` on, and is changed through `state`."""

    def __init__(
        self,
        access_key: str = ACCESS_KEY,
        secret_key: str = SECRET_KEY,
        *,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Make an empty account with one permanent key."""
        self.access_key = access_key
        self.secret_key = secret_key
        self.state = State(clock)
        self.clock = self.state.clock
        self.gate = Gate(clock=self.clock)
        self.gate.add(access_key, secret_key)
        self.api = Api(self.state, self.gate)
        self.pace = self.api.pace
        self.server = StandIn(self.api, port)

    @property
    def url(self) -> str:
        """The address without a trailing slash."""
        return self.server.url

    @property
    def requests(self) -> list[Request]:
        """What was asked so far."""
        return self.server.requests

    @property
    def faults(self) -> Faults:
        """What is planned to go wrong."""
        return self.server.faults

    @property
    def forbidden(self) -> list[Request]:
        """What a mirror must not ask: writes, and addresses that are not its own."""
        return self.api.forbidden

    @property
    def replays(self) -> list[Request]:
        """Requests with a signature already used two seconds or more before.

        Within one second a new signature of another page is the same one, for the body is not
        signed. Requests hit by a fault count.
        """
        first: dict[str, Request] = {}
        late = []
        for request in list(self.requests):
            seen = first.setdefault(request.headers.get("authorization", ""), request)
            if seen.time and request.time and request.time - seen.time >= _FRESH:
                late.append(request)
        return late

    def asked(self, name: str) -> list[Json]:
        """Return the bodies of the requests for an operation so far."""
        found = [request for request in list(self.requests) if operation(request) == name]
        return [json.loads(request.body or b"{}") for request in found]

    def before(self, turn: int, action: Callable[[], object], of: str | None = None) -> None:
        """Run an action just before the k-th request from now on (the first is 1)."""
        with self.state.lock:
            self.api.hooks.waiting.append(Hook(turn, action, of))

    def deny(self, name: str, refusal: Refusal | None = None) -> None:
        """Refuse one operation from now on, with 403 AccessDenied if nothing else is given."""
        self.api.closed[name] = refusal or refusals.denied()

    def allow(self, name: str) -> None:
        """Take a `deny` back."""
        self.api.closed.pop(name, None)

    def plan(
        self, refusal: Refusal, of: str | None = None, *, skip: int = 0, times: int | None = 1
    ) -> None:
        """Answer some requests with an error, without looking at them."""
        answer = refusal.answer("2475845384")
        trouble = Trouble(
            operation=of,
            skip=skip,
            times=times,
            status=answer.status,
            body=answer.body,
            headers=answer.headers,
        )
        self.faults.append(trouble)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self.server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Answer no more."""
        self.server.stop()
