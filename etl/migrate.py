"""Bringing a mirror's schema up to this program's, and telling whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

import etl.platforms  # registers every platform's tables with the metadata
from etl.errors import RefusedError


def scripts() -> ScriptDirectory:
    """Find the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(etl.platforms.__file__).parent.parent
    inside = package / "migrations"
    config = Config()
    found = inside if inside.is_dir() else package.parent / "migrations"
    config.set_main_option("script_location", str(found))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def head() -> str:
    """Give the revision this program works with."""
    return scripts().get_current_head() or ""


def current(connection: Connection) -> str | None:
    """Give the revision of a mirror; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> tuple[str | None, str]:
    """Bring the schema to this program's, in the caller's transaction.

    Gives the revisions before and after.

    Raises RefusedError for a mirror that a newer program has written.
    """
    directory = scripts()
    before = current(connection)
    refuse_newer(directory, before)
    after = directory.get_current_head() or ""
    if before != after:
        _run(connection, directory)
    return before, after


def refuse_newer(directory: ScriptDirectory, revision: str | None) -> None:
    """Refuse a schema this program does not know. Raises RefusedError."""
    known = {script.revision for script in directory.walk_revisions()}
    if revision is not None and revision not in known:
        raise RefusedError(
            f"the mirror's schema {revision!r} is newer than this program knows "
            f"({directory.get_current_head()}); upgrade annomirror: nothing was touched"
        )


def differences(connection: Connection) -> list[Any]:
    """Compare a migrated database with the table classes; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def _run(connection: Connection, directory: ScriptDirectory) -> None:
    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs("head", revision)  # noqa: SLF001  # as alembic.command does

    config = Config()
    config.attributes["connection"] = connection
    with EnvironmentContext(config, directory, fn=steps, destination_rev="head"):
        directory.run_env()
