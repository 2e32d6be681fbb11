"""The routes, and what stands before every view: hooks, signature, pace and permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.qianfan import console, refusals
from etl.standins.qianfan.actions import LISTINGS
from etl.standins.qianfan.call import V1, Call, operation
from etl.standins.qianfan.hooks import Hooks, Pace
from etl.standins.qianfan.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from etl.standins.exchange import Answer, Request
    from etl.standins.qianfan.gate import Gate
    from etl.standins.qianfan.state import State

    View = Callable[[Call], Answer]

_FIRST_REQUEST = 2475845384
_ROUTES: dict[str, tuple[str, View]] = {
    "enhance/list": (f"{V1}enhance/list", console.enhance_list),
    "enhance/detail": (f"{V1}enhance/detail", console.enhance_detail),
    "etl/list": (f"{V1}etl/list", console.etl_list),
    **{action: (listing.path, listing.answer) for action, listing in LISTINGS.items()},
}
_READING = ("list", "detail", "info", "Describe")


class Api:
    """Qianfan as an app of the stand-in server."""

    def __init__(self, state: State, gate: Gate) -> None:
        """Serve a state to whoever the gate lets in."""
        self.state = state
        self.gate = gate
        self.hooks = Hooks()
        self.pace = Pace()
        self.closed: dict[str, Refusal] = {}
        self.forbidden: list[Request] = []
        self._answered = 0

    def now(self) -> datetime:
        """Return the server's present."""
        return self.state.now()

    def answer(self, request: Request) -> Answer:
        """Run the hooks, then the view, all under the lock."""
        with self.state.lock:
            self._answered += 1
            request_id = str(_FIRST_REQUEST + self._answered)
            self.hooks.run(operation(request))
            try:
                view = self._admitted(request)
                return view(Call(state=self.state, request=request, request_id=request_id))
            except Refusal as refusal:
                return refusal.answer(request_id)

    def _admitted(self, request: Request) -> View:
        name = operation(request)
        path, view = _ROUTES.get(name, ("", None))
        known = view is not None and path == request.path and request.method == "POST"
        if not known:
            self.forbidden.append(request)
        self.gate.admit(request)
        self.pace.keep(self.now())
        if name in self.closed:
            raise self.closed[name]
        if view is None or not known:
            raise _refused(name)
        return view


def _refused(name: str) -> Refusal:
    """Deny what would write to a key that may only read; of the rest there is nothing here."""
    verb = name.rpartition("/")[2]
    reads = verb.startswith("Describe") or verb.lower().endswith(_READING)
    return refusals.unknown_address() if reads else refusals.denied()
