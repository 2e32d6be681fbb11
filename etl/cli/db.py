"""annomirror db: migrations by hand; `sync` upgrades by itself."""

from __future__ import annotations

from typing import Any

import click

from etl import migrate
from etl.cli import build
from etl.cli.options import common
from etl.errors import MirrorError

THEIRS = ("remove_table", "remove_index")


@click.group("db")
def command() -> None:
    """Migrate the mirror's database; `annomirror sync` does it by itself."""


@command.command("upgrade")
@common
def upgrade() -> None:
    """Bring the schema up to this program's."""
    chosen = build.read_settings(secrets=False)
    with build.held(chosen) as session:
        before, after = migrate.upgrade(session, chosen.mirror.schema)
    click.echo(f"already at {after}" if before == after else f"{before or 'empty'} → {after}")


@command.command("current")
@common
def current() -> None:
    """Show the mirror's schema revision and this program's."""
    with build.looking(build.read_settings(secrets=False)) as session:
        click.echo(f"mirror {migrate.current(session) or 'empty'}")
    click.echo(f"program {migrate.head()}")


@command.command("check")
@common
def check() -> None:
    """Compare the mirror's schema with this program's tables; differences are an error."""
    with build.looking(build.read_settings(secrets=False)) as session:
        migrate.refuse_another(session)
        # What somebody has made beside our tables in a database of theirs is no business of ours.
        found = [one for one in migrate.differences(session) if one[0] not in THEIRS]
    if found:
        lacking = "; ".join(map(_step, found))
        raise MirrorError(
            f"somebody has changed the mirror's schema; to be right it lacks: {lacking}"
        )
    click.echo(f"the mirror is at {migrate.head()}, as this program wants it")


def _step(difference: Any) -> str:
    """Say what would mend a difference, as Alembic names it."""
    kind, *what = difference[0] if isinstance(difference, list) else difference
    names = [getattr(each, "name", each) for each in what]
    return " ".join([kind.replace("_", " "), ".".join(n for n in names if isinstance(n, str))])
