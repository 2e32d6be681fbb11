"""The floor: the same mirror, written by hand in a day, without any framework.

    python tests/bench/floor.py http://127.0.0.1:8080 sqlite:///mirror.db

It asks for what annomirror asks for, page by page in the order of ids, and fetches the next page
while it writes one. It decodes with msgspec and writes the same rows into the same tables, which
must be there: with `executemany` in one transaction a page on SQLite, with COPY on Postgres.
Requests go through `http.client`, the leanest there is without writing HTTP by hand;
`--client httpx` is the same program over httpx, as annomirror uses it.

It has what makes it right (watermark, lookback, content hashes, pages that commit whole) and
nothing else: no retries, no quarantine, no predictions, no other platform, no messages.
"""

from __future__ import annotations

import argparse
import http.client
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from floor_rows import LISTING, TASK, Raw, controls, hashed, record, rows
from floor_stores import WATERMARK, Store, insert, opened, upsert

SOURCE = "bench"
LOOKBACK = timedelta(minutes=15)
NEWEST = 5
OMIT = (
    "annotations_ids,annotations_results,annotators,avg_lead_time,comment_authors,comment_count,"
    "completed_at,created_ago,created_username,draft_exists,drafts,last_comment_updated_at,"
    "predictions,predictions_model_versions,predictions_results,predictions_score,"
    "storage_filename,unresolved_comment_count"
)
Fetch = Callable[[str, dict[str, Any]], bytes]


class Stamped(msgspec.Struct):
    """A task's time."""

    updated_at: str


class Projects(msgspec.Struct):
    """A page of projects."""

    results: list[Raw]


class Position(msgspec.Struct):
    """How far a project is mirrored.

    `seen` is what the server said of the project when it was last read: equal again, nothing is
    new. `after` is the last task of a walk that was cut.
    """

    watermark: str | None = None
    since: str | None = None
    newest: str | None = None
    after: int | None = None
    seen: list[Any] = []


def lean_client(url: str) -> Fetch:
    """Fetch over one connection of the standard library."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=120)
    headers = {"Authorization": "Token bench", "Accept": "application/json"}

    def fetch(path: str, asked: dict[str, Any]) -> bytes:
        connection.request("GET", f"{path}?{urlencode(asked)}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"{path}: HTTP {answer.status}")
        return body

    return fetch


def httpx_client(url: str) -> Fetch:
    """Fetch with httpx."""
    import httpx  # noqa: PLC0415  # the lean client does not pay for it

    client = httpx.Client(base_url=url, headers={"Authorization": "Token bench"}, timeout=120)

    def fetch(path: str, asked: dict[str, Any]) -> bytes:
        return client.get(path, params=asked).raise_for_status().content

    return fetch


def sync(fetch: Fetch, store: Store, page_size: int) -> None:
    """Bring the mirror up to date."""
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    users = msgspec.json.decode(fetch("/api/users/", {}), type=list[Raw])
    save(store, "label_studio_users", [record(raw, SOURCE, now) for raw in users])
    asked = {"ordering": "id", "page": 1, "page_size": 100}
    listed = msgspec.json.decode(fetch("/api/projects/", asked), type=Projects).results
    projects = [record(raw, SOURCE, now) for raw in listed]
    for changed in save(store, "label_studio_projects", projects):
        save_controls(store, changed)
    for project in projects:
        sync_tasks(fetch, store, project["id"], page_size, now)
        versions = json.loads(
            fetch(f"/api/projects/{project['id']}/model-versions/", {"extended": "true"})
        )
        assert not versions["static"], "the floor mirrors no predictions"


def save(store: Store, table: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write those records of a short list that are new or changed, and give them."""
    known = store.all(f"SELECT id, content_hash FROM {table} WHERE source = ?", (SOURCE,))
    stored: dict[int, int] = dict(known)
    changed = [row for row in found if stored.get(row["id"]) != row["content_hash"]]
    for row in changed:
        store.all(insert(table, list(row)) + upsert(list(row), ("source", "id")), [*row.values()])
    return changed


def save_controls(store: Store, project: dict[str, Any]) -> None:
    """Replace the controls of a project, and their labels."""
    names = ("label_studio_controls", "label_studio_control_labels")
    with store.transaction():
        for table, found in zip(names, controls(project), strict=True):
            store.all(
                f"DELETE FROM {table} WHERE source = ? AND project_id = ?", (SOURCE, project["id"])
            )
            for row in found:
                store.all(insert(table, list(row)), [*row.values()])


