"""One Label Studio ready to be called: its state, its tokens and the server before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from etl.standins.label_studio.api import Api
from etl.standins.label_studio.state import State
from etl.standins.label_studio.tokens import Tokens
from etl.standins.server import StandIn

if TYPE_CHECKING:
    from types import TracebackType

    from etl.standins.clock import Clock
    from etl.standins.exchange import Request
    from etl.standins.faults import Faults

TOKEN = "abcdef0123456789abcdef0123456789abcdef01"  # noqa: S105


class LabelStudio:
    """A context manager: serves from `with` on, and is changed through `state`."""

    def __init__(
        self,
        token: str = TOKEN,
        backend: str = "sqlite",
        *,
        legacy_enabled: bool = True,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Make an empty installation; `token` is the legacy token of its first user."""
        self.token = token
        self.state = State(backend, clock)
        self.clock = self.state.clock
        self.tokens = Tokens(self.clock, legacy_enabled=legacy_enabled)
        self.tokens.add_legacy(1, token)
        self.server = StandIn(Api(self.state, self.tokens), port)

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
    def personal_token(self) -> str:
        """The personal access token of the first user, minted when first asked for."""
        return self.tokens.personal(1) or self.tokens.mint(1)

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
