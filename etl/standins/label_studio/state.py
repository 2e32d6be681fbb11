"""Everything a Label Studio holds, and the writes with exactly the bumps each one makes."""

from __future__ import annotations

from bisect import bisect_left, insort
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

from etl.standins.clock import Clock
from etl.standins.label_studio import labour, proposals, spoiling, work
from etl.standins.label_studio.keys import Keys
from etl.standins.label_studio.records import (
    Annotation,
    Draft,
    Job,
    Missing,
    Prediction,
    Project,
    Task,
    User,
    encoded,
    reordered,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.standins.exchange import Json

_Row = TypeVar("_Row")


class State:
    """The organisation with its rows; one lock, so any thread may call anything."""

    def __init__(self, backend: str = "sqlite", clock: Clock | None = None) -> None:
        """Start empty but for one user; `backend` is `sqlite` or `postgres`."""
        if backend not in {"sqlite", "postgres"}:
            message = f"backend {backend!r} is neither 'sqlite' nor 'postgres'"
            raise ValueError(message)
        self.backend = backend
        self.clock = clock or Clock()
        self.lock = RLock()
        self.epoch = 0
        self.page_size_max: int | None = None
        self.projects: dict[int, Project] = {}
        self.users: dict[int, User] = {}
        self.tasks: dict[int, Task] = {}
        self.annotations: dict[int, Annotation] = {}
        self.predictions: dict[int, Prediction] = {}
        self.drafts: dict[int, Draft] = {}
        self.uncommitted: list[Task] = []
        self.edition, self.job_seconds = "Community", 0.0  # any other edition imports by jobs
        self.jobs: dict[int, Job] = {}
        self.keys = Keys(reused=backend == "sqlite")
        self.organization: dict[str, Json] = {
            "id": 1,
            "title": "Label Studio",
            "contact_info": None,
            "created_at": self.clock.now(),
        }
        self.add_user("admin@example.com")

    # Users

    def add_user(self, email: str, first_name: str = "", last_name: str = "") -> User:
        """Add a member of the organisation."""
        with self.lock:
            now = self.clock.now()
            user = User(
                id=self.keys.take("user"),
                email=email,
                username=email.partition("@")[0],
                first_name=first_name,
                last_name=last_name,
                date_joined=now,
                last_activity=now,
            )
            self.users[user.id] = user
            return user

    def remove_member(self, user_id: int) -> None:
        """Take a user out of the organisation: the token lives on, the data is gone."""
        with self.lock:
            self.user(user_id).organization = None
            self.epoch += 1

    def restore_member(self, user_id: int) -> None:
        """Let a removed user back in."""
        with self.lock:
            self.user(user_id).organization = 1
            self.epoch += 1

    def delete_user(self, user_id: int) -> None:
        """Delete for good: `completed_by` and `updated_by` turn null, nothing is bumped."""
        with self.lock:
            del self.users[self.user(user_id).id]
            for annotation in self.annotations.values():
                if annotation.completed_by == user_id:
                    annotation.completed_by = None
                if annotation.updated_by == user_id:
                    annotation.updated_by = None
            for task in self.tasks.values():
                if task.updated_by == user_id:
                    task.updated_by = None
            self.epoch += 1

    def user(self, user_id: int) -> User:
        """Look a user up."""
        return found(self.users, user_id, "User")

    # Projects

    def add_project(
        self,
        title: str = "New project",
        label_config: str = "<View></View>",
        *,
        created_by: int | None = 1,
        organization: int = 1,
        maximum_annotations: int = 1,
        **settings: Json,
    ) -> Project:
        """Add a project; `settings` are any other fields of the API."""
        with self.lock:
            project = Project(
                id=self.keys.take("project"),
                title=title,
                label_config=label_config,
                created_at=self.clock.now(),
                created_by=created_by,
                organization=organization,
                maximum_annotations=maximum_annotations,
                settings=settings,
            )
            self.projects[project.id] = project
            return project

    def patch_project(self, project_id: int, **changes: Json) -> Project:
        """Change settings; a new `maximum_annotations` recounts tasks without a bump."""
        with self.lock:
            project = self.project(project_id)
            for name in ("title", "label_config", "maximum_annotations"):
                if name in changes:
                    setattr(project, name, changes.pop(name))
            project.settings |= changes
            for task in project.tasks:
                if task.overlap != project.maximum_annotations:
                    task.overlap = project.maximum_annotations
                    task.recount()
            project.version += 1
            return project

    def delete_project(self, project_id: int) -> None:
        """Delete for good with everything inside."""
        with self.lock:
            for task in reversed(list(self.project(project_id).tasks)):
                self.delete_task(task.id)
            self.forget(self.projects, project_id, "project")

    def project(self, project_id: int) -> Project:
        """Look a project up."""
        return found(self.projects, project_id, "Project")

    # Tasks and what hangs on them

    add_task = work.add_task
    import_tasks = work.import_tasks
    release = work.release
    patch_task = work.patch_task
    delete_task = work.delete_task
    set_data_silently = work.set_data_silently
    delete_file_upload = work.delete_file_upload
    add_annotation = labour.add_annotation
    patch_annotation = labour.patch_annotation
    delete_annotation = labour.delete_annotation
    add_draft = labour.add_draft
    delete_draft = labour.delete_draft
    add_prediction = proposals.add_prediction
    patch_prediction = proposals.patch_prediction
    delete_prediction = proposals.delete_prediction
    import_predictions = proposals.import_predictions
    spoil = spoiling.spoil
    spoil_annotation = spoiling.spoil_annotation
    spoil_prediction = spoiling.spoil_prediction
    spoil_project = spoiling.spoil_project
    spoil_user = spoiling.spoil_user
    poison = spoiling.poison

    def task(self, task_id: int) -> Task:
        """Look a committed task up."""
        return found(self.tasks, task_id, "Task")

    def annotation(self, annotation_id: int) -> Annotation:
        """Look an annotation up."""
        return found(self.annotations, annotation_id, "Annotation")

    def prediction(self, prediction_id: int) -> Prediction:
        """Look a prediction up."""
        return found(self.predictions, prediction_id, "Prediction")

    # What every write goes through

    def touch(self, task: Task) -> None:
        """Drop what is remembered of a task, without a bump."""
        task.shaped = None
        self.project(task.project).version += 1

    def bump(self, task: Task, by: int | None) -> None:
        """Stamp a task as changed now, and recount it."""
        task.updated_at = self.clock.now()
        task.updated_by = by
        task.recount()
        self.touch(task)

    def store(self, value: Json) -> bytes:
        """Encode free JSON as the database keeps it: PostgreSQL reorders the keys."""
        return encoded(reordered(value) if self.backend == "postgres" else value)

    def install(self, task: Task) -> None:
        """Make a task and its children visible, at its place in the order of ids."""
        project = self.project(task.project)
        if not project.ids or task.id > project.ids[-1]:
            project.ids.append(task.id)
            project.tasks.append(task)
        else:
            place = bisect_left(project.ids, task.id)
            insort(project.ids, task.id)
            project.tasks.insert(place, task)
        self.tasks[task.id] = task
        self.annotations |= {one.id: one for one in task.annotations}
        self.predictions |= {one.id: one for one in task.predictions}
        self.touch(task)

    def forget(self, rows: dict[int, _Row], key: int, kind: str) -> None:
        """Delete a row for good and free its id."""
        del rows[key]
        # Ids of rows that are not committed yet are taken, though not to be seen.
        if not self.uncommitted:
            self.keys.freed(kind, key, rows)


def found(rows: Mapping[int, _Row], key: int, kind: str) -> _Row:
    """Return the row or say which kind is missing."""
    row = rows.get(key)
    if row is None:
        raise Missing(kind, key)
    return row
