"""annomirror init: a commented configuration to begin with."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from etl import settings
from etl.cli.options import common, invocation
from etl.errors import ConfigurationError
from etl.platforms import PLATFORMS
from etl.stream import Option, Platform

ABOUT_AT = 38  # column of the remarks
PLAIN = re.compile(r"[A-Za-z0-9_./+=:@-]+")
TEMPLATE = """\
# annomirror's configuration. ${{NAME}} is taken from the environment, or from .env beside this
# file, so that no credential has to stand here.

[mirror]
{database}

# One table for each source; its name becomes the column `source` of every row.
[sources.{called}]
{source}

# Optional:
{optional}
"""


def _asked(platform: Platform) -> list[Option]:
    """Give what a source cannot do without, or not always: account and credentials."""
    return [option for option in platform.options if option.kind is str and not option.restricts]


def _each_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what the platforms ask for as options: --token, --username, ..."""
    asked = {o.name: o for platform in PLATFORMS.values() for o in _asked(platform)}
    for option in reversed(asked.values()):
        where = "; written to .env, never into the configuration" if option.secret else ""
        flag = f"--{option.name.replace('_', '-')}"
        about = option.about[0].upper() + option.about[1:]
        function = click.option(flag, help=f"{about}{where}.")(function)
    return function


@click.command("init")
@click.option(
    "--platform",
    "name",
    type=click.Choice(list(PLATFORMS)),
    default=next(iter(PLATFORMS)),
    show_default=True,
    help="What kind of server the first source is.",
)
@click.option("--url", help="Address of your server.")
@_each_option
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@common
def command(name: str, url: str | None, *, force: bool, **given: str | None) -> None:
    """Write a commented annomirror.toml; on a terminal, ask for address and credentials."""
    path = Path(invocation().config or settings.FILE)
    if path.exists() and not force:
        raise ConfigurationError(f"{path} is there already; --force overwrites it")
    platform = PLATFORMS[name]
    said = {key: value for key, value in given.items() if value}
    _refuse_others(platform, said)
    if sys.stdin.isatty() and url is None and platform.url is None:
        url = click.prompt(f"Address of your {platform.title}", value_proc=_address)
    if sys.stdin.isatty():
        said |= _answers(platform, said)
    url = url or platform.url or f"https://{platform.name.replace('_', '-')}.example.com"
    try:
        path.write_text(
            _configuration(platform, settings.address(url, str(path)), said), encoding="utf-8"
        )
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"wrote {path}")
    secrets = [o for o in _asked(platform) if o.secret and _is_on(platform, o, said)]
    _keep({_variable(platform, o): said.get(o.name, "") for o in secrets}, path.with_name(".env"))
    click.echo("next: annomirror check, then annomirror sync")


def _refuse_others(platform: Platform, said: Iterable[str]) -> None:
    known = {option.name for option in _asked(platform)}
    if other := [f"--{name.replace('_', '-')}" for name in said if name not in known]:
        raise ConfigurationError(f"{', '.join(other)}: not a setting of {platform.title}")


def _answers(platform: Platform, said: Mapping[str, str]) -> dict[str, str]:
    """Ask for what was not said; nothing is an answer too."""
    asked = [option for option in _asked(platform) if option.name not in said]
    return {
        option.name: click.prompt(
            _question(option), hide_input=option.secret, default="", show_default=False
        )
        for option in asked
    }


def _question(option: Option) -> str:
    shown = "not shown; " if option.secret else ""
    return f"{option.name.replace('_', ' ').capitalize()} ({option.about}; {shown}empty for later)"


def _address(value: str) -> str:
    """Refuse an address while it can still be asked for again."""
    try:
        return settings.address(value, "")
    except ConfigurationError as error:
        raise click.UsageError(str(error).removeprefix(": ")) from error


def _configuration(platform: Platform, url: str, said: Mapping[str, str]) -> str:
    database = [
        _line("database", "sqlite:///mirror.db", "relative to this file"),
        _line("database", "postgresql://user@host/name", 'and schema = "labels"', off=True),
        _line("ping_url", "${PING_URL}", "a watchman's address, told how each run went", off=True),
    ]
    source = [_line("platform", platform.name), _line("url", url)]
    for option in _asked(platform):
        value = f"${{{_variable(platform, option)}}}" if option.secret else said.get(option.name)
        off = not _is_on(platform, option, said)
        source.append(_line(option.name, value or "", option.about, off=off))
    return TEMPLATE.format(
        called=platform.called,
        database="\n".join(database),
        source="\n".join(source),
        optional="\n".join(_optional(platform)),
    )


def _is_on(platform: Platform, option: Option, said: Mapping[str, str]) -> bool:
    """Tell whether a setting is in force: an account that can be left out is whole or not there."""
    return option.required or any(said.get(o.name) for o in _asked(platform) if not o.required)


def _optional(platform: Platform) -> Iterable[str]:
    """Give the other settings, with their defaults or an example."""
    yield _line("streams", [s.name for s in platform.streams], "all of them", off=True)
    if platform.restrict:
        yield _line(platform.restrict, ["Street scenes", 7], "only these, by name or id", off=True)
    examples: dict[type, Any] = {bool: True, str: "", tuple: ["Car"]}
    for option in platform.options:
        if option.restricts:
            yield _line(option.name, examples[option.kind], option.about, off=True)
    for name, value, about in (
        ("lookback", "15m", "read again what was written this long before the watermark"),
        ("full_every", "7d", "read all again that was last read whole longer ago"),
        ("page_size", platform.page_size, "records a request"),
        ("timeout", platform.timeout, "seconds without a byte"),
        ("deadline", platform.deadline, "seconds for one whole answer"),
        ("requests_per_second", 5, "be gentle"),
        ("ca_bundle", "company-ca.pem", "for a certificate of your own authority"),
    ):
        yield _line(name, value, about, off=True)


def _line(name: str, value: Any, about: str = "", *, off: bool = False) -> str:
    """Write one setting as TOML, which writes these values as JSON does; `off` in a comment."""
    value = int(value) if isinstance(value, float) else value
    line = f"{'# ' * off}{name} = {json.dumps(value, ensure_ascii=False)}"
    return f"{line:<{ABOUT_AT - 2}}  # {about}" if about else line


def _variable(platform: Platform, option: Option) -> str:
    return option.env or f"{platform.name}_{option.name}".upper()


def _keep(secrets: Mapping[str, str], path: Path) -> None:
    """Put credentials where only their owner reads them."""
    said = {name: value for name, value in secrets.items() if value}
    for name in secrets:
        if name not in said:
            click.echo(f"next: put {name}=… into {path} or into the environment")
    if not said:
        return
    try:
        before = path.read_text("utf-8", "surrogateescape").splitlines() if path.exists() else []
        kept = [line for line in before if line.partition("=")[0] not in said]
        lines = [*kept, *(f"{name}={_quoted(value)}" for name, value in said.items()), ""]
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
            path.chmod(0o600)  # also one that was there already
            file.write("\n".join(lines).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    click.echo(f"put {', '.join(said)} into {path}")


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return value if PLAIN.fullmatch(value) else f"'{escaped}'"
