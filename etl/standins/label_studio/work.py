"""Writes to tasks: creation, bulk import with its commit lag, changes and deletion."""

from __future__ import annotations

import json
from bisect import bisect_left
from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.label_studio import labour, proposals
from etl.standins.label_studio.records import Refused, Task, decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from etl.standins.exchange import Json
    from etl.standins.label_studio.state import State

# A row is stamped twice while it is created, some tens of microseconds apart.
SECOND_STAMP = timedelta(microseconds=37)


def add_task(
    state: State,
    project_id: int,
    data: Mapping[str, Json] | None = None,
    *,
    raw: Mapping[str, bytes] | None = None,
    **fields: Json,
) -> Task:
    """Add a task; `fields` are `meta` and `file_upload`, those of `raw` are served verbatim."""
    with state.lock:
        task = _new(state, project_id, {"data": data or {}, **fields})
        task.file_upload = fields.get("file_upload")
        task.spoiled = dict(raw) if raw else None
        state.install(task)
        return task


def import_tasks(
    state: State, project_id: int, rows: Iterable[Mapping[str, Json]], *, commit: bool = True
) -> list[Task]:
    """Import `{"data", "meta", "annotations", "predictions"}` rows in bulk.

    With `commit=False` they are stamped now but listed only after `release()`,
    as the rows of a long transaction are.
    """
    with state.lock:
        tasks = [_imported(state, project_id, row) for row in rows]
        if not commit:
            state.uncommitted += tasks
            return tasks
        for task in tasks:
            state.install(task)
        return tasks


def release(state: State) -> list[Task]:
    """Commit what was imported with `commit=False`; the stamps stay as they were."""
    with state.lock:
        tasks, state.uncommitted = state.uncommitted, []
        for task in tasks:
            state.install(task)
        return tasks


def patch_task(state: State, task_id: int, *, by: int | None = 1, **changes: Json) -> Task:
    """Change `data`, `meta` or another field, with a bump."""
    with state.lock:
        task = state.task(task_id)
        for name, value in changes.items():
            setattr(task, name, state.store(value) if name in {"data", "meta"} else value)
        task.poisonous = digest(state, task.data)
        state.bump(task, by)
        return task


def delete_task(state: State, task_id: int) -> None:
    """Delete for good with annotations, predictions and drafts."""
    with state.lock:
        task = state.task(task_id)
        for annotation in reversed(task.annotations):
            state.forget(state.annotations, annotation.id, "annotation")
        for prediction in reversed(task.predictions):
            state.forget(state.predictions, prediction.id, "prediction")
        for draft in task.drafts or ():
            state.forget(state.drafts, draft.id, "draft")
        state.forget(state.tasks, task_id, "task")
        project = state.project(task.project)
        place = bisect_left(project.ids, task_id)
        del project.ids[place], project.tasks[place]
        project.version += 1


def set_data_silently(state: State, task_id: int, **fields: Json) -> None:
    """Change keys of `data` without a bump, as the `add_data_field` action does."""
    with state.lock:
        task = state.task(task_id)
        task.data = state.store(decoded(task.data) | fields)
        state.touch(task)


def delete_file_upload(state: State, task_id: int) -> None:
    """Drop the uploaded file of a task: its name turns null without a bump."""
    with state.lock:
        task = state.task(task_id)
        task.file_upload = None
        state.touch(task)


def digest(state: State, content: bytes) -> bool:
    """Tell whether content spoils every page it is on; PostgreSQL refuses it outright."""
    if b"\\u" not in content:
        return False
    lone = has_lone_surrogate(content)
    if state.backend == "postgres" and (lone or b"\\u0000" in content):
        message = "unsupported Unicode escape sequence"
        raise Refused(message)
    return lone


def has_lone_surrogate(content: bytes) -> bool:
    """Tell whether JSON has half a character, which the server stores and cannot give."""
    try:
        json.dumps(decoded(content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _new(state: State, project_id: int, row: Mapping[str, Json]) -> Task:
    project = state.project(project_id)
    content, now = state.store(row["data"]), state.clock.now()
    poisonous = digest(state, content)
    project.inner_ids += 1
    return Task(
        id=state.keys.take("task"),
        inner_id=project.inner_ids,
        project=project_id,
        data=content,
        meta=state.store(row.get("meta") or {}),
        created_at=now,
        updated_at=now + SECOND_STAMP,
        overlap=project.maximum_annotations,
        poisonous=poisonous,
    )


def _imported(state: State, project_id: int, row: Mapping[str, Json]) -> Task:
    task = _new(state, project_id, row)
    for payload in row.get("annotations") or ():
        task.annotations.append(labour.imported(state, task, payload))
    for payload in row.get("predictions") or ():
        task.predictions.append(proposals.new(state, task, payload))
    task.recount()
    return task
