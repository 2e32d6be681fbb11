"""Compares a mirror with a real server, field by field, knowing nothing of how it is filled."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]

TASK = {"project": "project_id"}
ANNOTATION = {
    "completed_by": "completed_by_id",
    "updated_by": "updated_by_id",
    "last_created_by": "last_created_by_id",
    "parent_prediction": "parent_prediction_id",
    "parent_annotation": "parent_annotation_id",
    "task": "task_id",
    "project": "project_id",
}
PREDICTION = {
    "task": "task_id",
    "project": "project_id",
    "model": "model_id",
    "model_run": "model_run_id",
}
ITEM = {"id": "region_id", "parentID": "parent_region_id"}
GEOMETRY = ("x", "y", "width", "height", "rotation")


def said(answer: httpx.Response) -> Any:
    """Decode an answer as the mirror holds it: with U+FFFD for NUL."""
    return json.loads(answer.raise_for_status().text.replace(r"\u0000", r"\ufffd"))


class Mirror:
    """Reads a SQLite mirror."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self._db.row_factory = sqlite3.Row

    def rows(self, sql: str, *values: Any) -> list[Json]:
        return [dict(row) for row in self._db.execute(sql, values)]

    def live(self, table: str, key: str = "id") -> dict[Any, Json]:
        found = self.rows(f"SELECT * FROM label_studio_{table} WHERE deleted_at IS NULL")
        return {row[key]: row for row in found}

    def items(self, owner: str) -> dict[int, list[Json]]:
        found = self.rows(
            "SELECT * FROM label_studio_results WHERE owner = ? AND deleted_at IS NULL "
            "ORDER BY owner_id, position",
            owner,
        )
        grouped: dict[int, list[Json]] = {}
        for row in found:
            grouped.setdefault(row["owner_id"], []).append(row)
        return grouped

    def close(self) -> None:
        self._db.close()


def differences(client: httpx.Client, mirror: Mirror) -> list[str]:
    """Say everything in which a mirror differs from its server."""
    projects = said(client.get("/api/projects/", params={"page_size": 100}))["results"]
    found = _records(
        "project", projects, mirror.live("projects"), {"organization": "organization_id"}
    )
    found += _records("user", said(client.get("/api/users/")), mirror.live("users"), {})
    tasks = [task for project in projects for task in _tasks(client, project["id"])]
    found += _records("task", tasks, mirror.live("tasks"), TASK)
    annotations = [annotation for task in tasks for annotation in task["annotations"]]
    found += _records("annotation", annotations, mirror.live("annotations"), ANNOTATION)
    predictions = [p for project in projects for p in _predictions(client, project["id"])]
    found += _records("prediction", predictions, mirror.live("predictions"), PREDICTION)
    found += _results("annotation", annotations, mirror)
    return found + _results("prediction", predictions, mirror)


def _tasks(client: httpx.Client, project: int) -> list[Json]:
    params = {"project": project, "fields": "all", "page_size": 1000, "resolve_uri": "false"}
    tasks: list[Json] = said(client.get("/api/tasks/", params=params))["tasks"]
    return tasks


def _predictions(client: httpx.Client, project: int) -> list[Json]:
    found: list[Json] = said(client.get("/api/predictions/", params={"project": project}))
    return found


def _records(
    kind: str, records: list[Json], rows: dict[Any, Json], names: dict[str, str]
) -> list[str]:
    ids = {record["id"] for record in records}
    found = [f"{kind} {key} is only in the mirror" for key in rows.keys() - ids]
    for record in records:
        row = rows.get(record["id"])
        if row is None:
            found.append(f"{kind} {record['id']} is missing")
            continue
        for field, value in record.items():
            column = names.get(field, field)
            if column in row and field != "last_activity" and not _equal(value, row[column]):
                found.append(f"{kind} {record['id']}: {field} {value!r} != {row[column]!r}")
    return found


def _results(owner: str, records: list[Json], mirror: Mirror) -> list[str]:
    stored = mirror.items(owner)
    found = []
    for record in records:
        rows = stored.pop(record["id"], [])
        if len(rows) != len(record["result"]):
            found.append(f"{owner} {record['id']}: {len(record['result'])} items, {len(rows)} rows")
            continue
        for item, row in zip(record["result"], rows, strict=True):
            found += [f"{owner} {record['id']}: {text}" for text in _item(item, row)]
    return found + [f"{owner} {key} has items only in the mirror" for key in stored]


def _item(item: Any, row: Json) -> list[str]:
    extra = None if row["extra"] is None else json.loads(row["extra"])
    if not isinstance(item, dict):
        return [] if extra == item and row["type"] is None else [f"{item!r} became {row!r}"]
    found = []
    for field, value in item.items():
        column = ITEM.get(field, field)
        kept = isinstance(extra, dict) and field in extra and extra[field] == value
        if not kept and column in row and not _equal(value, row[column]):
            found.append(f"{field} {value!r} != {row[column]!r}")
    value = item.get("value")
    if isinstance(value, dict):
        found += [
            f"value.{name} {value[name]!r} != {row[name]!r}"
            for name in GEOMETRY
            if isinstance(value.get(name), int | float) and value[name] != row[name]
        ]
    return found


def _equal(value: Any, stored: Any) -> bool:
    """Compare what the server says with what SQLite holds."""
    if isinstance(value, dict | list):
        return isinstance(stored, str) and bool(json.loads(stored) == value)
    if isinstance(value, str) and isinstance(stored, str) and value != stored:
        if stored == json.dumps(value, ensure_ascii=False):
            return True  # a JSON column that happens to hold a text
        try:
            return datetime.fromisoformat(value) == datetime.fromisoformat(f"{stored}+00:00")
        except ValueError:
            return False
    return bool(value == stored)
