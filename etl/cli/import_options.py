"""The options of annomirror import, and which of them go together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import click

from etl.errors import ConfigurationError
from etl.imports.batch import STDIN
from etl.imports.options import BatchLimits, ImportOptions, ImportRequest
from etl.reject import storable


class Seconds(click.FloatRange):
    """A number of seconds that can be waited for; float() takes inf and nan too."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read the number. Raises BadParameter."""
        found = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return float(found)


POSITIVE = click.IntRange(1)
OPTIONS = (
    click.option("--project", type=POSITIVE, metavar="ID", help="The project to put tasks into."),
    click.option(
        "--batch-size",
        type=click.IntRange(1, 100_000),
        metavar="N",
        help=f"Send at most so many tasks at once. [default: {BatchLimits.lines}]",
    ),
    click.option(
        "--batch-bytes",
        type=POSITIVE,
        metavar="N",
        help=f"Send at most so many bytes at once. [default: {BatchLimits.bytes}]",
    ),
    click.option(
        "--key", metavar="FIELD", help="Skip lines whose data has a FIELD that is there already."
    ),
    click.option("--update", is_flag=True, help="With --key: change their tasks instead."),
    click.option("--skip-bad", is_flag=True, help="Set wrong lines aside and send the rest."),
    click.option("--again", is_flag=True, help="Import a file though it was imported before."),
    click.option("--no-wait", is_flag=True, help="Do not follow jobs; --resume does, later."),
    click.option(
        "--timeout",
        type=Seconds(0, min_open=True),
        default=ImportOptions.timeout,
        show_default=True,
        metavar="SECONDS",
        help="Follow jobs until none has ended for so long.",
    ),
    click.option("--resume", is_flag=True, help="Go on with what is unfinished."),
    click.option("--give-up", is_flag=True, help="With --resume: close what cannot go on."),
    click.option("--watch", type=POSITIVE, metavar="ID", help="Follow a job begun elsewhere."),
)


def all_of_them(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command."""
    return reduce(lambda found, option: option(found), reversed(OPTIONS), function)


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """What was said on the command line, as click gives it."""

    source: str | None
    files: Sequence[str]
    project: int | None
    batch_size: int | None
    batch_bytes: int | None
    key: str | None
    update: bool
    skip_bad: bool
    again: bool
    no_wait: bool
    timeout: float
    resume: bool
    give_up: bool
    watch: int | None
    dry_run: bool


def asked(said: Arguments) -> ImportRequest:
    """Tell what is asked. Raises ConfigurationError for what does not go together."""
    if said.resume:
        _check_resume(said)
    else:
        _check_target(said)
        _check_files(said.files)
    if said.watch and said.dry_run:
        raise ConfigurationError("--dry-run validates a FILE; leave --watch out")
    _check_key(said)
    files = [n if n == STDIN else storable(str(Path(n).resolve())) for n in said.files]
    if twice := next((name for name in files if files.count(name) > 1), None):
        raise ConfigurationError(f"{twice} is named twice; name it once")
    return ImportRequest(
        project=said.project,
        files=files,
        watch=said.watch,
        again=said.again,
        give_up=said.give_up,
        options=_options(said),
        limits=_limits(said),
    )


def _options(said: Arguments) -> ImportOptions:
    return ImportOptions(
        key=said.key,
        update=said.update,
        skip_bad=said.skip_bad,
        wait=not said.no_wait,
        timeout=said.timeout,
    )


def _check_key(said: Arguments) -> None:
    key = said.key
    if said.update and not key:
        raise ConfigurationError("--update changes the tasks that --key FIELD finds; say --key too")
    if key and said.no_wait:
        raise ConfigurationError("--key has to see what was made before; leave --no-wait out")
    if key == "":
        raise ConfigurationError("--key: say the FIELD of data by which a task is known")


def _limits(said: Arguments) -> BatchLimits | None:
    """Give the sizes that are said, if any are."""
    lines, size = said.batch_size, said.batch_bytes
    if lines is None and size is None:
        return None
    return BatchLimits(lines=lines or BatchLimits.lines, bytes=size or BatchLimits.bytes)


def _check_resume(said: Arguments) -> None:
    others = (said.watch, said.project, said.key, said.update, said.again, said.dry_run)
    if said.files or any(others) or said.batch_size or said.batch_bytes:
        raise ConfigurationError(
            "--resume goes on as the mirror's books say it was begun; say no more with it than "
            "the SOURCE, --skip-bad, --no-wait, --timeout and --give-up"
        )


def _check_target(said: Arguments) -> None:
    if said.give_up:
        raise ConfigurationError("--give-up closes what --resume cannot go on with; say both")
    if said.source is None:
        raise ConfigurationError("say where to: annomirror import SOURCE --project ID FILE")
    if said.project is None:
        raise ConfigurationError("say into which project: --project ID")
    if said.files and said.watch:
        raise ConfigurationError("a FILE and --watch do not go together; say one of them")
    if not said.files and not said.watch:
        name = storable(said.source)
        mistaken = Path(said.source).is_file()
        hint = f"{name} was taken for the SOURCE; " if mistaken else ""
        raise ConfigurationError(
            f"{hint}say a FILE (- is standard input), or a job to --watch: annomirror import "
            f"{'SOURCE' if mistaken else name} --project {said.project} "
            f"{name if mistaken else 'FILE'}"
        )


def _check_files(files: Sequence[str]) -> None:
    for name in files:
        shown = storable(name)
        try:
            missing = name != STDIN and not Path(name).exists()
        except OSError as error:  # as for a name that is too long
            raise ConfigurationError(f"{shown}: {error.strerror}") from error
        if missing:
            raise ConfigurationError(f"{shown}: there is no such file")
        if name != STDIN and not Path(name).is_file():
            raise ConfigurationError(f"{shown} is no file that can be read again; pipe it into -")
    if list(files).count(STDIN) > 1:
        raise ConfigurationError("standard input can be read once")
