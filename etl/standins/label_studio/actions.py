"""The bulk actions of the Data Manager, most of which no cursor can see."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.label_studio import labour, query
from etl.standins.label_studio.records import decoded, encoded
from etl.standins.label_studio.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.standins.label_studio.call import Call
    from etl.standins.label_studio.records import Task


def perform(call: Call) -> Answer:
    """Run the action named by `id` on the tasks the body selects."""
    project = call.state.project(call.integer("project") or 0)
    if project.organization != call.user.organization:
        raise Refusal(404, "No Project matches the given query.")
    body, name = call.body(), call.param("id")
    if name is None:
        return json_answer({"detail": 'No action id "None", use ?id=<action-id>'}, 422)
    if name not in _ACTIONS:
        raise Refusal(500, f"Can't find '{name}' in registered actions")
    tasks = list(query.select(project, body).tasks)
    return json_answer(_ACTIONS[name](call, tasks, body))


def propagate_annotations(call: Call, tasks: Sequence[Task], body: Json) -> Json:
    """Copy one annotation to other tasks: new rows, counters, no bump."""
    state, source = call.state, call.state.annotation(body.get("source_annotation_id", 0))
    targets = [task for task in tasks if task.id != source.task]
    for task in targets:
        links = {"parent_annotation": source.id, "last_action": "propagated_annotation"}
        copy = labour.new(state, task, decoded(source.result), call.user.id, links)
        task.annotations.append(copy)
        state.annotations[copy.id] = copy
        task.recount()
        state.touch(task)
    return {"detail": f"Created {len(targets)} annotations"}


def delete_tasks(call: Call, tasks: Sequence[Task], _body: Json) -> Json:
    """Delete tasks for good."""
    for task in reversed(tasks):
        call.state.delete_task(task.id)
    detail = f"Deleted {len(tasks)} tasks"
    return {"processed_items": len(tasks), "reload": False, "detail": detail}


def delete_tasks_annotations(call: Call, tasks: Sequence[Task], _body: Json) -> Json:
    """Delete all annotations of tasks; their tasks get one identical stamp."""
    state, now, count = call.state, call.state.clock.now(), 0
    for task in (task for task in tasks if task.annotations):
        for annotation in reversed(task.annotations):
            state.forget(state.annotations, annotation.id, "annotation")
        count += len(task.annotations)
        task.annotations.clear()
        state.bump(task, call.user.id)
        task.updated_at = now
    return {"processed_items": count, "detail": f"Deleted {count} annotations"}


def delete_tasks_predictions(call: Call, tasks: Sequence[Task], _body: Json) -> Json:
    """Delete all predictions of tasks, without a bump."""
    count = 0
    for task in tasks:
        for prediction in reversed(task.predictions):
            call.state.forget(call.state.predictions, prediction.id, "prediction")
        count += len(task.predictions)
        task.predictions.clear()
        task.recount()
        call.state.touch(task)
    return {"processed_items": count, "detail": f"Deleted {count} predictions"}


def remove_duplicates(call: Call, tasks: Sequence[Task], _body: Json) -> Json:
    """Move annotations to the first of equal tasks and delete the others, without a bump."""
    groups: defaultdict[bytes, list[Task]] = defaultdict(list)
    for task in tasks:
        groups[task.data].append(task)
    for equal in groups.values():
        keeper = next((task for task in equal if task.annotations), equal[0])
        for task in (task for task in equal if task is not keeper):
            _move_annotations(task, keeper)
            call.state.touch(task)
            call.state.delete_task(task.id)
        keeper.recount()
        call.state.touch(keeper)
    return {}


def add_data_field(call: Call, tasks: Sequence[Task], body: Json) -> Json:
    """Set a key of `data` in tasks, without a bump or any other trace."""
    value = body.get("value")
    value = float(value) if body.get("value_type") == "Number" else str(value)
    for task in tasks:
        call.state.set_data_silently(task.id, **{str(body["value_name"]): value})
    return {"detail": f"Updated {len(tasks)} tasks"}


def rename_labels(call: Call, tasks: Sequence[Task], body: Json) -> Json:
    """Rename a label inside results: tasks are bumped, their annotations are not."""
    control, old, new = body["control_tag"], body["old_label_name"], body["new_label_name"]
    count = 0
    for task in tasks:
        changed = [one for one in task.annotations if old.encode() in one.result]
        for annotation in changed:
            items = decoded(annotation.result)
            for item in (item for item in items if item.get("from_name") == control):
                kept = item["value"].get(item["type"], [])
                item["value"][item["type"]] = [new if label == old else label for label in kept]
            annotation.result = encoded(items)
            call.state.bump(task, call.user.id)
        count += len(changed)
    return {"detail": f"Updated {count} labels in {count}"}


def _move_annotations(source: Task, target: Task) -> None:
    for annotation in source.annotations:
        annotation.task = target.id
    target.annotations += source.annotations
    target.annotations.sort(key=lambda one: one.id)
    source.annotations = []


_ACTIONS: dict[str, Callable[[Call, Sequence[Task], Json], Json]] = {
    "propagate_annotations": propagate_annotations,
    "delete_tasks": delete_tasks,
    "delete_tasks_annotations": delete_tasks_annotations,
    "delete_tasks_predictions": delete_tasks_predictions,
    "remove_duplicates": remove_duplicates,
    "add_data_field": add_data_field,
    "rename_labels": rename_labels,
}