def sync_tasks(fetch: Fetch, store: Store, project: int, page_size: int, now: str) -> None:
    """Write the tasks of a project that were written since the watermark, less the lookback."""
    key = (SOURCE, "tasks", str(project))
    position = stored_position(store, key)
    begins = position.watermark is None and position.after is None
    if position.after is None:
        seen = newest(fetch, project)
        if seen == position.seen:
            return
        position.since = earlier(position.watermark) if position.watermark else None
        position.newest, position.seen = seen[0], seen
    for found, last in pages(fetch, project, position, page_size):
        with store.transaction():
            write(store, found, now, new=begins)
            if last:
                mark = max(position.watermark or "", position.newest or "")
                position = Position(mark or None, seen=position.seen)
            else:
                position.after = msgspec.json.decode(found[-1], type=Key).id
            remember(store, key, position)


class Key(msgspec.Struct):
    """A task's id."""

    id: int


def pages(
    fetch: Fetch, project: int, position: Position, size: int
) -> Iterator[tuple[list[Raw], bool]]:
    """Yield pages, and whether each is the last; the next one is fetched meanwhile."""

    def page(after: int) -> bytes:
        asked = query(position.since, after, "tasks:id")
        fields = {"fields": "all", "resolve_uri": "false", "omit": OMIT}
        return fetch("/api/tasks/", {"project": project, "page_size": size, **fields, **asked})

    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(page, position.after or 0)
        while True:
            found = LISTING(coming.result())
            last = found.total <= len(found.tasks)
            if not last:
                after = msgspec.json.decode(found.tasks[-1], type=Key).id
                coming = ahead.submit(page, after)
            yield found.tasks, last
            if last:
                return


def write(store: Store, found: list[Raw], now: str, *, new: bool) -> None:
    """Write what is new or changed of a page."""
    tasks = [(TASK(raw), hashed(raw)) for raw in found]
    if new:
        store.add(rows(tasks, SOURCE, now))
        return
    known = store.hashes(SOURCE, [task.id for task, _ in tasks])
    added = [each for each in tasks if each[0].id not in known]
    changed = [each for each in tasks if known.get(each[0].id, each[1]) != each[1]]
    if added:
        store.add(rows(added, SOURCE, now))
    if changed:
        ids = [task.id for task, _ in changed]
        store.replace(SOURCE, ids, rows(changed, SOURCE, now))


def newest(fetch: Fetch, project: int) -> list[Any]:
    """Ask for the newest stamp, the next watermark, before the first page is read; and counts."""
    asked = query(None, 0, "-tasks:updated_at")
    fields = {"fields": "all", "page_size": NEWEST, "include": "id,updated_at"}
    found = LISTING(fetch("/api/tasks/", {"project": project, **fields, **asked}))
    stamps = [msgspec.json.decode(raw, type=Stamped).updated_at for raw in found.tasks]
    return [max(stamps, default=None), found.total, found.total_annotations]


def query(since: str | None, after: int, ordering: str) -> dict[str, str]:
    """Filter tasks by id and time."""
    items: list[dict[str, Any]] = []
    if after:
        above = {"operator": "greater", "type": "Number", "value": after}
        items.append({"filter": "filter:tasks:id", **above})
    if since:
        later = {"operator": "greater_or_equal", "type": "Datetime", "value": since}
        items.append({"filter": "filter:tasks:updated_at", **later})
    view = {"filters": {"conjunction": "and", "items": items}, "ordering": [ordering]}
    return {"query": json.dumps(view, separators=(",", ":"))}


def earlier(stamp: str) -> str:
    """Take the lookback off a time."""
    return (datetime.fromisoformat(stamp) - LOOKBACK).isoformat()[:26] + "Z"


def stored_position(store: Store, key: tuple[str, str, str]) -> Position:
    """Read how far a project is mirrored."""
    found = store.all(
        "SELECT state FROM sync_watermarks WHERE source = ? AND stream = ? AND part = ?", key
    )
    return msgspec.json.decode(found[0][0], type=Position) if found else Position()


def remember(store: Store, key: tuple[str, str, str], position: Position) -> None:
    """Store how far a project is mirrored."""
    state = msgspec.json.encode(position).decode()
    values = (*key, position.watermark, state, position.after is not None)
    store.all(insert("sync_watermarks", WATERMARK) + upsert(WATERMARK, WATERMARK[:3]), values)


def main() -> None:
    """Read the command line and bring the mirror up to date."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("url", help="address of the server")
    parser.add_argument("database", help="sqlite:///PATH or postgresql://...")
    parser.add_argument("--page-size", type=int, default=500)
    parser.add_argument("--client", choices=("http.client", "httpx"), default="http.client")
    asked = parser.parse_args()
    client = httpx_client if asked.client == "httpx" else lean_client
    sync(client(asked.url), opened(asked.database), asked.page_size)


if __name__ == "__main__":
    main()
