"""Reading a mirror back the same way from both databases, and loading into it."""

import json
from datetime import UTC, datetime, timedelta

from etl import models
from etl.column_types import Document
from etl.load import Loader
from etl.platforms import PLATFORMS
from etl.source import Part, Source
from etl.tables import MOMENT_FORMAT
from etl.transform import Plan
from etl.walk import Page

SCHEMA = models.metadata()
TABLES = {table.__tablename__: table for table in models.tables()}
SOURCE = Source(
    name="labels",
    platform="label_studio",
    url="http://labels.test",
    page_size=100,
    concurrency=1,
    timeout=5.0,
    deadline=10.0,
    lookback=timedelta(minutes=15),
)
STAMPS = ("first_synced_at", "synced_at", "deleted_at", "content_hash", "source")


def stream(name):
    return PLATFORMS["label_studio"].stream(name)


def plan(name):
    return Plan(stream(name), SOURCE.name)


def encoded(records):
    return [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]


def commit(session, name, *records, part=None, run_id=1, **page):
    """Commit one page of a stream, as a run of its own does; the project is 9."""
    compiled = plan(name)
    part = part or ("9" if compiled.stream.parts else "")
    page = Page(encoded(records), **page)
    loader = Loader(session, compiled, run_id)
    loader.start(SOURCE, Part(part))
    return loader.commit(Part(part), page, compiled.transform(page.records))


def plain(value, column, *, decode=True):
    """Show a stored value as Python: JSON decoded, times as the mirror writes them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime(MOMENT_FORMAT)
    if decode and isinstance(column.type, Document) and isinstance(value, str):
        return json.loads(value)
    return bool(value) if value is not None and str(column.type) == "BOOLEAN" else value


def rows(session, name, *, without=STAMPS, decode=True, **where):
    """Give the rows of a table as dicts in the order of their key."""
    table = SCHEMA.tables[name]
    order = ", ".join(f'"{column.name}"' for column in table.primary_key)
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    found = session.all(f'SELECT {names} FROM "{name}" ORDER BY {order}')
    read = [
        {c.name: plain(v, c, decode=decode) for c, v in zip(table.columns, row, strict=True)}
        for row in found
    ]
    kept = [row for row in read if all(row[key] == value for key, value in where.items())]
    return [{k: v for k, v in row.items() if k not in without} for row in kept]


def live(session, name, **where):
    """Give the rows of a table that are no tombstones."""
    return rows(session, name, deleted_at=None, **where)


def dump(session):
    """Give everything the mirror holds, stamps and books included."""
    return {name: rows(session, name, without=()) for name in sorted(SCHEMA.tables)}


def content(session, *, without=()):
    """Give what the mirror holds, but not when it came there nor what was tombstoned."""
    names = [name for name in sorted(SCHEMA.tables) if not name.startswith("sync_")]
    return {name: live(session, name) for name in names if name not in without}
