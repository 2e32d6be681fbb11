"""The peer sqlite-utils: `upsert_all`, one transaction a page.

Two tables, of tasks and annotations; or with --rows the four of the floor, whose rows it is given.
"""

# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from typing import Any

import sqlite_utils
from floor import Position, lean_client, pages
from floor_rows import COLUMNS, TASK, hashed, rows
from peer_pages import arguments, listed

KEYS = {
    "label_studio_tasks": ("source", "id"),
    "label_studio_annotations": ("source", "id"),
    "label_studio_results": ("source", "owner", "owner_id", "position"),
    "label_studio_result_labels": ("source", "owner", "owner_id", "position", "rank"),
}


def main() -> None:
    """Bring the tables up to date."""
    parser = arguments(__doc__)
    parser.add_argument("--rows", action="store_true")
    told = parser.parse_args()
    database: Any = sqlite_utils.Database(told.database.removeprefix("sqlite:///"))
    database.enable_wal()
    write = four_tables if told.rows else two_tables
    write(database, told.url, told.page_size)


def two_tables(database: Any, url: str, size: int) -> None:
    """Write tasks, and annotations with their results as JSON."""
    for tasks, found in listed(url, newest(database, "tasks"), size):
        with database.conn:
            database["tasks"].upsert_all(tasks, pk="id")
            database["annotations"].upsert_all(found, pk="id")
    for table, column in (("tasks", "updated_at"), ("annotations", "task")):
        database[table].create_index([column], if_not_exists=True)


def four_tables(database: Any, url: str, size: int) -> None:
    """Write a row for every result and every label too, as the others do that are measured so."""
    since = newest(database, "label_studio_tasks")
    stamp = since and f"{since[:10]}T{since[11:]}Z"
    for found, _last in pages(lean_client(url), 1, Position(since=stamp), size):
        filled = rows([(TASK(raw), hashed(raw)) for raw in found], "bench", "now")
        with database.conn:
            for name, key in KEYS.items():
                records = [dict(zip(COLUMNS[name], row, strict=True)) for row in filled[name]]
                database[name].upsert_all(records, pk=key)
    for name in KEYS:
        column = "updated_at" if name == "label_studio_tasks" else "task_id"
        database[name].create_index([column], if_not_exists=True)


def newest(database: Any, table: str) -> str | None:
    """Give the latest time of what is there."""
    if not database[table].exists():
        return None
    ((since,),) = database.execute(f"SELECT max(updated_at) FROM {table}").fetchall()
    return str(since)


if __name__ == "__main__":
    main()
