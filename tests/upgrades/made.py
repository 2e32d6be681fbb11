"""Dumps of a small mirror at each released schema, made by the real migrations.

A new migration that is released gets its own: `PYTHONPATH=tests python tests/upgrades/made.py URL`
writes the dumps that are missing, on SQLite and on the empty Postgres database of that address.
With a revision and an SQLite mirror it writes those of rows that another program left, as was done
with the programs of 0001 (also for 0002, which never had one), 0003 and 0004. A dump that is there
is history and is not made again.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext

from etl import migrate
from etl.address import parse
from etl.database import connected
from etl.standins.clock import Clock
from etl.standins.label_studio import LabelStudio
from killing import BOX, Rig

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def filled():
    """Make the Label Studio whose mirror is in the dumps."""
    server = LabelStudio(clock=Clock(NOON))
    project = server.state.add_project("Boxes")
    for task in server.state.import_tasks(project.id, [{"data": {"n": n}} for n in range(4)])[:2]:
        server.state.add_annotation(task.id, [BOX], 1)
    server.clock.advance(minutes=60)
    return server


def migrated(session, revision):
    """Bring an empty database to a revision; give every statement that took."""
    directory, said = migrate.scripts(), []

    def steps(now, _context):
        return directory._upgrade_revs(revision, now)

    config = Config()
    with session.transaction(), migrate.lent(session) as connection:
        sa.event.listen(
            connection, "before_cursor_execute", lambda *args: said.append((args[2], args[3]))
        )
        config.attributes["connection"] = connection
        with EnvironmentContext(config, directory, fn=steps, destination_rev=revision):
            directory.run_env()
    return [sql for sql, _ in said if sql.lstrip()[:6] in ("CREATE", "COMMEN", "INSERT", "UPDATE")]


def table_columns(session, table):
    with migrate.lent(session) as connection:
        look = sa.inspect(connection)
        return [c["name"] for c in look.get_columns(table)] if look.has_table(table) else []


def copied(source, target):
    """Copy what both schemas have a place for."""
    for (table,) in source.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
        there = set(table_columns(target, table))
        shared = [name for name in table_columns(source, table) if name in there]
        if not shared or table in ("alembic_version", "sync_runs", "sync_stream_runs"):
            continue
        names = ", ".join(f'"{name}"' for name in shared)
        rows = source.all(f"SELECT {names} FROM {table}")
        marks = ", ".join("?" for _ in shared)
        target.many(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)


def inserts(session):
    """Spell every row as Postgres reads it."""
    for (table,) in session.all("SELECT name FROM sqlite_master WHERE type = 'table'"):
        flags = {
            row[1] for row in session.all(f"PRAGMA table_info({table})") if row[2] == "BOOLEAN"
        }
        names, rows = session.named(f"SELECT * FROM {table}")
        for row in rows if not table.startswith("sqlite_") else ():
            pairs = zip(names, row, strict=True)
            values = ", ".join(
                literal(bool(v) if n in flags and v is not None else v) for n, v in pairs
            )
            yield f"INSERT INTO {table} ({', '.join(map(quoted, names))}) VALUES ({values})"


def quoted(name):
    return f'"{name}"'


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else "'" + value.replace("'", "''") + "'"


def make(revision, mirror, postgres):
    with tempfile.TemporaryDirectory() as folder, connected(mirror) as full:
        path = f"{folder}/old.db"
        with connected(parse(f"sqlite:///{path}")) as old:
            migrated(old, revision)
            copied(full, old)
            rows = [line for line in inserts(old) if "INTO alembic_version" not in line]
        with closing(sqlite3.connect(path)) as connection:
            dump = "\n".join(connection.iterdump())
    (HERE / f"{revision}.sqlite.sql").write_text(dump + "\n", "utf-8")
    with connected(parse(postgres)) as old:
        said = [sql.strip() for sql in migrated(old, revision)]
        said = [s for s in said if "%(" not in s]
        old.run("DROP SCHEMA public CASCADE")
        old.run("CREATE SCHEMA public")
    said.append(f"INSERT INTO alembic_version (version_num) VALUES ('{revision}')")
    said = [s for i, s in enumerate(said) if s not in said[:i] and not s.startswith("UPDATE")]
    said = [s for s in said if not s.startswith("INSERT INTO alembic_version") or s == said[-1]]
    (HERE / f"{revision}.postgresql.sql").write_text(";\n".join([*said, *rows]) + ";\n", "utf-8")


def main(postgres, *left):
    if left:
        revision, mirror = left
        make(revision, parse(f"sqlite:///{mirror}"), postgres)
        return
    with filled() as server, tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder), f"sqlite:///{folder}/mirror.db", server)
        rig.mirrored()
        for revision in migrate.revisions():
            if not (HERE / f"{revision}.sqlite.sql").exists():
                make(revision, parse(rig.url), postgres)


if __name__ == "__main__":
    psycopg.connect(sys.argv[1]).close()
    main(*sys.argv[1:])
