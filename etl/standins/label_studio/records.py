"""The rows a Label Studio keeps, with free JSON held encoded so that 100,000 of them fit."""

import json
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from etl.standins.exchange import Json

Spoiled = dict[str, bytes | None]


class Missing(LookupError):
    """Nothing of this kind has this id."""

    def __init__(self, kind: str, wanted: object) -> None:
        super().__init__(f"No {kind} matches the given query.")
        self.wanted = wanted


class Refused(ValueError):
    """The platform's database would not store this."""


def encoded(value: Json) -> bytes:
    """Encode JSON of any kind: integers of any size, NUL, lone surrogates as escapes."""
    try:
        return msgspec.json.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def reordered(value: Json) -> Json:
    """Order the keys of objects as `jsonb` does: short ones first, then by their bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(_utf8(key)), _utf8(key)))
        return {key: reordered(value[key]) for key in keys}
    if isinstance(value, list):
        return [reordered(inner) for inner in value]
    return value


def _utf8(key: str) -> bytes:
    return str(key).encode("utf-8", "surrogatepass")


def decoded(text: bytes) -> Json:
    """Decode what `encoded` made."""
    return json.loads(text)


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """A member of the organisation; `present` turns false when removed from it."""

    id: int
    email: str
    username: str
    first_name: str
    last_name: str
    date_joined: datetime
    last_activity: datetime
    organization: int | None = 1
    spoiled: Spoiled | None = None

    @property
    def present(self) -> bool:
        """Tell whether the user is still a member."""
        return self.organization is not None


@dataclass(slots=True, kw_only=True, eq=False)
class Annotation:
    """What one annotator submitted for one task."""

    id: int
    task: int
    project: int
    result: bytes
    completed_by: int | None
    created_at: datetime
    updated_at: datetime
    updated_by: int | None = None
    was_cancelled: bool = False
    ground_truth: bool = False
    lead_time: float | None = None
    draft_created_at: datetime | None = None
    import_id: int | None = None
    last_action: str | None = None
    bulk_created: bool | None = False
    parent_prediction: int | None = None
    parent_annotation: int | None = None
    last_created_by: int | None = None
    spoiled: Spoiled | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Prediction:
    """What a model proposed for one task."""

    id: int
    task: int
    project: int
    result: bytes
    created_at: datetime
    updated_at: datetime
    score: float | None = None
    model_version: str | None = "undefined"
    cluster: int | None = None
    neighbors: bytes | None = None
    mislabeling: float = 0.0
    model: int | None = None
    model_run: int | None = None
    spoiled: Spoiled | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """Work somebody has not submitted; it never bumps its task."""

    id: int
    task: int
    user: int
    result: bytes
    created_at: datetime
    updated_at: datetime
    annotation: int | None = None
    lead_time: float | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Task:
    """One thing to annotate, with its children and its last encoded form."""

    id: int
    inner_id: int
    project: int
    data: bytes
    created_at: datetime
    updated_at: datetime
    meta: bytes = b"{}"
    overlap: int = 1
    is_labeled: bool = False
    total_annotations: int = 0
    cancelled_annotations: int = 0
    total_predictions: int = 0
    updated_by: int | None = None
    file_upload: str | None = None
    poisonous: bool = False
    annotations: list[Annotation] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    drafts: list[Draft] | None = None
    spoiled: Spoiled | None = None
    shaped: tuple[object, int, bytes] | None = None

    def recount(self) -> None:
        """Bring counters and `is_labeled` up to date, without a bump."""
        self.cancelled_annotations = sum(one.was_cancelled for one in self.annotations)
        self.total_annotations = len(self.annotations) - self.cancelled_annotations
        self.total_predictions = len(self.predictions)
        self.is_labeled = self.total_annotations >= self.overlap
        self.shaped = None


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """An import that is followed; it keeps what it was sent, and no time of its end.

    One without `tasks` never begins: they could not be stored.
    """

    id: int
    project: int
    tasks: list[Json] | None
    commit: bool
    return_ids: bool
    created_at: datetime
    due: datetime
    status: str = "created"
    error: str | None = None
    counts: tuple[int, int, int] = (0, 0, 0)
    ids: list[int] = field(default_factory=list)


@dataclass(slots=True, kw_only=True, eq=False)
class Project:
    """A project, its visible tasks in the order of their ids, and its settings."""

    id: int
    title: str
    label_config: str
    created_at: datetime
    created_by: int | None
    organization: int = 1
    maximum_annotations: int = 1
    inner_ids: int = 0
    version: int = 0
    settings: dict[str, Json] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    summed: tuple[int, list[int], list[int]] = field(default_factory=lambda: (-1, [], []))
    counted: tuple[int, dict[str, int]] = field(default_factory=lambda: (-1, {}))
    spoiled: Spoiled | None = None
