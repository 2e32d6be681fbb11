"""The tables of Label Studio, named after the API's own fields."""

from __future__ import annotations

from datetime import datetime

from etl.tables import (
    Entity,
    Index,
    Mirrored,
    document,
    flag,
    key,
    moment,
    number,
    text,
    whole,
)


class User(Entity):
    """People of the organisation; a removed member stays, as "Deleted User"."""

    __tablename__ = "label_studio_users"

    id: int = key("Id of the user")
    username: str | None = text("Login name")
    email: str | None = text("E-mail address")
    first_name: str | None = text("First name")
    last_name: str | None = text("Last name")
    initials: str | None = text("Initials shown in the interface")
    phone: str | None = text("Telephone number")
    avatar: str | None = text("Address of the picture")
    active_organization: int | None = whole("The organisation the user is in at the moment")
    active_organization_meta: str | None = document("Title and owner of that organisation")
    allow_newsletters: bool | None = flag("Whether the user takes newsletters")
    date_joined: datetime | None = moment("When the user signed up (UTC)")
    custom_hotkeys: str | None = document("Keys the user chose")
    last_activity: datetime | None = moment(
        "Last write seen when the row last changed", volatile=True
    )


class Project(Entity):
    """Projects, with their settings and counters."""

    __tablename__ = "label_studio_projects"

    id: int = key("Id of the project")
    title: str | None = text("Title; not unique")
    description: str | None = text("Description")
    organization_id: int | None = whole("Organisation", api="organization", index=True)
    created_by_id: int | None = whole("Creator", lift=("created_by", "id"), index=True)
    created_by: str | None = document("Creator as the API gives it")
    created_at: datetime | None = moment("When the project was made (UTC)")
    label_config: str | None = text("Labelling interface, XML")
    parsed_label_config: str | None = document("Labelling interface, parsed")
    expert_instruction: str | None = text("Instruction for annotators, HTML")
    show_instruction: bool | None = flag("Whether annotators see the instruction first")
    show_skip_button: bool | None = flag("Whether annotators may skip")
    enable_empty_annotation: bool | None = flag("Whether empty annotations are allowed")
    show_annotation_history: bool | None = flag("Whether the history is shown")
    color: str | None = text("Colour in the interface")
    maximum_annotations: int | None = whole("Annotations wanted per task")
    min_annotations_to_start_training: int | None = whole("Annotations before training starts")
    is_published: bool | None = flag("Whether annotators see the project")
    is_draft: bool | None = flag("Whether the project is a draft")
    model_version: str | None = text("Model version whose predictions are shown")
    start_training_on_annotation_update: bool | None = flag("Whether annotations start training")
    show_collab_predictions: bool | None = flag("Whether predictions are shown to annotators")
    evaluate_predictions_automatically: bool | None = flag("Whether tasks are sent to the model")
    reveal_preannotations_interactively: bool | None = flag("Whether predictions wait for a region")
    annotator_evaluation_enabled: bool | None = flag("Whether annotators are evaluated")
    sampling: str | None = text("Order in which tasks are given out")
    show_ground_truth_first: bool | None = flag("Whether ground truth tasks come first")
    show_overlap_first: bool | None = flag("Whether tasks with overlap come first")
    overlap_cohort_percentage: int | None = whole("Share of tasks with overlap, percent")
    skip_queue: str | None = text("What becomes of skipped tasks")
    control_weights: str | None = document("Weights of the controls in the agreement")
    pinned_at: datetime | None = moment("When the project was pinned (UTC)")
    state: str | None = text("State of the project; empty in the Community edition")
    task_number: int | None = whole("Tasks")
    finished_task_number: int | None = whole("Tasks that are labelled")
    num_tasks_with_annotations: int | None = whole("Tasks with an annotation")
    total_annotations_number: int | None = whole("Annotations, skipped ones not counted")
    total_predictions_number: int | None = whole("Predictions")
    useful_annotation_number: int | None = whole("Annotations that count")
    ground_truth_number: int | None = whole("Ground truth annotations")
    skipped_annotations_number: int | None = whole("Skipped annotations")


class Control(Mirrored):
    """Control tags of a project's labelling interface."""

    __tablename__ = "label_studio_controls"

    project_id: int = key("Project", given=True)
    name: str = key("Name of the tag: results carry it as from_name", "text", given=True)
    type: str | None = text("Kind of tag, such as RectangleLabels", given=True)
    to_name: str | None = document("Names of the object tags it works on", given=True)
    inputs: str | None = document("Task fields it shows", given=True)


class ControlLabel(Mirrored):
    """Labels a control offers, in the order of the interface."""

    __tablename__ = "label_studio_control_labels"

    project_id: int = key("Project", given=True)
    control: str = key("Name of the control", "text", given=True)
    label: str = key("Label", "text", given=True)
    rank: int | None = whole("Place in the interface, from 0", given=True)
    attrs: str | None = document("Attributes of the label, such as its colour", given=True)


