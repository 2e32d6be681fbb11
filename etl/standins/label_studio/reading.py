"""The GET endpoints."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlencode

import msgspec

from etl.standins.exchange import Answer, Json, json_answer
from etl.standins.label_studio import fields, query, registry, serialize
from etl.standins.label_studio.columns import Invalid
from etl.standins.label_studio.refusals import FORBIDDEN, VERSION, Refusal, html, invalid

if TYPE_CHECKING:
    from etl.standins.label_studio.call import Call
    from etl.standins.label_studio.records import Project

_PAGE_OF_TASKS = 100
_PAGE_OF_PROJECTS = 30
_MOST_PROJECTS = 100
# `next` names the address the server knows itself by, not the one it was reached at.
_INTERNAL_HOST = "http://localhost:8080"


def health(_call: Call) -> Answer:
    """Say that the server is there; needs no credentials."""
    return json_answer({"status": "UP"})


def version(call: Call) -> Answer:
    """Tell the versions of everything; needs no credentials."""
    package = {
        "version": VERSION,
        "short_version": "1.23",
        "latest_version_from_pypi": VERSION,
        "latest_version_upload_time": "2026-06-30T12:00:00",
        "current_version_is_outdated": False,
    }
    backend = {"message": "release", "commit": "", "date": "", "branch": "", "version": VERSION}
    return json_answer(
        {
            "release": VERSION,
            "label-studio-os-package": package,
            "label-studio-os-backend": backend,
            "label-studio-converter": {"version": "2.1.2"},
            "edition": call.state.edition,
        }
    )


def whoami(call: Call) -> Answer:
    """Tell who is calling; a removed member has no active organisation."""
    return json_answer(registry.whoami(call.state, call.user))


def users(call: Call) -> Answer:
    """List all users, unpaginated."""
    return json_answer([registry.user(call.state, row) for row in call.state.users.values()])


def organizations(call: Call) -> Answer:
    """List the caller's organisations."""
    return json_answer([call.state.organization] if call.user.present else [])


def organization(call: Call) -> Answer:
    """Show one organisation, with the invite token it leaks."""
    if not call.user.present or call.ids[0] != call.state.organization["id"]:
        raise Refusal(404, "No Organization matches the given query.")
    return json_answer({**call.state.organization, "token": "invite-0123456789", "created_by": 1})


def projects(call: Call) -> Answer:
    """List projects, a page at a time."""
    return _projects(call, tuple(registry.PROJECT))


def project_counts(call: Call) -> Answer:
    """List the counters of projects, a page at a time."""
    return _projects(call, ("id", *registry.COUNTS))


def project(call: Call) -> Answer:
    """Show one project."""
    wanted = serialize.sparse(call.param("include"), call.param("omit"))
    names = registry.PROJECT
    return json_answer(serialize.row(call.state, call.project(), names, names, wanted))


def model_versions(call: Call) -> Answer:
    """Count predictions by model version, newest first."""
    latest: dict[str | None, Json] = {}
    for task in call.project().tasks:
        for one in task.predictions:
            seen = latest.setdefault(one.model_version, [0, one.created_at])
            seen[0] += one.model_version is not None  # counted by the name itself
            seen[1] = max(seen[1], one.created_at)
    newest_first = sorted(latest.items(), key=lambda item: item[1][1], reverse=True)
    if not call.flag("extended", default=False):
        return json_answer({name: count for name, (count, _) in newest_first})
    static = [
        {"model_version": name, "count": count, "latest": when}
        for name, (count, when) in newest_first
    ]
    return json_answer({"static": static, "live": None})


def tasks(call: Call) -> Answer:
    """List the tasks of a project: the endpoint to mirror from."""
    selection = query.select(_queried_project(call), _query(call))
    largest = call.state.page_size_max
    page, _, _ = call.page(selection.tasks, size=_PAGE_OF_TASKS, largest=largest)
    wanted = call.shape(
        whole=call.param("fields") == "all",
        include=call.param("include"),
        omit=call.param("omit"),
        resolved=call.flag("resolve_uri", default=True),
        caller=call.user.id,
    )
    if "data" in wanted.task and any(row.poisonous for row in page):
        return html(500)
    rows = b",".join([serialize.task(call.state, row, wanted) for row in page])
    head = (
        f'{{"total_annotations":{selection.total_annotations},'
        f'"total_predictions":{selection.total_predictions},'
        f'"total":{len(selection.tasks)},"tasks":['
    )
    return Answer(body=head.encode() + rows + b"]}")


