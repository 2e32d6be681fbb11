"""Bulk imports in both ways: while the request is answered, or by a job to be followed."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.label_studio import work
from etl.standins.label_studio.records import Job, Refused, encoded
from etl.standins.label_studio.refusals import Refusal, html

if TYPE_CHECKING:
    from etl.standins.label_studio.call import Call
    from etl.standins.label_studio.records import Project, Task
    from etl.standins.label_studio.state import State

_MOST_ERRORS = 100
_SHOWN_BY = re.compile(r'<(\w+)[^>]* value="\$(\w+)"')
_TAKEN = {"Image": (str, list), "HyperText": (str,), "Text": (str, int, float, list)}
_FAILED = "set_import_background_failure() missing 1 required positional argument: '_'"
_LARGE = re.compile(rb"\d[eE]\+?\d{3}|\d{200}")  # perhaps more than a float holds
_CHECK = 'CHECK constraint failed: (JSON_VALID("{0}") OR "{0}" IS NULL)'
_COUNTS = ("task_count", "annotation_count", "prediction_count")


def import_tasks(call: Call) -> Answer:
    """Import tasks in bulk, all or none; only the Community edition does so at once."""
    if call.state.edition != "Community":
        return _begin(call)
    started, body = time.monotonic(), call.body()
    rows = body if isinstance(body, list) else [body]
    commit = call.flag("commit_to_project", default=True)
    if commit:
        stored = [(n.get("data", n), n.get("meta")) for n in rows if isinstance(n, dict)]
        _refuse_infinity(call.request.body, stored, "data")
    made = call.state.import_tasks(call.project().id, _checked(call.project(), rows, commit=commit))
    counts = _counted(made) if commit else (len(rows), None, None)
    answer: dict[str, Json] = dict(zip(_COUNTS, counts, strict=True)) | {
        "duration": time.monotonic() - started,
        "file_upload_ids": [],
        "could_be_tasks_list": False,
        "found_formats": [],
        "data_columns": [],
    }
    if made and call.flag("return_task_ids", default=False):
        answer["task_ids"] = [task.id for task in made]
    return json_answer(answer, 201)


def job(call: Call) -> Answer:
    """Show a job, payload and all; the project of the path is not looked at."""
    found = call.state.jobs.get(call.ids[1])
    if found is None:
        raise Refusal(404, "No ProjectImport matches the given query.")
    if work.has_lone_surrogate(encoded(found.tasks)):
        return html(500)
    done = found.status == "completed"
    stamps = {"created_at": found.created_at, "updated_at": found.created_at, "finished_at": None}
    return json_answer(
        {
            "id": found.id,
            "project": found.project,
            "preannotated_from_fields": None,
            "commit_to_project": found.commit,
            "return_task_ids": found.return_ids,
            "status": found.status,
            "url": None,
            "error": found.error,
            **stamps,
            **dict(zip(_COUNTS, found.counts, strict=True)),
            "duration": 0,
            "file_upload_ids": [],
            "could_be_tasks_list": False,
            "found_formats": {} if done else [],
            "data_columns": [],
            "tasks": found.tasks,
            "task_ids": found.ids if found.return_ids else [],
        }
    )


def do_jobs(state: State) -> None:
    """Do the jobs whose time has come, as a worker beside the server does."""
    for one in state.jobs.values():
        if one.tasks is not None and one.status not in ("completed", "failed"):
            one.status = "in_progress" if state.clock.now() < one.due else _done(state, one)


def _begin(call: Call) -> Answer:
    """Write a job down, and do it at once where there is no queue.

    What cannot be stored leaves a job behind that has nothing to do, and never begins.
    """
    body, state = call.body(), call.state
    now = state.clock.now()
    one = Job(
        id=state.keys.take("job"),
        project=call.project().id,
        tasks=None,
        commit=call.flag("commit_to_project", default=True),
        return_ids=call.flag("return_task_ids", default=False),
        created_at=now,
        due=now + timedelta(seconds=state.job_seconds),
    )
    state.jobs[one.id] = one
    tasks = body if isinstance(body, list) else [body]
    _refuse_infinity(call.request.body, tasks, "tasks")
    work.digest(state, encoded(tasks))
    one.tasks = tasks
    if not state.job_seconds:
        one.status = _done(state, one)
        if one.status == "failed":
            raise Refusal(500, _FAILED)
    return json_answer({"import": one.id}, 201)


def _refuse_infinity(body: bytes, value: Json, column: str) -> None:
    """Refuse numbers that are infinite to Python, which no JSON column takes."""
    if not _LARGE.search(body):
        return
    try:
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise Refused(_CHECK.format(column)) from error


def _done(state: State, one: Job) -> str:
    tasks = one.tasks or []
    try:
        project = state.project(one.project)
        made = state.import_tasks(one.project, _checked(project, tasks, commit=one.commit))
    except Refusal as error:
        one.error = _as_python(error.validation)
        return "failed"
    except (Refused, LookupError) as error:
        one.error = str(error)
        return "failed"
    one.ids = [task.id for task in made]
    one.counts = _counted(made) if one.commit else (len(tasks), 0, 0)
    return "completed"


def _counted(made: list[Task]) -> tuple[int, int, int]:
    annotations = sum(len(task.annotations) for task in made)
    return len(made), annotations, sum(len(task.predictions) for task in made)


def _checked(project: Project, rows: list[Json], *, commit: bool) -> list[Json]:
    """Put rows as tasks, or refuse them all; what is not to stay is not checked."""
    if not rows:
        raise Refusal(400, "Validation error", {"non_field_errors": ["load_tasks: No tasks added"]})
    if not commit:
        return []
    if any(not isinstance(row, dict) for row in rows):
        raise Refused("argument of type 'int' is not iterable")
    tasks = [row if "data" in row else {"data": row} for row in rows]
    wrong: list[Json] = []
    for place, task in enumerate(tasks):
        said = _wrong(project, task["data"])
        wrong.append(f"Error at item {place}: {said} :: {rows[place]}" if said else {})
        if sum(map(bool, wrong)) == _MOST_ERRORS:
            wrong[-1] = "..."
            break
    if any(wrong):
        raise Refusal(400, "Validation error", {"non_field_errors": wrong})
    return tasks


def _wrong(project: Project, data: Json) -> str | None:
    """Tell what the labelling interface misses in the data of a task."""
    assumed = ' [assume: item["data"] = task root with values]'
    if not isinstance(data, dict):
        return "Task[data] must be dict or list"
    for tag, name in _SHOWN_BY.findall(project.label_config):
        if name not in data:
            return f'"{name}" key is expected in task data{assumed}'
        kinds = _TAKEN.get(tag)
        if kinds and not isinstance(data[name], kinds):
            named = [kind.__name__ for kind in kinds]
            return (
                f"data['{name}']={data[name]} is of type '{type(data[name]).__name__}', but the "
                f"object tag {tag} expects the following types: {named}{assumed}"
            )
    return None


def _as_python(validation: Json) -> str:
    """Write problems as the traceback of the worker shows them."""
    wrong = validation["non_field_errors"]
    shown = [f"ErrorDetail(string={one!r}, code='invalid')" if one else "{}" for one in wrong]
    return f"[{', '.join(shown)}]"
