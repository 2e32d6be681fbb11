"""Writes of people: annotations, which bump their task, and drafts, which do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.label_studio.records import Annotation, Draft, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.standins.exchange import Json
    from etl.standins.label_studio.state import State

_SECOND_STAMP = timedelta(microseconds=29)


def add_annotation(
    state: State,
    task_id: int,
    result: Sequence[Json] = (),
    completed_by: int | None = 1,
    **fields: Json,
) -> Annotation:
    """Submit work on a task (or skip it, with `was_cancelled=True`); bumps the task."""
    with state.lock:
        task = state.task(task_id)
        annotation = new(state, task, result, completed_by, fields)
        annotation.updated_by = annotation.last_created_by = completed_by
        task.annotations.append(annotation)
        state.annotations[annotation.id] = annotation
        state.bump(task, completed_by)
        return annotation


def patch_annotation(
    state: State, annotation_id: int, *, by: int | None = None, **changes: Json
) -> Annotation:
    """Change an annotation; bumps it and its task.

    A new ground truth takes the title from its siblings, without bumping those.
    """
    with state.lock:
        annotation = state.annotation(annotation_id)
        task = state.task(annotation.task)
        for name, value in changes.items():
            setattr(annotation, name, state.store(value) if name == "result" else value)
        if changes.get("ground_truth"):
            for sibling in task.annotations:
                sibling.ground_truth = sibling is annotation
        annotation.updated_by = by or annotation.completed_by
        annotation.updated_at = state.clock.now()
        state.bump(task, annotation.updated_by)
        return annotation


def delete_annotation(state: State, annotation_id: int, *, by: int | None = 1) -> None:
    """Delete for good; bumps the task, which is all that is left to see."""
    with state.lock:
        annotation = state.annotation(annotation_id)
        task = state.task(annotation.task)
        task.annotations.remove(annotation)
        state.forget(state.annotations, annotation_id, "annotation")
        state.bump(task, by)


def add_draft(
    state: State, task_id: int, result: Sequence[Json] = (), user: int = 1, **fields: Json
) -> Draft:
    """Keep unfinished work; bumps nothing."""
    with state.lock:
        task, now = state.task(task_id), state.clock.now()
        draft = Draft(
            id=state.keys.take("draft"),
            task=task_id,
            user=user,
            result=state.store(result),
            created_at=now,
            updated_at=now + _SECOND_STAMP,
            **fields,
        )
        task.drafts = [*(task.drafts or ()), draft]
        state.drafts[draft.id] = draft
        state.touch(task)
        return draft


def delete_draft(state: State, draft_id: int) -> None:
    """Throw unfinished work away; bumps nothing."""
    with state.lock:
        draft = state.drafts[draft_id]
        task = state.task(draft.task)
        task.drafts = [one for one in task.drafts or () if one is not draft]
        state.forget(state.drafts, draft_id, "draft")
        state.touch(task)


def new(
    state: State,
    task: Task,
    result: Sequence[Json],
    completed_by: int | None,
    fields: Mapping[str, Json],
) -> Annotation:
    """Make an annotation that is stamped but not yet anywhere."""
    now = state.clock.now()
    return Annotation(
        id=state.keys.take("annotation"),
        task=task.id,
        project=task.project,
        result=state.store(result),
        completed_by=completed_by,
        created_at=now,
        updated_at=now + _SECOND_STAMP,
        **fields,
    )


def imported(state: State, task: Task, payload: Mapping[str, Json]) -> Annotation:
    """Make an annotation of an import: its own stamps, ground truth unless told otherwise."""
    fields = {name: payload[name] for name in ("was_cancelled", "lead_time") if name in payload} | {
        "ground_truth": payload.get("ground_truth", True),
        "import_id": payload.get("id"),
    }
    completed_by = payload.get("completed_by", 1)
    return new(state, task, payload.get("result", []), completed_by, fields)
