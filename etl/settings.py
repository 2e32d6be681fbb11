"""annomirror.toml and the environment → frozen settings.

Unknown keys, unset variables and missing credentials are errors that say what to write instead.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from etl import ping, setting_values, variables
from etl.address import Address, parse
from etl.errors import ConfigurationError
from etl.platforms import PLATFORMS
from etl.setting_values import CHECKS, address, checked, duration
from etl.source import Source
from etl.stream import Platform

__all__ = [
    "COMMON", "FILE", "Settings", "address", "duration", "find", "is_there", "read", "watchman"
]  # fmt: skip

FILE = "annomirror.toml"
_NAMES = re.compile(r"[A-Za-z0-9_.-]+")

OTHERS: dict[str, type] = {"platform": str, "url": str, "streams": list, "ca_bundle": str}
COMMON = frozenset({*OTHERS, *CHECKS})
"""The settings that sources of every platform have."""


@dataclass(frozen=True)
class Settings:
    """One configuration file, read: where the mirror is and which sources it has."""

    path: Path
    mirror: Address
    sources: tuple[Source, ...]
    ping: ping.Ping | None = None

    def select(self, names: Iterable[str]) -> tuple[Source, ...]:
        """Give the named sources, each once, or all. Raises ConfigurationError for a wrong name."""
        known = {source.name: source for source in self.sources}
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            if name not in known:
                raise ConfigurationError(_unknown("source", name, known, f"{self.path}"))
        if not known:
            raise ConfigurationError(f"{self.path} has no [sources.NAME]; see: annomirror init")
        return tuple(known[name] for name in wanted) or self.sources


def is_there(option: str | None) -> bool:
    """Tell whether there is a configuration; one that is named counts, there or not."""
    places = _places(option)
    return len(places) == 1 or any(place.is_file() for place in places)


def find(option: str | None) -> Path:
    """Find the configuration: --config, here, $ANNOMIRROR_CONFIG, the user's config directory.

    Raises ConfigurationError.
    """
    places = _places(option)
    for place in places:
        if place.is_file():
            return place.absolute()
    looked = ", ".join(str(place.absolute()) for place in places)
    raise ConfigurationError(f"no configuration found (looked for {looked}); run: annomirror init")


def read(option: str | None = None, *, secrets: bool = True) -> Settings:
    """Read the configuration. Raises ConfigurationError.

    Without `secrets` no credential is read, and none has to be there: for whoever asks nothing but
    the mirror.
    """
    path = find(option)
    content, known = _parsed(path), variables.known(path)
    if not secrets:
        _forget_secrets(content)
    content = variables.replaced(content, known, path)
    _check_keys(content, {"mirror", "sources"}, f"{path}")
    mirror = _table(content.get("mirror", {}), f"{path}: [mirror]")
    _check_keys(mirror, {"database", "schema", *ping.KEYS}, f"{path}: [mirror]")
    sources = _table(content.get("sources", {}), f"{path}: [sources]")
    return Settings(
        path,
        _mirror(mirror, path.parent),
        tuple(_source(name, value, path, secrets=secrets) for name, value in sources.items()),
        ping.configured(mirror, f"{path}: [mirror]"),
    )


def watchman(option: str | None = None) -> ping.Ping | None:
    """Read whom to tell, though the rest of the configuration be wrong; nobody if this is too."""
    with suppress(ConfigurationError):
        path = find(option)
        mirror = _table(_parsed(path).get("mirror", {}), "[mirror]")
        said = {key: mirror[key] for key in ping.KEYS if key in mirror}
        return ping.configured(variables.replaced(said, variables.known(path), path), "[mirror]")
    return None


def _places(option: str | None) -> list[Path]:
    named = option or (None if Path(FILE).exists() else os.environ.get("ANNOMIRROR_CONFIG"))
    if named or Path(FILE).exists():
        return [Path(named or FILE)]
    from platformdirs import user_config_path  # noqa: PLC0415  # the others need no search

    return [Path(FILE), user_config_path("annomirror") / FILE]


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin with a mark
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from error


def _forget_secrets(content: dict[str, Any]) -> None:
    mirror, sources = content.get("mirror"), content.get("sources")
    if isinstance(mirror, dict):
        mirror.pop("ping_url", None)
    for source in sources.values() if isinstance(sources, dict) else ():
        platform = PLATFORMS.get(str(source.get("platform"))) if isinstance(source, dict) else None
        for option in platform.options if platform else ():
            if option.secret:
                source.pop(option.name, None)


def _source(name: str, content: Any, path: Path, *, secrets: bool) -> Source:
    where = f"{path}: [sources.{name}]"
    content = _table(content, where)
    if not _NAMES.fullmatch(name):
        raise ConfigurationError(f"{where}: a source's name may have letters, digits, _ . and -")
    platform = _platform(content.get("platform"), where)
    options = {option.name: option for option in platform.options}
    restrict = platform.restrict or "projects"
    _check_keys(content, {*COMMON, *options, *filter(None, [platform.restrict])}, where)
    for key, kind in OTHERS.items():
        setting_values.typed(content.get(key, kind()), (kind,), f"{where}: {key}")
    for option in platform.options:
        if option.required and not content.get(option.name) and (secrets or not option.secret):
            raise ConfigurationError(f"{where}: {option.name} is missing: {option.about}")
    return Source(
        name=name,
        platform=platform.name,
        url=address(content.get("url") or platform.url, where),
        options={
            key: setting_values.option(content[key], option, f"{where}: {key}")
            for key, option in options.items()
            if content.get(key) not in (None, "")
        },
        streams=_streams(content.get("streams", []), platform, where),
        parts=setting_values.names(content.get(restrict, []), f"{where}: {restrict}"),
        ca_bundle=_ca_bundle(content, path.parent, where),
        **_common(content, platform, where),
    )


def _common(content: Mapping[str, Any], platform: Platform, where: str) -> dict[str, Any]:
    """Check what every source can be told; the platform has defaults of its own."""
    own = ("page_size", "concurrency", "timeout", "deadline")
    said = {name: getattr(platform, name) for name in own}
    said |= {key: content[key] for key in CHECKS if key in content}
    found = {key: checked(key, value, f"{where}: {key}") for key, value in said.items()}
    if found["concurrency"] > platform.most_concurrency:
        raise ConfigurationError(
            f"{where}: concurrency = {found['concurrency']} should be "
            f"{platform.most_concurrency} at most: more only slows a {platform.title} down"
        )
    return found


def _platform(name: Any, where: str) -> Platform:
    if name is None:
        raise ConfigurationError(f"{where}: platform is missing; there are: {', '.join(PLATFORMS)}")
    if name not in PLATFORMS:
        raise ConfigurationError(_unknown("platform", str(name), PLATFORMS, where))
    return PLATFORMS[name]


def _streams(names: list[Any], platform: Platform, where: str) -> tuple[str, ...]:
    known = [stream.name for stream in platform.streams]
    for name in names:
        if name not in known:
            raise ConfigurationError(_unknown("stream", str(name), known, where))
    return tuple(names)


def _ca_bundle(content: Mapping[str, Any], folder: Path, where: str) -> str | None:
    if "ca_bundle" not in content:
        return None
    return setting_values.file(content["ca_bundle"], folder, f"{where}: ca_bundle")


def _mirror(said: Mapping[str, Any], folder: Path) -> Address:
    """Read where the mirror is; the environment's word counts before the file's."""
    instead = os.environ.get("ANNOMIRROR_DATABASE")
    database = instead or said.get("database", "sqlite:///mirror.db")
    schema = None if str(instead).startswith("sqlite") else said.get("schema")
    return parse(str(database), schema, folder)


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
