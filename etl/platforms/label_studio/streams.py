"""Label Studio's streams, and how each is read.

References are to https://api.labelstud.io/api-reference. What the documentation leaves out was
measured on a server of version 1.23.2.
"""

from __future__ import annotations

from etl.platforms.label_studio import (
    checking,
    controls,
    left_out,
    login,
    predicting,
    proof,
    results,
    walks,
)
from etl.platforms.label_studio.tables import (
    Annotation,
    Control,
    ControlLabel,
    Import,
    ImportItem,
    Prediction,
    Project,
    Relation,
    Result,
    ResultLabel,
    Task,
    User,
)
from etl.stream import Deletion, Exploded, Nested, Option, Parts, Platform, Shape, Stream
from etl.tables import Mirrored
from etl.walk import Adding, Digest, Inside

OF_PROJECT = Parts(stream="projects", table=Project, column="project_id", title="title")
RESULT_TABLES: dict[type[Mirrored], tuple[str, ...]] = {
    Result: results.ResultRow.__struct_fields__,
    ResultLabel: results.LabelRow._fields,
    Relation: results.RelationRow._fields,
}

USERS = Stream(
    name="users",
    shape=Shape(table=User, drop=frozenset({"permissions"})),
    walk=walks.users,
    changes="complete listing, compared by content",
    deletion=Deletion.COMPLETE_LISTING,
)

PROJECTS = Stream(
    name="projects",
    shape=Shape(
        table=Project,
        drop=left_out.OF_PROJECTS,
        secret=left_out.SECRETS,
        exploded=(
            Exploded(
                of="parsed_label_config",
                tables={
                    Control: controls.ControlRow._fields,
                    ControlLabel: controls.LabelRow._fields,
                },
                rows=controls.explode,
                inherit=(("id", "project_id"),),
                root="project_id",
            ),
        ),
    ),
    walk=walks.projects,
    changes="complete listing, compared by content",
    deletion=Deletion.COMPLETE_LISTING,
)

ANNOTATION = Shape(
    table=Annotation,
    drop=left_out.OF_ANNOTATIONS | {"task", "project"},  # the task it lies in says both
    exploded=(
        Exploded(
            of="result",
            tables=RESULT_TABLES,
            rows=results.explode,
            inherit=(("id", "owner_id"), ("task_id", "task_id"), ("project_id", "project_id")),
            constants={"owner": "annotation"},
            root="task_id",
            owner="owner_id",
        ),
    ),
)

TASKS = Stream(
    name="tasks",
    shape=Shape(
        table=Task,
        drop=left_out.OF_TASKS,
        nested=(
            Nested(
                of="annotations",
                shape=ANNOTATION,
                inherit=(("id", "task_id"), ("project_id", "project_id")),
                root="task_id",
            ),
        ),
    ),
    walk=walks.tasks,
    changes="updated_at, with lookback; counts of tasks, annotations and predictions",
    deletion=Deletion.COUNTS,
    parts=OF_PROJECT,
    digest=Digest(
        Task,
        by="updated_at",
        sums=("total_annotations", "total_predictions"),
        adding=Adding(Annotation, "task_id", says="total_annotations", unless="was_cancelled"),
    ),
    proof=proof.prove,
    check=checking.tasks,
)

PREDICTIONS = Stream(
    name="predictions",
    shape=Shape(
        table=Prediction,
        drop=frozenset({"created_ago"}),
        exploded=(
            Exploded(
                of="result",
                tables=RESULT_TABLES,
                rows=results.explode,
                inherit=(("id", "owner_id"), ("task_id", "task_id"), ("project_id", "project_id")),
                constants={"owner": "prediction"},
                root="owner_id",
                owner="owner_id",
            ),
        ),
    ),
    walk=predicting.predictions,
    changes="model versions and their counts, and the tasks' updated_at",
    deletion=Deletion.COMPLETE_LISTING,
    parts=OF_PROJECT,
    digest=Digest(Task, by="updated_at", sums=("total_predictions",)),
    check=checking.predictions,
    within=Inside(Task, "task_id"),
)

LABEL_STUDIO = Platform(
    name="label_studio",
    title="Label Studio",
    options=(
        Option(
            name="token",
            about="legacy token or personal access token (Account & Settings in Label Studio)",
            required=True,
            secret=True,
            in_header=True,
        ),
    ),
    streams=(USERS, PROJECTS, TASKS, PREDICTIONS),
    tables=(Import, ImportItem),
    authorise=login.authorise,
    identify=login.identify,
    explain=login.explain,
    restrict="projects",
)
