"""The POST, PATCH and DELETE endpoints of projects, tasks, annotations and predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.label_studio import registry, serialize
from etl.standins.label_studio.refusals import Refusal, invalid

if TYPE_CHECKING:
    from etl.standins.label_studio.call import Call
    from etl.standins.label_studio.records import Task

_ANNOTATION = (
    "result",
    "was_cancelled",
    "ground_truth",
    "lead_time",
    "draft_created_at",
    "parent_prediction",
    "parent_annotation",
    "last_action",
)
_PREDICTION = ("result", "score", "model_version", "cluster", "neighbors", "mislabeling")
_GONE = Answer(status=204)


def add_project(call: Call) -> Answer:
    """Create a project."""
    body = call.body()
    known = {name: body[name] for name in registry.PROJECT if name in body}
    known = {name: value for name, value in known.items() if name not in {"id", "created_by"}}
    row = call.state.add_project(**known, created_by=call.user.id)
    return json_answer(serialize.row(call.state, row, registry.PROJECT, registry.PROJECT), 201)


def patch_project(call: Call) -> Answer:
    """Change the settings of a project."""
    row = call.state.patch_project(call.project().id, **call.body())
    return json_answer(serialize.row(call.state, row, registry.PROJECT, registry.PROJECT))


def delete_project(call: Call) -> Answer:
    """Delete a project with everything in it."""
    call.state.delete_project(call.project().id)
    return _GONE


def add_task(call: Call) -> Answer:
    """Create one task."""
    body = call.body()
    if not isinstance(body.get("project"), int) or body["project"] not in call.state.projects:
        raise invalid(project="This field is required.")
    if not isinstance(body.get("data"), dict):
        raise invalid(data="This field is required.")
    row = call.state.add_task(body["project"], body["data"], meta=body.get("meta"))
    return _task(call, row, 201)


def patch_task(call: Call) -> Answer:
    """Change `data` or `meta` of a task."""
    body = call.body()
    changes = {name: body[name] for name in ("data", "meta") if name in body}
    return _task(call, call.state.patch_task(call.task().id, by=call.user.id, **changes))


def delete_task(call: Call) -> Answer:
    """Delete a task."""
    call.state.delete_task(call.task().id)
    return _GONE


def add_annotation(call: Call) -> Answer:
    """Submit an annotation."""
    body = call.body()
    _listed(body, "annotation")
    given = {name: body[name] for name in _ANNOTATION if name in body}
    by = body.get("completed_by", call.user.id)
    row = call.state.add_annotation(call.task().id, completed_by=by, **given)
    return json_answer(serialize.annotation(call.state, row), 201)


def patch_annotation(call: Call) -> Answer:
    """Change an annotation."""
    body = call.body()
    _listed(body, "annotation")
    changes = {name: body[name] for name in _ANNOTATION if name in body}
    row = call.state.patch_annotation(call.ids[0], by=call.user.id, **changes)
    return json_answer(serialize.annotation(call.state, row))


def delete_annotation(call: Call) -> Answer:
    """Delete an annotation."""
    call.state.delete_annotation(call.ids[0], by=call.user.id)
    return _GONE


def add_prediction(call: Call) -> Answer:
    """Store one prediction."""
    body = call.body()
    if body.get("task") not in call.state.tasks:
        raise invalid(task="This field is required.")
    given = {name: body[name] for name in _PREDICTION if name in body}
    row = call.state.add_prediction(body["task"], by=call.user.id, **given)
    return json_answer(serialize.prediction(call.state, row), 201)


def patch_prediction(call: Call) -> Answer:
    """Change a prediction."""
    body = call.body()
    changes = {name: body[name] for name in _PREDICTION if name in body}
    row = call.state.patch_prediction(call.ids[0], by=call.user.id, **changes)
    return json_answer(serialize.prediction(call.state, row))


def delete_prediction(call: Call) -> Answer:
    """Delete a prediction."""
    call.state.delete_prediction(call.ids[0], by=call.user.id)
    return _GONE


def import_predictions(call: Call) -> Answer:
    """Import predictions in bulk: the write nobody sees in `updated_at`."""
    body, project = call.body(), call.project()
    for row in body:
        if row.get("task") not in call.state.tasks:
            wrong = f'{row} contains invalid "task" field: not found in project {project.id}'
            raise Refusal(400, "Validation error", [wrong])
    made = call.state.import_predictions(body, project.id)
    return json_answer({"created": len(made)}, 201)


def add_user(call: Call) -> Answer:
    """Add a user to the organisation."""
    body = call.body()
    names = {name: body.get(name, "") for name in ("first_name", "last_name")}
    row = call.state.add_user(body["email"], **names)
    return json_answer(registry.user(call.state, row), 201)


def delete_user(call: Call) -> Answer:
    """Delete a user for good."""
    call.state.delete_user(call.ids[0])
    return _GONE


def _task(call: Call, row: Task, status: int = 200) -> Answer:
    names = {"whole": True, "include": None, "omit": "annotations,predictions,drafts"}
    wanted = call.shape(**names, resolved=False, caller=call.user.id)
    return Answer(status=status, body=serialize.task(call.state, row, wanted))


def _listed(body: Json, kind: str) -> None:
    if not isinstance(body.get("result", []), list):
        raise invalid(result=f'{kind} "result" field in {kind} must be list')
