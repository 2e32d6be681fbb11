"""Tells a watchman (healthchecks.io, or one that speaks like it) that a run went well, or did not.

Beside the client the only module that speaks HTTP: it goes to one address, which is secret, with no
credential, reads nothing of the answer, and never fails a run.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from etl import setting_values
from etl.source import Secret

log = logging.getLogger(__name__)

KEYS = ("ping_url", "ping_start")
TIMEOUT = 5.0  # seconds for all of it; nobody waits for a watchman


class Ping(msgspec.Struct, frozen=True):
    """Where to tell it; whether also that a run begins."""

    url: Secret
    starts: bool = False

    def began(self) -> None:
        """Tell that a run begins, if that is wanted."""
        if self.starts:
            self._tell("/start")

    def ended(self, *, well: bool) -> None:
        """Tell how a run ended."""
        self._tell("" if well else "/fail")

    def _tell(self, what: str) -> None:
        import httpx  # noqa: PLC0415  # whoever only reads the configuration has no use for it

        from etl.wire import Wire  # noqa: PLC0415  # idem

        url = self.url.reveal()
        try:
            with httpx.Client(timeout=TIMEOUT) as client:
                wire = Wire()
                wire.attach(client)
                with wire.within(TIMEOUT), client.stream("GET", url + what) as said:
                    if not said.is_success:
                        log.warning("the ping was answered by HTTP %d", said.status_code)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError) as error:
            # The path is the secret, and may stand in the error.
            host = urlsplit(url).hostname
            log.warning("the ping did not reach %s: %s", host, type(error).__name__)


def configured(said: Mapping[str, Any], where: str) -> Ping | None:
    """Read whom to tell out of [mirror]. Raises ConfigurationError."""
    starts = said.get("ping_start", False)
    setting_values.typed(starts, (bool,), f"{where}: ping_start")
    if not said.get("ping_url"):
        return None
    return Ping(setting_values.ping_url(said["ping_url"], f"{where}: ping_url"), starts)
