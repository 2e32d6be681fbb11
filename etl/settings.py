"""annomirror.toml and the environment → frozen settings.

Unknown keys, unset variables and missing credentials are errors that say what to write instead.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from platformdirs import user_config_path

from etl.errors import ConfigurationError
from etl.platforms import PLATFORMS
from etl.stream import Option, Platform, Secret, Source

FILE = "annomirror.toml"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_ADDRESS = re.compile(r"""https?://[^\s/@?#"\\]+(/[^\s?#"\\]*)?""")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_NAMES = re.compile(r"[A-Za-z0-9_.-]+")

# Common settings of a source, with the types they may have.
COMMON: dict[str, tuple[type, ...]] = {
    "platform": (str,),
    "url": (str,),
    "streams": (list,),
    "page_size": (int,),
    "concurrency": (int,),
    "timeout": (int, float),
    "deadline": (int, float),
    "requests_per_second": (int, float),
    "ca_bundle": (str,),
    "verify": (bool,),
    "lookback": (str, int),
    "max_delete_share": (int, float),
    "server_timezone": (str,),
}


@dataclass(frozen=True)
class Settings:
    """One configuration file, read: where the mirror is and which sources it has."""

    path: Path
    database: str
    sources: tuple[Source, ...]

    def select(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Give the named sources, or all. Raises ConfigurationError for an unknown name."""
        known = {source.name: source for source in self.sources}
        for name in names:
            if name not in known:
                raise ConfigurationError(_unknown("source", name, known, f"{self.path}"))
        if not known:
            raise ConfigurationError(f"{self.path} has no [sources.NAME]; see: annomirror init")
        return tuple(known[name] for name in names) or self.sources


def find(option: str | None) -> Path:
    """Find the configuration: --config, here, $ANNOMIRROR_CONFIG, the user's config directory."""
    named = option or (None if Path(FILE).exists() else os.environ.get("ANNOMIRROR_CONFIG"))
    places = [Path(named)] if named else [Path(FILE), user_config_path("annomirror") / FILE]
    for place in places:
        if place.is_file():
            return place.absolute()
    looked = ", ".join(str(place.absolute()) for place in places)
    raise ConfigurationError(f"no configuration found (looked for {looked}); run: annomirror init")


def read(option: str | None = None) -> Settings:
    """Read the configuration. Raises ConfigurationError."""
    path = find(option)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error
    variables = {**dotenv_values(path.parent / ".env"), **os.environ}
    content = _replaced(content, variables, path)
    _check_keys(content, {"mirror", "sources"}, f"{path}")
    mirror = _table(content.get("mirror", {}), f"{path}: [mirror]")
    _check_keys(mirror, {"database"}, f"{path}: [mirror]")
    database = os.environ.get("ANNOMIRROR_DATABASE") or mirror.get(
        "database", "sqlite:///mirror.db"
    )
    sources = _table(content.get("sources", {}), f"{path}: [sources]")
    return Settings(
        path,
        _located(str(database), path.parent),
        tuple(_source(name, value, path) for name, value in sources.items()),
    )


def _source(name: str, content: Any, path: Path) -> Source:
    where = f"{path}: [sources.{name}]"
    content = _table(content, where)
    if not _NAMES.fullmatch(name):
        raise ConfigurationError(f"{where}: a source's name may have letters, digits, _ . and -")
    platform = _platform(content.get("platform"), where)
    options = {option.name: option for option in platform.options}
    restrict = platform.restrict or "projects"
    _check_keys(content, {*COMMON, *options, *filter(None, [platform.restrict])}, where)
    for key, kinds in COMMON.items():
        if key in content and (type(content[key]) not in kinds):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            raise ConfigurationError(f"{where}: {key} = {content[key]!r} should be {wanted}")
    for option in platform.options:
        if option.required and not content.get(option.name):
            raise ConfigurationError(f"{where}: {option.name} is missing: {option.about}")
    _check_streams(content.get("streams", []), platform, where)
    return Source(
        name=name,
        platform=platform.name,
        url=address(content.get("url") or platform.url, where),
        options={
            key: _option(content[key], option, where)
            for key, option in options.items()
            if content.get(key) not in (None, "")
        },
        streams=tuple(content.get("streams", ())),
        parts=_restriction(content.get(restrict, []), f"{where}: {restrict}"),
        page_size=_above(content.get("page_size", platform.page_size), 0, f"{where}: page_size"),
        concurrency=_concurrency(content, platform, where),
        timeout=_above(content.get("timeout", platform.timeout), 0, f"{where}: timeout"),
        deadline=_above(content.get("deadline", platform.deadline), 0, f"{where}: deadline"),
        requests_per_second=_above(
            content.get("requests_per_second"), 0, f"{where}: requests_per_second"
        ),
        ca_bundle=_ca_bundle(content.get("ca_bundle"), path.parent, where),
        verify=content.get("verify", True),
        lookback=duration(content.get("lookback", "15m"), f"{where}: lookback"),
        max_delete_share=_share(content.get("max_delete_share", 0.2), f"{where}: max_delete_share"),
        server_timezone=_zone(content.get("server_timezone", "UTC"), f"{where}: server_timezone"),
    )


def duration(value: str | int, where: str) -> timedelta:
    """Read a duration: seconds, or a number with s, m, h or d. Raises ConfigurationError."""
    found = re.fullmatch(r"(\d+)\s*([smhd]?)", str(value))
    if not found:
        raise ConfigurationError(f"{where} = {value!r} should be like 90s, 15m, 2h or 1d")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2] or "s"])


