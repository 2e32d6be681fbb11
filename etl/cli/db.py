"""annomirror db: migrations by hand; `sync` upgrades by itself."""

from __future__ import annotations

import click

from etl import database, migrate
from etl.cli import build
from etl.cli.options import common
from etl.errors import MirrorError
from etl.lock import locked


@click.group("db")
def command() -> None:
    """Migrate the mirror's database; `annomirror sync` does it by itself."""


@command.command("upgrade")
@common
def upgrade() -> None:
    """Bring the schema up to this program's."""
    chosen = build.read_settings(secrets=False)
    engine = database.open_mirror(chosen.database)
    try:
        with (
            locked(engine, chosen.database),
            database.connected(engine) as connection,
            connection.begin(),
        ):
            before, after = migrate.upgrade(connection)
    finally:
        engine.dispose()
    click.echo(f"already at {after}" if before == after else f"{before or 'empty'} → {after}")


@command.command("current")
@common
def current() -> None:
    """Show the mirror's schema revision and this program's."""
    with build.reading(build.read_settings(secrets=False)) as session:
        click.echo(f"mirror {migrate.current(session.connection) or 'empty'}")
    click.echo(f"program {migrate.head()}")


@command.command("check")
@common
def check() -> None:
    """Compare the mirror's schema with this program's tables; differences are an error."""
    with build.reading(build.read_settings(secrets=False)) as session:
        revision = migrate.current(session.connection)
        migrate.refuse_newer(revision)
        found = migrate.differences(session.connection)
    if revision != migrate.head():
        raise MirrorError(
            f"the mirror is at {revision or 'no revision'}, this program at {migrate.head()}; "
            "run: annomirror db upgrade"
        )
    if found:
        raise MirrorError(f"the schema differs from the tables: {found}")
    click.echo(f"the mirror is at {revision}, as this program wants it")
