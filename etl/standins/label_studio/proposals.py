"""Writes of models: single predictions bump their task, bulk imports do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.label_studio.records import Missing, Prediction, Task

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.standins.exchange import Json
    from etl.standins.label_studio.state import State

_SECOND_STAMP = timedelta(microseconds=21)
_FREE_JSON = frozenset({"result", "neighbors"})


def add_prediction(
    state: State, task_id: int, result: Sequence[Json] = (), *, by: int | None = 1, **fields: Json
) -> Prediction:
    """Store one prediction (`score`, `model_version`, ...); bumps the task."""
    with state.lock:
        task = state.task(task_id)
        prediction = _attach(state, task, {"result": list(result), **fields})
        state.bump(task, by)
        return prediction


def patch_prediction(
    state: State, prediction_id: int, *, by: int | None = 1, **changes: Json
) -> Prediction:
    """Change a prediction; bumps it and its task."""
    with state.lock:
        prediction = state.prediction(prediction_id)
        for name, value in changes.items():
            setattr(prediction, name, state.store(value) if name in _FREE_JSON else value)
        prediction.updated_at = state.clock.now()
        state.bump(state.task(prediction.task), by)
        return prediction


def delete_prediction(state: State, prediction_id: int, *, by: int | None = 1) -> None:
    """Delete for good; bumps the task."""
    with state.lock:
        prediction = state.prediction(prediction_id)
        task = state.task(prediction.task)
        task.predictions.remove(prediction)
        state.forget(state.predictions, prediction_id, "prediction")
        state.bump(task, by)


def import_predictions(
    state: State, rows: Sequence[Mapping[str, Json]], project_id: int | None = None
) -> list[Prediction]:
    """Store `{"task", "result", "score", "model_version"}` rows in bulk, bumping nothing."""
    with state.lock:
        tasks = [state.task(row["task"]) for row in rows]
        for task in tasks:
            if project_id is not None and task.project != project_id:
                raise Missing("Task", task.id)
        predictions = [_attach(state, *pair) for pair in zip(tasks, rows, strict=True)]
        for task in tasks:
            task.recount()
            state.touch(task)
        return predictions


def new(state: State, task: Task, payload: Mapping[str, Json]) -> Prediction:
    """Make a prediction that is stamped but not yet anywhere."""
    now = state.clock.now()
    fields = {name: value for name, value in payload.items() if name in _WRITABLE}
    if fields.get("neighbors") is not None:
        fields["neighbors"] = state.store(fields["neighbors"])
    return Prediction(
        id=state.keys.take("prediction"),
        task=task.id,
        project=task.project,
        result=state.store(payload.get("result", [])),
        created_at=now,
        updated_at=now + _SECOND_STAMP,
        **fields,
    )


def _attach(state: State, task: Task, payload: Mapping[str, Json]) -> Prediction:
    prediction = new(state, task, payload)
    task.predictions.append(prediction)
    state.predictions[prediction.id] = prediction
    return prediction


_WRITABLE = frozenset(
    {"score", "model_version", "cluster", "neighbors", "mislabeling", "model", "model_run"}
)
