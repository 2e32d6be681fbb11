"""Bringing a mirror's schema up to this program's, and telling whether it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import etl
from etl.address import SQLITE
from etl.database import Session, translated
from etl.errors import MirrorError, NoMirror, RefusedError

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection

# Alembic and SQLAlchemy are imported late: a run against a mirror that is up to date has no use
# for them.
_IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = ?",
    "postgresql": "SELECT 1 WHERE to_regclass(%s) IS NOT NULL",
}
_RIGHTS = """
SELECT s.nspname, has_database_privilege(current_database(), 'CREATE'),
  has_schema_privilege(s.nspname, 'CREATE'),
  has_table_privilege(to_regclass('sync_runs'), 'INSERT')
FROM (SELECT 1) AS one
LEFT JOIN pg_namespace s ON s.nspname = coalesce(%s, current_schema())
"""
_GRANT = "its owner can grant that, or name a schema of the role's own: schema = ... in [mirror]"


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


def current(session: Session) -> str | None:
    """Give the revision of a mirror; None for an empty database."""
    if not has_table(session, "alembic_version"):
        return None
    found = session.all("SELECT version_num FROM alembic_version")
    return str(found[0][0]) if found else None


def has_table(session: Session, name: str) -> bool:
    """Tell whether a mirror has a table, which one of an earlier revision may lack."""
    return bool(session.all(_IS_THERE[session.dialect], (name,)))


def scripts() -> ScriptDirectory:
    """Read the migrations."""
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(session: Session, schema: str | None = None) -> tuple[str | None, str]:
    """Bring the schema to this program's, in one transaction; make the one of that name.

    Gives the revisions before and after. Raises RefusedError for a mirror that a newer program
    has written.
    """
    before, after = current(session), head()
    refuse_newer(session, before)
    if before != after:
        with session.transaction():
            if schema:
                _make(session, schema)
            _run(session)
    return before, after


def _make(session: Session, schema: str) -> None:
    """Make a schema; where it is there already, the right to make one is not needed."""
    if not session.all("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)):
        session.run(f'CREATE SCHEMA "{schema}"')


def refuse_newer(session: Session, revision: str | None) -> None:
    """Refuse a schema this program does not know. Raises RefusedError."""
    if revision is None or revision in revisions():
        return
    if not has_table(session, "sync_runs"):
        raise RefusedError(
            f"the database is another program's: its alembic_version is {revision!r}; give the "
            "mirror a database of its own, or on Postgres a schema: schema = ... in [mirror]"
        )
    raise RefusedError(
        f"the mirror's schema {revision!r} is newer than this program knows ({head()}); "
        "upgrade annomirror: nothing was touched"
    )


def refuse_another(session: Session) -> None:
    """Refuse a mirror whose schema is not this program's. Raises MirrorError, RefusedError."""
    revision = current(session)
    refuse_newer(session, revision)
    if revision != head():
        raise MirrorError(
            f"the mirror is at {revision or 'no revision'}, this program at {head()}; "
            "run: annomirror db upgrade"
        )


def refuse_empty(session: Session) -> None:
    """Refuse a database without a mirror. Raises NoMirror."""
    if current(session) is None:
        raise NoMirror("there is no mirror in this database yet; run: annomirror sync")


def refuse_unwritable(session: Session, schema: str | None) -> None:
    """Refuse a Postgres database in which this role could not keep a mirror. Raises MirrorError."""
    if session.dialect == SQLITE:
        return
    ((made, may_make, may_fill, may_write),) = session.all(_RIGHTS, (schema,))
    if made and may_write is None and not may_fill:
        raise MirrorError(f"this role may make no tables in the schema {made}; {_GRANT}")
    if not made and not may_make:
        raise MirrorError(f"this role may not make the schema {schema}; let its owner make it")
    if may_write is False:
        raise MirrorError(f"this role may not write into the mirror; {_GRANT}")


def differences(session: Session) -> list[Any]:
    """Compare a migrated database with the table classes; empty when they agree."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415  # see above
    from alembic.migration import MigrationContext  # noqa: PLC0415

    from etl import models  # noqa: PLC0415

    with lent(session) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, models.metadata()))


def _run(session: Session) -> None:
    from alembic.config import Config  # noqa: PLC0415  # see above
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415

    directory = scripts()

    def steps(revision: Any, _context: Any) -> Any:
        return directory._upgrade_revs("head", revision)  # noqa: SLF001  # as alembic.command does

    config = Config()
    with lent(session) as connection:
        config.attributes["connection"] = connection
        with EnvironmentContext(config, directory, fn=steps, destination_rev="head"):
            directory.run_env()


@contextmanager
def lent(session: Session) -> Iterator[Connection]:
    """Lend the session's connection to SQLAlchemy, which may neither commit nor close it."""
    from sqlalchemy import StaticPool, create_engine  # noqa: PLC0415  # see above
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    name = "sqlite" if session.dialect == SQLITE else "postgresql+psycopg"
    engine = create_engine(f"{name}://", creator=lambda: session.driver, poolclass=StaticPool)
    for ending in ("do_commit", "do_rollback", "do_close"):
        setattr(engine.dialect, ending, lambda _connection: None)
    try:
        with engine.connect() as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        with translated():
            raise error.orig or error from error
