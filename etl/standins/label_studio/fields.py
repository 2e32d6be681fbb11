"""The fields of every serializer in its order, each with where its value comes from."""

from __future__ import annotations

import statistics
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.standins.exchange import Json
    from etl.standins.label_studio.records import Annotation, Draft, Prediction, Task
    from etl.standins.label_studio.state import State

# Without `fields=all` these keys are absent ...
ONLY_WHOLE = frozenset(
    {
        "annotations",
        "predictions",
        "completed_at",
        "predictions_score",
        "avg_lead_time",
        "draft_exists",
    }
)
# ... and these are there, but hold nothing real.
NOT_REAL: dict[str, Json] = {
    "drafts": [],
    "annotators": [],
    "annotations_results": "",
    "predictions_results": "",
    "file_upload": None,
    "storage_filename": None,
    "annotations_ids": "",
    "predictions_model_versions": "",
}


def _plain(name: str) -> Callable[[State, Json], Json]:
    return lambda _state, row: getattr(row, name)


def _encoded(name: str) -> Callable[[State, Json], Json]:
    def get(_state: State, row: Json) -> Json:
        text = getattr(row, name)
        return None if text is None else msgspec.Raw(text)

    return get


def _always(value: Json) -> Callable[[State, Json], Json]:
    return lambda _state, _row: value


def _ago(state: State, row: Json) -> str:
    return since(row.created_at, state.clock.now())


def since(then: datetime, now: datetime) -> str:
    """Say how long ago in at most two units, as Django's `timesince` does."""
    rest, parts = int((now - then) / timedelta(minutes=1)), []
    for unit, minutes in (("week", 10080), ("day", 1440), ("hour", 60), ("minute", 1)):
        count, rest = divmod(max(rest, 0), minutes)
        if count:
            parts.append(f"{count}\xa0{unit}{'s' if count > 1 else ''}")
        elif parts:
            break
    return ", ".join(parts[:2]) or "0\xa0minutes"


def _created_username(state: State, row: Annotation) -> str:
    user = state.users.get(row.completed_by or 0)
    if user is None:
        return ""
    name = f"{user.first_name} {user.last_name}" if user.last_name else user.first_name
    return f"{name} {user.email}, {user.id}"


def completed_at(row: Task) -> datetime | None:
    """When the newest annotation of a labelled task was created."""
    return row.annotations[-1].created_at if row.is_labeled and row.annotations else None


def _updated_by(_state: State, row: Task) -> Json:
    return [{"user_id": row.updated_by}] if row.updated_by else []


def _annotators(_state: State, row: Task) -> list[int]:
    return sorted({one.completed_by for one in row.annotations if one.completed_by})


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _avg_lead_time(_state: State, row: Task) -> float | None:
    return _mean([one.lead_time for one in row.annotations if one.lead_time is not None])


def _predictions_score(_state: State, row: Task) -> float | None:
    return _mean([one.score for one in row.predictions if one.score is not None])


def _pretty(rows: list[Json]) -> str:
    joined = ",".join(row.result.decode("utf-8", "replace") for row in rows)
    return joined[:500].replace(',"', ', "').replace("],[", "] [").replace('"', "")


def _annotation_ids(_state: State, row: Task) -> str:
    return ",".join(str(one.id) for one in row.annotations)


def _model_versions(_state: State, row: Task) -> str:
    return ",".join(sorted({one.model_version or "" for one in row.predictions}))


def draft(state: State, row: Draft) -> Json:
    """Make a draft ready to encode; its `user` is an e-mail address."""
    owner = state.users.get(row.user)
    return {
        "id": row.id,
        "user": owner.email if owner else None,
        "created_username": owner.email if owner else "",
        "created_ago": _ago(state, row),
        "result": msgspec.Raw(row.result),
        "lead_time": row.lead_time,
        "was_postponed": False,
        "import_id": None,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "task": row.task,
        "annotation": row.annotation,
    }


TASK: dict[str, Callable[[State, Task], Json]] = {
    "id": _plain("id"),
    "predictions": _always(()),
    "annotations": _always(()),
    "drafts": _always(()),
    "annotators": _annotators,
    "inner_id": _plain("inner_id"),
    "cancelled_annotations": _plain("cancelled_annotations"),
    "total_annotations": _plain("total_annotations"),
    "total_predictions": _plain("total_predictions"),
    "completed_at": lambda _state, row: completed_at(row),
    "annotations_results": lambda _state, row: _pretty(list(row.annotations)),
    "predictions_results": lambda _state, row: _pretty(list(row.predictions)),
    "predictions_score": _predictions_score,
    "file_upload": _plain("file_upload"),
    "storage_filename": _always(None),
    "annotations_ids": _annotation_ids,
    "predictions_model_versions": _model_versions,
    "avg_lead_time": _avg_lead_time,
    "draft_exists": lambda _state, row: bool(row.drafts),
    "updated_by": _updated_by,
    "data": _encoded("data"),
    "meta": _encoded("meta"),
    "created_at": _plain("created_at"),
    "updated_at": _plain("updated_at"),
    "is_labeled": _plain("is_labeled"),
    "overlap": _plain("overlap"),
    "comment_count": _always(0),
    "unresolved_comment_count": _always(0),
    "last_comment_updated_at": _always(None),
    "project": _plain("project"),
    "comment_authors": _always(()),
}

ANNOTATION: dict[str, Callable[[State, Annotation], Json]] = {
    "id": _plain("id"),
    "result": _encoded("result"),
    "created_username": _created_username,
    "created_ago": _ago,
    **{
        name: _plain(name)
        for name in (
            "completed_by",
            "was_cancelled",
            "ground_truth",
            "created_at",
            "updated_at",
            "draft_created_at",
            "lead_time",
            "import_id",
            "last_action",
            "bulk_created",
            "task",
            "project",
            "updated_by",
            "parent_prediction",
            "parent_annotation",
            "last_created_by",
        )
    },
}

PREDICTION: dict[str, Callable[[State, Prediction], Json]] = {
    "id": _plain("id"),
    "result": _encoded("result"),
    "model_version": _plain("model_version"),
    "created_ago": _ago,
    "score": _plain("score"),
    "cluster": _plain("cluster"),
    "neighbors": _encoded("neighbors"),
    **{
        name: _plain(name)
        for name in (
            "mislabeling",
            "created_at",
            "updated_at",
            "model",
            "model_run",
            "task",
            "project",
        )
    },
}
