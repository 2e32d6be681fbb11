"""Projects of any size, made cheaply: rows are built directly, their JSON from templates."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import msgspec

from etl.standins.label_studio import configs, regions
from etl.standins.label_studio.records import Annotation, Prediction, Project, Task

if TYPE_CHECKING:
    from datetime import datetime

    from etl.standins.label_studio.state import State

# So many different results are made; rows beyond that share their bytes.
_VARIETY = 1000
_STEP = timedelta(milliseconds=13)
_SOON = timedelta(microseconds=37)


def many(state: State, count: int, title: str = "Many scenes", seed: int = 3) -> Project:
    """Add a project of `count` tasks, each with one annotation of two boxes and a choice.

    Every second task has a prediction too. Stamps lie in the hours before now.
    """
    random = Random(seed)  # noqa: S311
    with state.lock:
        project = state.add_project(title, configs.SCENES)
        results = [_result(random) for _ in range(min(count, _VARIETY))]
        when = state.clock.now() - count * _STEP
        for number in range(count):
            _add(state, project, number, results[number % _VARIETY], when + number * _STEP)
        project.inner_ids = count
        project.version += 1
        return project


def _add(state: State, project: Project, number: int, result: bytes, when: datetime) -> None:
    soon = when + _SOON
    task = Task(
        id=state.keys.take("task"),
        inner_id=number + 1,
        project=project.id,
        data=b'{"image":"https://images.example.com/%07d.jpg","number":%d}' % (number, number),
        created_at=when,
        updated_at=soon,
        updated_by=1,
        is_labeled=True,
        total_annotations=1,
    )
    annotation = Annotation(
        id=state.keys.take("annotation"),
        task=task.id,
        project=project.id,
        result=result,
        completed_by=1,
        created_at=when,
        updated_at=soon,
        updated_by=1,
        last_created_by=1,
        lead_time=float(number % 90),
    )
    task.annotations = [annotation]
    state.annotations[annotation.id] = annotation
    if number % 2:
        _propose(state, task, result, number)
    state.tasks[task.id] = task
    project.ids.append(task.id)
    project.tasks.append(task)


def _propose(state: State, task: Task, result: bytes, number: int) -> None:
    prediction = Prediction(
        id=state.keys.take("prediction"),
        task=task.id,
        project=task.project,
        result=result,
        score=(number % 100) / 100,
        model_version="scene-1",
        created_at=task.created_at,
        updated_at=task.updated_at,
    )
    task.predictions = [prediction]
    task.total_predictions = 1
    state.predictions[prediction.id] = prediction


def _result(random: Random) -> bytes:
    boxes = [regions.rectangle(random, random.choice(("Car", "Bus"))) for _ in range(2)]
    weather = regions.choice(random, random.choice(("Sun", "Rain")), control="weather", to="image")
    return msgspec.json.encode([*boxes, weather])
