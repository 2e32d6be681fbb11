"""The peer sqlite-utils: `upsert_all` into two tables, one transaction a page."""

# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from typing import Any

import sqlite_utils
from peer_pages import arguments, listed


def main() -> None:
    """Bring two tables up to date."""
    told = arguments(__doc__).parse_args()
    database: Any = sqlite_utils.Database(told.database.removeprefix("sqlite:///"))
    database.enable_wal()
    since = None
    if database["tasks"].exists():
        ((since,),) = database.execute("SELECT max(updated_at) FROM tasks").fetchall()
    for tasks, found in listed(told.url, since, told.page_size):
        with database.conn:
            database["tasks"].upsert_all(tasks, pk="id")
            database["annotations"].upsert_all(found, pk="id")
    for table, column in (("tasks", "updated_at"), ("annotations", "task")):
        database[table].create_index([column], if_not_exists=True)


if __name__ == "__main__":
    main()
