"""Records no real platform should send, for readers that must survive them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.standins.label_studio.records import Spoiled
    from etl.standins.label_studio.state import State


def spoil(state: State, task_id: int, *, without: Iterable[str] = (), **fields: bytes) -> None:
    """Serve fields of a task as raw JSON bytes, or not at all; calls add up."""
    with state.lock:
        task = state.task(task_id)
        task.spoiled = _spoiled(task.spoiled, without, fields)
        state.touch(task)


def spoil_annotation(
    state: State, annotation_id: int, *, without: Iterable[str] = (), **fields: bytes
) -> None:
    """Do to an annotation what `spoil` does to a task."""
    with state.lock:
        annotation = state.annotation(annotation_id)
        annotation.spoiled = _spoiled(annotation.spoiled, without, fields)
        state.touch(state.task(annotation.task))


def spoil_prediction(
    state: State, prediction_id: int, *, without: Iterable[str] = (), **fields: bytes
) -> None:
    """Do to a prediction what `spoil` does to a task."""
    with state.lock:
        prediction = state.prediction(prediction_id)
        prediction.spoiled = _spoiled(prediction.spoiled, without, fields)
        state.touch(state.task(prediction.task))


def spoil_project(
    state: State, project_id: int, *, without: Iterable[str] = (), **fields: bytes
) -> None:
    """Do to a project what `spoil` does to a task."""
    with state.lock:
        project = state.project(project_id)
        project.spoiled = _spoiled(project.spoiled, without, fields)


def spoil_user(state: State, user_id: int, *, without: Iterable[str] = (), **fields: bytes) -> None:
    """Do to a user what `spoil` does to a task."""
    with state.lock:
        user = state.user(user_id)
        user.spoiled = _spoiled(user.spoiled, without, fields)


def poison(state: State, task_id: int, *, poisonous: bool = True) -> None:
    """Make every page that shows the `data` of this task fail with 500."""
    with state.lock:
        state.task(task_id).poisonous = poisonous
        state.touch(state.task(task_id))


def _spoiled(before: Spoiled | None, without: Iterable[str], fields: dict[str, bytes]) -> Spoiled:
    return {**(before or {}), **fields, **dict.fromkeys(without)}