def _platform(name: Any, where: str) -> Platform:
    if name is None:
        raise ConfigurationError(f"{where}: platform is missing; there are: {', '.join(PLATFORMS)}")
    if name not in PLATFORMS:
        raise ConfigurationError(_unknown("platform", str(name), PLATFORMS, where))
    return PLATFORMS[name]


def _check_streams(names: Any, platform: Platform, where: str) -> None:
    known = [stream.name for stream in platform.streams]
    for name in names:
        if name not in known:
            raise ConfigurationError(_unknown("stream", str(name), known, where))


def _restriction(values: Any, where: str) -> tuple[str | int, ...]:
    if not isinstance(values, list) or not all(type(value) in (str, int) for value in values):
        raise ConfigurationError(f"{where} = {values!r} should be a list of names or ids")
    return tuple(values)


def _above(value: Any, limit: float, where: str) -> Any:
    if value is not None and value <= limit:
        raise ConfigurationError(f"{where} = {value!r} should be above {limit}")
    return value


def address(value: Any, where: str) -> str:
    """Check a source's address. Raises ConfigurationError."""
    if not value:
        raise ConfigurationError(f"{where}: url is missing: the address you open in the browser")
    if not _ADDRESS.fullmatch(str(value)) or not _has_port(value):
        raise ConfigurationError(
            f"{where}: url should begin with http:// or https:// and name a host; credentials "
            "have settings of their own"
        )
    return str(value).rstrip("/")


def _has_port(url: str) -> bool:
    """Tell whether host and port, if any, can be read."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _concurrency(content: Mapping[str, Any], platform: Platform, where: str) -> int:
    asked = content.get("concurrency", platform.concurrency)
    value: int = _above(asked, 0, f"{where}: concurrency")
    if value > platform.most_concurrency:
        raise ConfigurationError(
            f"{where}: concurrency = {value} should be {platform.most_concurrency} at most: "
            f"more only slows a {platform.title} down"
        )
    return value


def _option(value: Any, option: Option, where: str) -> Secret | str | bool | tuple[str | int, ...]:
    """Read a platform's own setting; a bad secret is refused without being shown."""
    if option.kind is tuple:
        return _restriction(value, f"{where}: {option.name}")
    if not isinstance(value, option.kind):
        wanted = "true or false" if option.kind is bool else "text"
        raise ConfigurationError(f"{where}: {option.name} should be {wanted}")
    if not isinstance(value, str):
        return bool(value)
    value = value.strip() if option.in_header or not option.secret else value
    if option.in_header and not _sendable(value):
        raise ConfigurationError(f"{where}: {option.name} has characters no credential has")
    return Secret(value) if option.secret else value


def _sendable(secret: str) -> bool:
    return secret.isascii() and secret.isprintable() and " " not in secret


def _share(value: float, where: str) -> float:
    if not 0 <= value <= 1:
        raise ConfigurationError(f"{where} = {value!r} should be between 0 and 1, as 0.2 is 20 %")
    return float(value)


def _zone(name: str, where: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"{where} = {name!r} should be like UTC or Europe/Rome") from error
    return name


def _ca_bundle(value: str | None, folder: Path, where: str) -> str | None:
    if value is None:
        return None
    path = folder / value
    if not path.is_file():
        raise ConfigurationError(f"{where}: ca_bundle: no file {path}")
    return str(path)


def _located(database: str, folder: Path) -> str:
    """Make a relative SQLite path relative to the configuration, not to where we are called."""
    prefix, rest = "sqlite:///", database.removeprefix("sqlite:///")
    if not database.startswith(prefix) or rest in ("", ":memory:"):
        return database
    return f"{prefix}{folder / rest}"


def _table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ConfigurationError(f"{where} should be a table")
    return value


def _check_keys(content: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in content:
        if key not in known:
            raise ConfigurationError(_unknown("key", key, known, where))


def _unknown(kind: str, name: str, known: Iterable[str], where: str) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"{where}: unknown {kind} {name!r}; {hint}There are: {', '.join(names) or 'none'}"


def _replaced(value: Any, variables: Mapping[str, str | None], path: Path, key: str = "") -> Any:
    """Replace ${NAME} in every text of the configuration."""
    if isinstance(value, dict):
        return {
            k: _replaced(v, variables, path, f"{key}.{k}" if key else k) for k, v in value.items()
        }
    if isinstance(value, list):
        return [_replaced(item, variables, path, key) for item in value]
    if not isinstance(value, str):
        return value

    def variable(match: re.Match[str]) -> str:
        found = variables.get(match[1])
        if found is None:
            raise ConfigurationError(
                f"{path}: {key}: the environment variable {match[1]} is not set; "
                f"set it, or write it into {path.parent / '.env'}"
            )
        return found

    return _VARIABLE.sub(variable, value)
