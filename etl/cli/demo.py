"""annomirror demo: made-up platforms on loopback, mirrored twice, and questions to the mirror."""

from __future__ import annotations

import shlex
import shutil
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from etl import books, ledger, settings, sync
from etl.address import SQLITE, Address
from etl.cli import build
from etl.cli.options import common
from etl.cli.output import print_table
from etl.cli.questions import NEXT, QUESTIONS
from etl.cli.sync import summary
from etl.errors import AnnomirrorError, ConfigurationError
from etl.ledger import outcome_of
from etl.platforms import PLATFORMS
from etl.settings import Settings
from etl.standins import coco_annotator, label_studio, qianfan
from etl.standins.coco_annotator import seed as coco_seed
from etl.standins.label_studio import seed as label_seed
from etl.standins.qianfan import seed as qianfan_seed

MARK = "# Written by annomirror demo; the next demo overwrites it.\n"
LOOPBACK = "http://127.0.0.1:"


@dataclass(frozen=True)
class Play:
    """One platform as the demo plays it: the server, its people's work, the way in."""

    source: str
    platform: str
    server: Callable[[], Any]
    begin: Callable[[Any], object]
    work_on: Callable[[Any], object]
    credentials: Callable[[Any], Mapping[str, str]]


PLAYS = (
    Play(
        "labels",
        "label_studio",
        label_studio.LabelStudio,
        label_seed.lively,
        label_seed.work_a_while,
        lambda server: {"token": server.token},
    ),
    Play(
        "boxes",
        "coco_annotator",
        coco_annotator.CocoAnnotator,
        coco_seed.lively,
        coco_seed.work_a_while,
        lambda server: {"username": server.username, "password": server.password},
    ),
    Play(
        "qianfan",
        "qianfan",
        qianfan.Qianfan,
        qianfan_seed.lively,
        qianfan_seed.work_a_while,
        lambda server: {"access_key": server.access_key, "secret_key": server.secret_key},
    ),
)


@click.command("demo")
@click.option(
    "--dir", "folder", default=".", metavar="DIR", help="Where mirror.db goes.", show_default=True
)
@click.option("--keep", is_flag=True, help="Leave the made-up servers running until Ctrl-C.")
@common
def command(folder: str, keep: bool) -> None:  # noqa: FBT001  # click passes flags so
    """Play with made-up platforms: no account, nothing leaves this machine.

    Starts a Label Studio, a COCO Annotator and a Baidu Qianfan that are none, with people,
    disagreements and failures, mirrors them into mirror.db, lets the people work on, syncs again,
    and asks the mirror what happened.
    """
    began = time.monotonic()
    place = _prepared(Path(folder))
    with ExitStack() as stack:
        servers = [stack.enter_context(play.server()) for play in PLAYS]
        chosen = _configured(place, servers)
        for play, server in zip(PLAYS, servers, strict=True):
            play.begin(server.state)
            title = PLATFORMS[play.platform].title
            click.secho(f"A made-up {title} listens at {server.url}", bold=True)
        click.secho("\nFirst sync: everything, page by page", bold=True)
        _sync(chosen)
        for play, server in zip(PLAYS, servers, strict=True):
            play.work_on(server.state)
        click.secho("\nThe people worked on. Second sync: only what changed", bold=True)
        _sync(chosen)
        _ask(chosen)
        _farewell(place, began)
        if keep:
            _serve()


def _prepared(folder: Path) -> Path:
    """Make room for the demo's files, but never on top of somebody's own."""
    configuration, mirror = folder / settings.FILE, folder / "mirror.db"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _is_ours(configuration) and (configuration.exists() or mirror.exists()):
            there = configuration if configuration.exists() else mirror
            raise ConfigurationError(
                f"{there} is not the demo's; choose an empty folder with --dir"
            )
        for suffix in ("", "-wal", "-shm", ".lock"):
            mirror.with_name(mirror.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"the folder {folder} cannot be used: {error.strerror}; choose another with --dir"
        ) from error
    return folder


def _is_ours(configuration: Path) -> bool:
    """Tell whether the demo wrote a configuration, and nobody has put a real server into it."""
    try:
        text = configuration.read_text(encoding="utf-8")
        sources = tomllib.loads(text)["sources"].values()
        return text.startswith(MARK) and all(s["url"].startswith(LOOPBACK) for s in sources)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return False


def _configured(folder: Path, servers: Sequence[Any]) -> Settings:
    lines = [MARK, '[mirror]\ndatabase = "sqlite:///mirror.db"\n']
    for play, server in zip(PLAYS, servers, strict=True):
        options = {"platform": play.platform, "url": server.url, **play.credentials(server)}
        lines.append(f"\n[sources.{play.source}]\n")
        lines += [f'{name} = "{value}"\n' for name, value in options.items()]
    path = folder / settings.FILE
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    # Whatever mirror the environment names, the demo's made-up rows stay out of it.
    mirror = Address(SQLITE, str(folder.absolute() / "mirror.db"))
    return replace(settings.read(str(path)), mirror=mirror)


def _sync(chosen: Settings) -> None:
    with (
        build.jobs(chosen.sources) as jobs,
        build.writing(chosen) as session,
        ledger.opened(session) as run,
    ):
        events = sync.run(jobs, session, run)
        reports = [event.report for event in events if isinstance(event, sync.Finished)]
    for report in reports:
        click.echo(f"  {report.source + '/' + report.stream:<31} {summary(report)}")
    if outcome_of(reports) != "ok":
        raise AnnomirrorError("; ".join(report.error or "" for report in reports))


def _ask(chosen: Settings) -> None:
    for question, sql in QUESTIONS:
        click.secho(f"\n{question}", bold=True)
        click.secho(sql, dim=True)
        with build.reading(chosen) as session, books.query(session, sql) as found:
            print_table(found.columns, found.rows)


def _farewell(folder: Path, began: float) -> None:
    inside = "" if folder == Path() else f"cd {shlex.quote(str(folder))} && "
    called = Path(sys.argv[0]).absolute()
    away = called.name == "annomirror" and not shutil.which("annomirror")
    program = shlex.quote(str(called)) if away else "annomirror"
    click.secho(f"\nDone in {time.monotonic() - began:.1f} s. Yours to try:", bold=True)
    click.echo(f"  {inside}{program} status")
    click.echo(f'  {inside}{program} sql "{NEXT}"')
    click.echo(f"  {inside}sqlite3 mirror.db .schema")
    click.echo("For a platform of your own, in another folder:")
    click.echo(f"  {program} init && {program} check && {program} sync")


def _serve() -> None:
    click.echo("\nThe servers stay up; annomirror sync works against them. Ctrl-C ends them.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("stopped")
