"""Bringing a mirror's schema up to this program's, and telling whether it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

import etl
from etl.errors import RefusedError
from etl.platforms import PLATFORMS

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

# Alembic is imported late: a run against a mirror that is up to date has no use for it.


def folder() -> Path:
    """Find the migrations: inside the installed package, or beside it in a checkout."""
    package = Path(etl.__file__).parent
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def revisions() -> list[str]:
    """Give the revisions there are, in order: a migration's file begins with its own."""
    return sorted(path.name.partition("_")[0] for path in (folder() / "versions").glob("[0-9]*.py"))


def head() -> str:
    """Give the revision this program works with."""
    return revisions()[-1]


def current(connection: Connection) -> str | None:
    """Give the revision of a mirror; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def scripts() -> ScriptDirectory:
    """Read the migrations."""
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(connection: Connection) -> tuple[str | None, str]:
    """Bring the schema to this program's, in the caller's transaction.

    Gives the revisions before and after.

    Raises RefusedError for a mirror that a newer program has written.
    """
    before, after = current(connection), head()
    refuse_newer(before)
    if before != after:
        _run(connection)
    return before, after


def refuse_newer(revision: str | None) -> None:
    """Refuse a schema this program does not know. Raises RefusedError."""
    if revision is not None and revision not in revisions():
        raise RefusedError(
            f"the mirror's schema {revision!r} is newer than this program knows ({head()}); "
            "upgrade annomirror: nothing was touched"
        )


def differences(connection: Connection) -> list[Any]:
    """Compare a migrated database with the table classes; empty when they agree."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # see above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    list(PLATFORMS.values())  # registers their tables
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, SQLModel.metadata))


def _run(connection: Connection) -> None:
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415

    directory = scripts()

    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs("head", revision)  # noqa: SLF001  # as alembic.command does

    config = Config()
    config.attributes["connection"] = connection
    with EnvironmentContext(config, directory, fn=steps, destination_rev="head"):
        directory.run_env()
