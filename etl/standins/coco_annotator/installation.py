"""One COCO Annotator ready to be called: its state, its sessions and the server before them."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Self

from etl.standins.coco_annotator.api import Api
from etl.standins.coco_annotator.sessions import Sessions
from etl.standins.coco_annotator.state import State
from etl.standins.server import StandIn

if TYPE_CHECKING:
    from types import TracebackType

    from etl.standins.clock import Clock
    from etl.standins.exchange import Request
    from etl.standins.faults import Faults

USERNAME = "admin"
PASSWORD = "coco-annotator"  # noqa: S105


class CocoAnnotator:
    """A context manager: serves from `with` on, and is changed through `state`."""

    def __init__(
        self,
        username: str = USERNAME,
        password: str = PASSWORD,
        *,
        timezone: tzinfo = UTC,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Make an empty installation with one admin; `timezone` is the server's."""
        self.username = username
        self.password = password
        self.state = State(clock, timezone)
        self.state.add_user(username, password, admin=True)
        self.clock = self.state.clock
        self.sessions = Sessions(self.state)
        self.api = Api(self.state, self.sessions)
        self.server = StandIn(self.api, port)

    @property
    def url(self) -> str:
        """The address without a trailing slash and without `/api`."""
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
    def side_effects(self) -> list[str]:
        """The requests so far that changed something, or tried to: a mirror makes none."""
        return self.api.side_effects

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
