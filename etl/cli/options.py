"""The options every command takes, and how logs look."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import click

from etl.blotting import blotted


@dataclass
class Invocation:
    """What the common options said; the command's own win over the group's."""

    config: str | None = None
    verbosity: int = 0
    log_format: str = "text"
    secrets: list[str] = field(default_factory=list)

    def shown(self, text: str) -> str:
        """Blot the credentials of the configuration out of what is about to be said."""
        return blotted(text, self.secrets, "***")


def common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, -v, -q and --log-format to a command."""

    @click.option("--config", metavar="PATH", help="Configuration file.")
    @click.option("-v", "--verbose", count=True, help="Say more on stderr.")
    @click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
    @click.option("--log-format", type=click.Choice(["text", "json"]), help="Format of the log.")
    @wraps(function)
    def wrapper(
        config: str | None,
        verbose: int,
        quiet: bool,  # noqa: FBT001  # click passes flags so
        log_format: str | None,
        **arguments: Any,
    ) -> Any:
        said = invocation()
        said.config = config or said.config
        said.verbosity = -1 if quiet else (verbose or said.verbosity)
        said.log_format = log_format or said.log_format
        _start_log(said)
        return function(**arguments)

    return wrapper


def invocation() -> Invocation:
    """Give what the common options said."""
    return click.get_current_context().ensure_object(Invocation)


def let_go() -> None:
    """Drop what cannot be printed; else Python tries again when it ends, and fails then."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _start_log(said: Invocation) -> None:
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    log = logging.getLogger("etl")
    log.setLevel(levels.get(said.verbosity, logging.DEBUG))
    log.handlers.clear()
    handler = _Stderr(said)
    handler.setFormatter(_Json() if said.log_format == "json" else _Text())
    log.addHandler(handler)
    log.propagate = False


class _Stderr(logging.Handler):
    """Writes through click, which knows the terminal and its encoding."""

    def __init__(self, said: Invocation) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # nobody reads it, or the disk is full: that stops no run
            click.echo(self._said.shown(self.format(record)), err=True)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname.lower()}: {record.getMessage()}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        return json.dumps(
            {
                "time": moment,
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": record.getMessage(),
            }
        )
