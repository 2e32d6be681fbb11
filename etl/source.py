"""One source, as it is configured: where it is, what is read of it, and its credentials."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote

import msgspec

_PLAIN = re.compile(r"[A-Za-z0-9_-]{8,}")


class Secret:
    """A credential that shows itself only to who calls `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Give the plain credential, to be put into a request and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One configured account on one platform; times are seconds."""

    name: str
    platform: str
    url: str
    options: Mapping[str, Secret | str | bool | tuple[str | int, ...]] = msgspec.field(
        default_factory=dict
    )
    streams: tuple[str, ...] = ()
    parts: tuple[str | int, ...] = ()
    page_size: int
    concurrency: int
    timeout: float
    deadline: float
    requests_per_second: float | None = None
    ca_bundle: str | None = None
    verify: bool = True
    lookback: timedelta = timedelta(minutes=15)
    full_every: timedelta = timedelta(days=7)
    max_delete_share: float = 0.2
    server_timezone: str = "UTC"

    def secret(self, option: str) -> str:
        """Reveal one credential; an optional one that is not set is empty."""
        value = self.options.get(option, "")
        return value.reveal() if isinstance(value, Secret) else str(value)

    def spellings(self) -> list[str]:
        """Give the credentials as they may be quoted: plainly, in JSON, in an address, in all.

        Parts of plain letters and digits are the same in each of them.
        """
        plain = [v.reveal() for v in self.options.values() if isinstance(v, Secret)]
        told = [s for one in plain for s in (one, json.dumps(one)[1:-1], quote(one, safe=""))]
        return [*told, *(part for one in plain for part in _PLAIN.findall(one))]

    def wants(self, part: Part) -> bool:
        """Tell whether a part is mirrored: restricted to some, those named by id or title are."""
        named = {str(name) for name in self.parts}
        return not (named and part.key) or not named.isdisjoint((part.key, part.title))


class Part(msgspec.Struct, frozen=True):
    """One piece of a stream that is walked and remembered on its own, such as a project."""

    key: str
    title: str = ""
