"""COCO Annotator's streams, and how each is read.

The API is documented nowhere but in its source, https://github.com/jsbroks/coco-annotator; what
is said here of its answers was measured on a server of version 0.11.1.
"""

from __future__ import annotations

from etl.platforms.coco_annotator import annotating, checking, images, login, records, walks
from etl.platforms.coco_annotator.tables import (
    Annotation,
    AnnotationEvent,
    Category,
    Dataset,
    Export,
    Image,
    ImageEvent,
    Task,
    User,
)
from etl.stream import Deletion, Exploded, Option, Parts, Platform, Shape, Stream
from etl.walk import Gate

CONTENT = "read whole, compared by content"

DATASETS = Stream(
    name="datasets",
    shape=Shape(table=Dataset, mend=records.local, deleted="deleted", deleted_on="deleted_date"),
    walk=walks.datasets,
    changes=CONTENT,
    deletion=Deletion.COMPLETE_LISTING,
)

CATEGORIES = Stream(
    name="categories",
    shape=Shape(table=Category, mend=records.local, deleted="deleted", deleted_on="deleted_date"),
    walk=walks.categories,
    changes=CONTENT,
    deletion=Deletion.FLAG_AND_LISTING,
)

IMAGES = Stream(
    name="images",
    shape=Shape(
        table=Image,
        mend=records.local,
        deleted="deleted",
        deleted_on="deleted_date",
        exploded=(
            Exploded(
                of="events",
                tables={ImageEvent: records.EVENT_COLUMNS},
                rows=records.events,
                inherit=(("id", "image_id"), ("dataset_id", "dataset_id")),
                root="image_id",
            ),
        ),
    ),
    walk=images.images,
    check=checking.check_images,
    changes=CONTENT,
    deletion=Deletion.COMPLETE_LISTING,
    ordered=True,
)

ANNOTATIONS = Stream(
    name="annotations",
    shape=Shape(
        table=Annotation,
        mend=records.local,
        drop=frozenset({"paper_object"}),  # how the interface draws it; only single answers have it
        deleted="deleted",
        deleted_on="deleted_date",
        exploded=(
            Exploded(
                of="events",
                tables={AnnotationEvent: records.EVENT_COLUMNS},
                rows=records.events,
                inherit=(
                    ("id", "annotation_id"),
                    ("image_id", "image_id"),
                    ("dataset_id", "dataset_id"),
                ),
                root="annotation_id",
            ),
        ),
    ),
    walk=annotating.each_annotation,
    check=checking.check_annotations,
    changes=f"{CONTENT}; above {annotating.WHOLE_ARRAY:,} by changed images, whole once a day",
    deletion=Deletion.FLAG_AND_LISTING,
    gate=Gate(Image, "image_id"),
)

USERS = Stream(
    name="users",
    shape=Shape(
        table=User,
        mend=records.universal,
        drop=frozenset({"preferences"}),
        secret=frozenset({"password"}),
    ),
    walk=walks.users,
    changes=CONTENT,
    deletion=Deletion.COMPLETE_LISTING,
)

EXPORTS = Stream(
    name="exports",
    shape=Shape(table=Export, mend=records.universal, drop=frozenset({"ago"})),
    walk=walks.exports,
    check=walks.check_exports,
    changes="new ids; an export never changes",
    deletion=Deletion.COMPLETE_LISTING,
    parts=Parts(stream="datasets", table=Dataset, column="dataset_id", title="name"),
)

TASKS = Stream(
    name="tasks",
    shape=Shape(table=Task),
    walk=walks.tasks,
    changes=CONTENT,
    deletion=Deletion.COMPLETE_LISTING,
)

COCO_ANNOTATOR = Platform(
    name="coco_annotator",
    title="COCO Annotator",
    options=(
        Option(name="username", about="account; leave it out where the login is disabled"),
        Option(name="password", about="password of the account", secret=True, env="COCO_PASSWORD"),
        Option(
            name="annotated",
            about="true: only annotated images, false: only the others",
            kind=bool,
            restricts=True,
        ),
        Option(name="folder", about="only images in this folder of their dataset", restricts=True),
        Option(
            name="categories",
            about="only images annotated with one of these, by name or id",
            kind=tuple,
            restricts=True,
        ),
    ),
    streams=(DATASETS, CATEGORIES, IMAGES, ANNOTATIONS, USERS, EXPORTS, TASKS),
    authorise=login.authorise,
    identify=login.identify,
    explain=login.explain,
    restrict="datasets",
    called="boxes",
    page_size=1_000,
    concurrency=2,
    most_concurrency=4,
    # One worker answers everybody, and a big answer begins only when all of it is built.
    timeout=600.0,
    deadline=1_800.0,
)
"""COCO Annotator, as annomirror reads it."""