def task(call: Call) -> Answer:
    """Show one task with everything in it."""
    row = call.task()
    if row.poisonous:
        return html(500)
    wanted = call.shape(
        whole=True,
        include=call.param("include"),
        omit=call.param("omit"),
        resolved=call.flag("resolve_uri", default=True),
        caller=call.user.id,
    )
    return Answer(body=serialize.task(call.state, row, wanted))


def task_annotations(call: Call) -> Answer:
    """List the annotations of a task, without the skipped ones."""
    rows = [one for one in call.task().annotations if not one.was_cancelled]
    return json_answer([serialize.annotation(call.state, one) for one in rows])


def task_drafts(call: Call) -> Answer:
    """List the drafts of all users for a task."""
    return json_answer([fields.draft(call.state, one) for one in call.task().drafts or ()])


def annotation(call: Call) -> Answer:
    """Show one annotation."""
    return json_answer(serialize.annotation(call.state, call.state.annotation(call.ids[0])))


def predictions(call: Call) -> Answer:
    """List all predictions of a project or a task, unpaginated."""
    state, task_id = call.state, call.integer("task")
    project_id = call.integer("project") or call.integer("task__project")
    if project_id is not None and project_id not in state.projects:
        raise invalid(project="Select a valid choice. That choice is not one of the available.")
    if task_id is not None and task_id not in state.tasks:
        raise invalid(task="Select a valid choice. That choice is not one of the available.")
    rows = [
        one
        for one in state.predictions.values()
        if (task_id is None or one.task == task_id)
        and (project_id is None or one.project == project_id)
        and state.project(one.project).organization == call.user.organization
    ]
    return Answer(body=msgspec.json.encode([serialize.prediction(state, one) for one in rows]))


def prediction(call: Call) -> Answer:
    """Show one prediction."""
    return json_answer(serialize.prediction(call.state, call.state.prediction(call.ids[0])))


def _queried_project(call: Call) -> Project:
    if call.param("project") is None and call.param("view") is None:
        raise Refusal(404, "Neither project nor view id specified")
    project_id = call.integer("project")
    if project_id is None:
        raise Refusal(404, "No View matches the given query.")
    project = call.state.project(project_id)
    if project.organization != call.user.organization:
        raise Refusal(403, FORBIDDEN)
    return project


def _query(call: Call) -> Json:
    text = call.param("query")
    if text is None:
        return call.body()
    try:
        return json.loads(unquote(text))  # once too often: the address is decoded already
    except ValueError as error:
        raise Invalid(500, str(error)) from error


def _projects(call: Call, names: tuple[str, ...]) -> Answer:
    rows = _ordered(call, [row for row in call.state.projects.values() if _wanted(call, row)])
    page, number, pages = call.page(rows, size=_PAGE_OF_PROJECTS, largest=_MOST_PROJECTS)
    wanted = serialize.sparse(call.param("include"), call.param("omit"))
    return json_answer(
        {
            "count": len(rows),
            "next": _address(call, number + 1) if number < pages else None,
            "previous": _address(call, number - 1) if number > 1 else None,
            "results": [
                serialize.row(call.state, row, registry.PROJECT, names, wanted) for row in page
            ],
        }
    )


def _wanted(call: Call, row: Project) -> bool:
    listed, title = call.param("ids"), call.param("title")
    if row.organization != call.user.organization:
        return False
    if listed and str(row.id) not in listed.split(","):
        return False
    return not title or title.lower() in row.title.lower()


def _ordered(call: Call, rows: list[Project]) -> list[Project]:
    name = (call.param("ordering") or "").split(",")[0]
    get = registry.PROJECT.get(name.lstrip("-"))
    if get is None:
        # Unknown orderings are ignored in silence, `updated_at` among them.
        return sorted(rows, key=lambda row: row.created_at, reverse=True)
    state = call.state
    return sorted(rows, key=lambda row: get(state, row), reverse=name.startswith("-"))


def _address(call: Call, number: int) -> str:
    kept = [pair for pair in call.request.params if pair[0] != "page"]
    return f"{_INTERNAL_HOST}{call.request.path}?{urlencode([*kept, ('page', number)])}"