class Task(Entity):
    """Tasks: one piece of data to label."""

    __tablename__ = "label_studio_tasks"
    __indexes__ = (
        Index("ix_label_studio_tasks_project", ("project_id", "updated_at")),
        Index("ix_label_studio_tasks_updated_at", ("updated_at",)),
        # Few rows, which every run looks for: what lies in them goes with them.
        Index("ix_label_studio_tasks_gone", ("source", "id"), where="deleted_at IS NOT NULL"),
    )

    id: int = key("Id of the task; servers on SQLite reuse ids")
    project_id: int | None = whole("Project", api="project")
    inner_id: int | None = whole("Number of the task in its project, from 1")
    data: str | None = document("What is to be labelled")
    meta: str | None = document("What the importer noted")
    created_at: datetime | None = moment("When the task was made (UTC)")
    updated_at: datetime | None = moment(
        "Last write the server stamps (UTC); some writes do not", stamp=True
    )
    updated_by_id: int | None = whole(
        "Who wrote last", lift=("updated_by", 0, "user_id"), index=True
    )
    updated_by: str | None = document("Who wrote last, as the API gives it")
    is_labeled: bool | None = flag("Whether enough annotations are in")
    overlap: int | None = whole("Annotations wanted")
    total_annotations: int | None = whole("Annotations, skipped ones not counted")
    cancelled_annotations: int | None = whole("Skipped annotations")
    total_predictions: int | None = whole("Predictions")
    file_upload: str | None = text("Name of the uploaded file the task came from")


class Annotation(Mirrored):
    """Annotations: what one person made of one task. The regions are in `results`."""

    __tablename__ = "label_studio_annotations"

    id: int = key("Id of the annotation")
    task_id: int | None = whole("Task", given=True, index=True)
    project_id: int | None = whole("Project", given=True, index=True)
    completed_by_id: int | None = whole(
        "Annotator; NULL once the user is deleted", api="completed_by", index=True
    )
    updated_by_id: int | None = whole("Who wrote last", api="updated_by", index=True)
    last_created_by_id: int | None = whole("Who made it last", api="last_created_by", index=True)
    was_cancelled: bool | None = flag("Whether the task was skipped")
    ground_truth: bool | None = flag("Whether it is the reference")
    created_at: datetime | None = moment("When it was made (UTC)")
    updated_at: datetime | None = moment(
        "Last write the server stamps (UTC)", index=True, stamp=True
    )
    draft_created_at: datetime | None = moment("When its draft was begun (UTC)")
    lead_time: float | None = number("Seconds of work")
    import_id: int | None = whole("Id it had in the file it was imported from", index=True)
    last_action: str | None = text("Last action; empty in the Community edition")
    bulk_created: bool | None = flag("Whether a bulk action made it")
    parent_prediction_id: int | None = whole(
        "Prediction it began as", api="parent_prediction", index=True
    )
    parent_annotation_id: int | None = whole(
        "Annotation it began as", api="parent_annotation", index=True
    )


class Prediction(Entity):
    """Predictions: what a model made of a task. The regions are in `results`."""

    __tablename__ = "label_studio_predictions"

    id: int = key("Id of the prediction")
    task_id: int | None = whole("Task", api="task", index=True)
    project_id: int | None = whole("Project", api="project", index=True)
    score: float | None = number("Score of the model")
    model_version: str | None = text("Version of the model")
    model_id: int | None = whole("Model", api="model", index=True)
    model_run_id: int | None = whole("Run of the model", api="model_run", index=True)
    cluster: int | None = whole("Cluster")
    neighbors: str | None = document("Neighbours")
    mislabeling: float | None = number("Chance that the label is wrong")
    created_at: datetime | None = moment("When it was made (UTC)")
    updated_at: datetime | None = moment(
        "Last write the server stamps (UTC)", index=True, stamp=True
    )


