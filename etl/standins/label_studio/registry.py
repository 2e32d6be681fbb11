"""Projects, users and the organisation as the JSON of the API."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from etl.standins.label_studio import controls, serialize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Project, User
    from etl.standins.label_studio.state import State

_DELETED = {"username": "Deleted", "first_name": "Deleted", "last_name": "User", "email": "Deleted"}

# Settings a project has until somebody changes them.
_SETTINGS: dict[str, Json] = {
    "description": "",
    "expert_instruction": "",
    "show_instruction": False,
    "show_skip_button": True,
    "enable_empty_annotation": True,
    "show_annotation_history": False,
    "color": "#FFFFFF",
    "is_published": False,
    "model_version": "",
    "is_draft": False,
    "min_annotations_to_start_training": 0,
    "start_training_on_annotation_update": False,
    "show_collab_predictions": True,
    "sampling": "Sequential sampling",
    "show_ground_truth_first": False,
    "annotator_evaluation_enabled": False,
    "show_overlap_first": False,
    "overlap_cohort_percentage": 100,
    "task_data_login": "storage-user",
    "task_data_password": "storage-secret",
    "control_weights": {},
    "evaluate_predictions_automatically": False,
    "skip_queue": "REQUEUE_FOR_OTHERS",
    "reveal_preannotations_interactively": False,
    "pinned_at": None,
}


def tally(project: Project) -> dict[str, int]:
    """Count what a project holds; counted anew only after a write."""
    if project.counted[0] != project.version:
        project.counted = (project.version, _tally(project))
    return project.counted[1]


def _tally(project: Project) -> dict[str, int]:
    tasks = project.tasks
    truths = sum(one.ground_truth for task in tasks for one in task.annotations)
    skipped = sum(task.cancelled_annotations for task in tasks)
    done = sum(task.total_annotations for task in tasks)
    return {
        "task_number": len(tasks),
        "finished_task_number": sum(task.is_labeled for task in tasks),
        "total_predictions_number": sum(task.total_predictions for task in tasks),
        "total_annotations_number": done,
        "num_tasks_with_annotations": sum(task.total_annotations > 0 for task in tasks),
        "useful_annotation_number": done - truths,
        "ground_truth_number": truths,
        "skipped_annotations_number": skipped,
    }


def user(state: State, row: User) -> Json:
    """Make a user ready to encode; a removed one is shown as deleted."""
    value = serialize.row(state, row, USER, USER)
    return value if row.present else value | _DELETED


def whoami(state: State, row: User) -> Json:
    """Make the caller ready to encode."""
    return serialize.row(state, row, USER, USER) | {"permissions": list(_PERMISSIONS)}


def organization(state: State) -> Json:
    """Make the organisation ready to encode, without the token its detail leaks."""
    return dict(state.organization)


def _initials(row: User) -> str:
    if not row.present:
        return "DU"
    return (row.first_name[:1] + row.last_name[:1] or row.email[:2]).upper()


def _organization_meta(state: State, row: User) -> Json:
    if not row.present:
        return {"title": "", "email": ""}
    return {"title": state.organization["title"], "email": next(iter(state.users.values())).email}


USER: Mapping[str, Callable[[State, User], Json]] = {
    "id": lambda _state, row: row.id,
    "first_name": lambda _state, row: row.first_name,
    "last_name": lambda _state, row: row.last_name,
    "username": lambda _state, row: row.username,
    "email": lambda _state, row: row.email,
    "last_activity": lambda _state, row: row.last_activity,
    "custom_hotkeys": lambda _state, _row: {},
    "avatar": lambda _state, _row: None,
    "initials": lambda _state, row: _initials(row),
    "phone": lambda _state, _row: "",
    "active_organization": lambda _state, row: row.organization,
    "active_organization_meta": _organization_meta,
    "allow_newsletters": lambda _state, _row: None,
    "date_joined": lambda _state, row: row.date_joined,
}

_PERMISSIONS = (
    "organizations.view",
    "projects.view",
    "projects.change",
    "tasks.view",
    "annotations.view",
    "predictions.any",
)


def _created_by(state: State, row: Project) -> Json:
    owner = state.users.get(row.created_by or 0)
    if owner is None:
        return None
    shown = user(state, owner)
    return {name: shown[name] for name in ("id", "first_name", "last_name", "email", "avatar")}


def _setting(name: str) -> Callable[[State, Project], Json]:
    return lambda _state, row: row.settings.get(name, _SETTINGS[name])


def _count(name: str) -> Callable[[State, Project], Json]:
    return lambda _state, row: tally(row)[name]


def _plain(name: str) -> Callable[[State, Project], Json]:
    return lambda _state, row: getattr(row, name)


def _parsed(_state: State, row: Project) -> Json:
    return controls.parsed(row.label_config)


def _bulk_ready(_state: State, row: Project) -> bool:
    return not re.search(r"Labels|perRegion|perItem", row.label_config)


COUNTS = (
    "task_number",
    "finished_task_number",
    "total_predictions_number",
    "total_annotations_number",
    "num_tasks_with_annotations",
    "useful_annotation_number",
    "ground_truth_number",
    "skipped_annotations_number",
)

PROJECT: Mapping[str, Callable[[State, Project], Json]] = {
    **{
        name: _plain(name)
        for name in ("id", "title", "label_config", "organization", "maximum_annotations")
    },
    **{name: _setting(name) for name in _SETTINGS},
    "created_by": _created_by,
    "created_at": _plain("created_at"),
    **{name: _count(name) for name in COUNTS},
    "parsed_label_config": _parsed,
    "config_has_control_tags": lambda state, row: bool(_parsed(state, row)),
    "config_suitable_for_bulk_annotation": _bulk_ready,
    "queue_total": lambda _state, row: tally(row)["task_number"],
    "queue_done": lambda _state, row: tally(row)["finished_task_number"],
    "state": lambda _state, _row: None,
}
