"""One check for each kind of value in a configuration.

A check is given a value and where it stands, and gives what the program works with. All of them
raise ConfigurationError.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from etl.errors import ConfigurationError
from etl.source import Secret
from etl.stream import Option

Setting = Secret | str | bool | tuple[str | int, ...]

LARGEST_PAGE = 100_000  # records; more is a slip of the finger
LONGEST_DURATION = timedelta(days=3650)

_ADDRESS = re.compile(r"""https?://[^\s/@?#"\\]+(/[^\s?#"\\]*)?""")
_DURATION = re.compile(r"(\d{1,12})\s*([smhd]?)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def above_zero(value: float, where: str) -> float:
    """Check a number that can be as large as one likes."""
    if not 0 < value < math.inf:
        raise ConfigurationError(f"{where} = {value!r} should be a number above 0")
    return value


def page_size(value: int, where: str) -> int:
    """Check how many records are asked for at once."""
    if not 0 < value <= LARGEST_PAGE:
        raise ConfigurationError(f"{where} = {value!r} should be from 1 to {LARGEST_PAGE}")
    return value


def share(value: float, where: str) -> float:
    """Check a part of a whole."""
    if not 0 <= value <= 1:
        raise ConfigurationError(f"{where} = {value!r} should be between 0 and 1, as 0.2 is 20 %")
    return float(value)


def duration(value: str | int, where: str) -> timedelta:
    """Read a duration: seconds, or a number with s, m, h or d."""
    found = _DURATION.fullmatch(str(value))
    if not found:
        raise ConfigurationError(f"{where} = {value!r} should be like 90s, 15m, 2h or 1d")
    seconds = int(found[1]) * _SECONDS[found[2] or "s"]
    if seconds > LONGEST_DURATION.total_seconds():
        raise ConfigurationError(f"{where} = {value!r} should be {LONGEST_DURATION.days}d at most")
    return timedelta(seconds=seconds)


def zone(name: str, where: str) -> str:
    """Check the name of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"{where} = {name!r} should be like UTC or Europe/Rome") from error
    return name


def address(value: Any, where: str) -> str:
    """Check a source's address."""
    if not value:
        raise ConfigurationError(f"{where}: url is missing: the address you open in the browser")
    if not _ADDRESS.fullmatch(str(value)) or not _can_be_reached(str(value)):
        raise ConfigurationError(
            f"{where}: url should begin with http:// or https:// and name a host; credentials "
            "have settings of their own"
        )
    return str(value).rstrip("/")


def ping_url(value: Any, where: str) -> Secret:
    """Check where to tell how runs went; its path is secret, so it is not shown."""
    if not _ADDRESS.fullmatch(str(value)) or not _can_be_reached(str(value)):
        raise ConfigurationError(
            f"{where} should be an address that begins with https:// or http://, without a query"
        )
    return Secret(str(value).rstrip("/"))


def _can_be_reached(url: str) -> bool:
    """Tell whether host and port, if any, can be read, and the host be looked up."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return bool(host.rstrip(".").encode("idna")) and parts.port != 0
    except ValueError:
        return False


def names(values: Any, where: str) -> tuple[str | int, ...]:
    """Check a list that a source is restricted to."""
    if not isinstance(values, list) or not all(type(value) in (str, int) for value in values):
        raise ConfigurationError(f"{where} = {values!r} should be a list of names or ids")
    return tuple(values)


def file(value: str, folder: Path, where: str) -> str:
    """Check that a file is there; a relative path is relative to the configuration."""
    path = folder / value
    if not path.is_file():
        raise ConfigurationError(f"{where}: no file {path}")
    return str(path)


def option(value: Any, wanted: Option, where: str) -> Setting:
    """Check a platform's own setting; a bad secret is refused without being shown."""
    if wanted.kind is tuple:
        return names(value, where)
    if not isinstance(value, wanted.kind):
        said = "true or false" if wanted.kind is bool else "text"
        raise ConfigurationError(f"{where} should be {said}")
    if not isinstance(value, str):
        return bool(value)
    value = value.strip() if wanted.in_header or not wanted.secret else value
    if wanted.in_header and not _sendable(value):
        raise ConfigurationError(f"{where} has characters no credential has")
    return Secret(value) if wanted.secret else value


def _sendable(secret: str) -> bool:
    return secret.isascii() and secret.isprintable() and " " not in secret


Check = Callable[[Any, str], Any]

CHECKS: dict[str, tuple[tuple[type, ...], Check]] = {
    "page_size": ((int,), page_size),
    "concurrency": ((int,), above_zero),
    "timeout": ((int, float), above_zero),
    "deadline": ((int, float), above_zero),
    "requests_per_second": ((int, float), above_zero),
    "verify": ((bool,), lambda value, _where: value),
    "lookback": ((str, int), duration),
    "full_every": ((str, int), duration),
    "max_delete_share": ((int, float), share),
    "server_timezone": ((str,), zone),
}
"""Settings of every source that say all by themselves: the types they may have, and the check."""


def checked(key: str, value: Any, where: str) -> Any:
    """Check one of `CHECKS`."""
    kinds, check = CHECKS[key]
    typed(value, kinds, where)
    return check(value, where)


def typed(value: Any, kinds: tuple[type, ...], where: str) -> None:
    """Check a type strictly: true is no number."""
    if type(value) not in kinds:
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise ConfigurationError(f"{where} = {value!r} should be {wanted}")