class Result(Mirrored):
    """Result items: one row for each region or choice of an annotation or prediction.

    Geometry is in percent of the original size, as the platform stores it.
    """

    __tablename__ = "label_studio_results"

    owner: str = key("annotation or prediction", "text", given=True)
    owner_id: int = key("Id of the annotation or prediction", given=True)
    position: int = key("Place in the owner's result, from 0", given=True)
    task_id: int | None = whole("Task", given=True, index=True)
    project_id: int | None = whole("Project", given=True, index=True)
    region_id: str | None = text("Id of the region; items of one region share it", given=True)
    parent_region_id: str | None = text("Region it lies in", given=True)
    item_index: int | None = whole("Page or image of the task it lies on", given=True)
    type: str | None = text("Kind of result, such as rectanglelabels", given=True)
    from_name: str | None = text("Control tag", given=True)
    to_name: str | None = text("Object tag", given=True)
    origin: str | None = text("manual, prediction or prediction-changed", given=True)
    score: float | None = number("Score of the region", given=True)
    original_width: int | None = whole("Width of the image, pixels", given=True)
    original_height: int | None = whole("Height of the image, pixels", given=True)
    image_rotation: float | None = number("Rotation of the image, degrees", given=True)
    hidden: bool | None = flag("Whether the region is hidden", given=True)
    readonly: bool | None = flag("Whether the region is read-only", given=True)
    locked: bool | None = flag("Whether the region is locked", given=True)
    meta: str | None = document("Notes on the region", given=True)
    x: float | None = number("Left, or centre of an ellipse; percent", given=True)
    y: float | None = number("Top, or centre of an ellipse; percent", given=True)
    width: float | None = number("Width, percent", given=True)
    height: float | None = number("Height, percent", given=True)
    rotation: float | None = number("Rotation, degrees clockwise", given=True)
    radius_x: float | None = number("Horizontal radius of an ellipse, percent", given=True)
    radius_y: float | None = number("Vertical radius of an ellipse, percent", given=True)
    start_num: float | None = number("Start: character of a text, second of an audio", given=True)
    end_num: float | None = number("End: character of a text, second of an audio", given=True)
    start_text: str | None = text("Start as text: XPath, paragraph, time", given=True)
    end_text: str | None = text("End as text: XPath, paragraph, time", given=True)
    start_offset: int | None = whole("Offset in the start element, characters", given=True)
    end_offset: int | None = whole("Offset in the end element, characters", given=True)
    channel: int | None = whole("Audio channel", given=True)
    number_value: float | None = number("Answer of a number control", given=True)
    rating: int | None = whole("Answer of a rating control", given=True)
    datetime_value: str | None = text("Answer of a date control, as written", given=True)
    value: str | None = document("The item's value as it came", given=True)
    # Last, for below it the name `text` is this column.
    text: str | None = text("Text marked or written; lines joined", given=True)


class ResultLabel(Mirrored):
    """Labels of result items: one row a label, so that counting labels is one GROUP BY."""

    __tablename__ = "label_studio_result_labels"
    __indexes__ = (Index("ix_label_studio_result_labels_label", ("label",)),)

    owner: str = key("annotation or prediction", "text", given=True)
    owner_id: int = key("Id of the annotation or prediction", given=True)
    position: int = key("Place of the item in the owner's result, from 0", given=True)
    rank: int = key("Place of the label in the item, from 0", given=True)
    task_id: int | None = whole("Task", given=True, index=True)
    project_id: int | None = whole("Project", given=True, index=True)
    label: str | None = text("The label; the last step of a taxonomy", given=True)
    path: str | None = text("The whole way through a taxonomy, steps joined by /", given=True)


class Relation(Mirrored):
    """Relations between two regions of one annotation or prediction."""

    __tablename__ = "label_studio_relations"

    owner: str = key("annotation or prediction", "text", given=True)
    owner_id: int = key("Id of the annotation or prediction", given=True)
    position: int = key("Place in the owner's result, from 0", given=True)
    task_id: int | None = whole("Task", given=True, index=True)
    project_id: int | None = whole("Project", given=True, index=True)
    from_region_id: str | None = text("Region it starts at", given=True)
    to_region_id: str | None = text("Region it ends at", given=True)
    direction: str | None = text("right, left or bi", given=True)
    labels: str | None = document("Labels of the relation", given=True)


class Import(Mirrored):
    """Batches of tasks sent to the server, and jobs begun elsewhere that are followed."""

    __tablename__ = "label_studio_imports"

    id: int = key("Number of the batch in this mirror", given=True)
    job_id: int | None = whole(
        "Id of the server's job; NULL where it imports while it answers", index=True
    )
    project_id: int | None = whole("Project", index=True)
    session: str | None = text(
        "Import of one file, which its batches share; NULL for a job begun elsewhere",
        index=True,
    )
    batch: int | None = whole("Number of the batch in its file, from 1")
    file: str | None = text("File the tasks come from; - is standard input")
    status: str | None = text(
        "reading, prepared, sending, created, in_progress, taken, completed or failed"
    )
    task_count: int | None = whole("Tasks the server made")
    annotation_count: int | None = whole("Annotations that came with them")
    prediction_count: int | None = whole("Predictions that came with them")
    error: str | None = text("What went wrong")
    submitted_at: datetime | None = moment("When the batch was sent (UTC, this machine's clock)")
    finished_at: datetime | None = moment("When it was found to have ended (UTC)")
    options: str | None = document("How the file is read, and what becomes of its tasks")


class ImportItem(Entity):
    """Lines of imported files, each with the task it became."""

    __tablename__ = "label_studio_import_items"
    __indexes__ = (
        Index("ix_label_studio_import_items_key", ("source", "external_key")),
        Index("ix_label_studio_import_items_hash", ("source", "content_hash")),
    )

    import_id: int = key("The batch (label_studio_imports.id)", given=True)
    position: int = key("Place of the record in its file, from 1", given=True)
    line: int | None = whole("Line of the file at which the record begins", given=True)
    external_key: str | None = text("Content of the field named by --key", given=True)
    outcome: str | None = text(
        "created, updated, skipped, rejected or abandoned; NULL until then", given=True
    )
    task_id: int | None = whole("Task the line became, or is already", given=True, index=True)
