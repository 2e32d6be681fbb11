"""The tables of Baidu Qianfan, named after the API's own fields.

Ids are the new, textual ones (`task-…`, `ds-…`, `dg-…`); the numbers they replace are kept beside
them while the platform still sends them. Dataset ids of the V1 interface are those of dataset
*versions*. Times without an offset are Beijing's; all are stored in UTC.
"""

from __future__ import annotations

from datetime import datetime

from etl.tables import Entity, Mirrored, document, flag, key, moment, number, text, whole


class AugmentationTask(Entity):
    """Data augmentation tasks (V1 enhance/list)."""

    __tablename__ = "qianfan_augmentation_tasks"

    id: str = key("Id (strId); 'id:' and the number where the platform sent none", "text")
    numeric_id: int | None = whole("Old id, about to be retired", api="numericId")
    name: str | None = text("Name")
    project_type: int | None = whole("Kind of data, as a code", api="projectType")
    project_type_name: str | None = text("Kind of data", api="projectTypeName")
    source_dataset_id: str | None = text(
        "Dataset version it reads", api="sourceDatasetStrId", index=True
    )
    source_dataset_numeric_id: int | None = whole("Its old id", api="sourceDatasetId")
    source_dataset_name: str | None = text("Its name", api="sourceDatasetName")
    dest_dataset_id: str | None = text(
        "Dataset version it writes", api="destDatasetStrId", index=True
    )
    dest_dataset_numeric_id: int | None = whole("Its old id", api="destDatasetId")
    dest_dataset_name: str | None = text("Its name", api="destDatasetName")
    area: int | None = whole("What is augmented, as a code")
    area_name: str | None = text("What is augmented", api="areaName")
    status: int | None = whole("State, as a code")
    status_name: str | None = text("State", api="statusName")
    strategy: int | None = whole("How operations are combined, as a code")
    strategy_name: str | None = text("How operations are combined", api="strategyName")
    operations: str | None = text("Operations, as sent")
    start_time: datetime | None = moment("When it began (UTC)", api="startTime")
    finish_time: datetime | None = moment("When it ended (UTC)", api="finishTime", index=True)
    fail_reason: str | None = text("Why it failed; empty if it did not", api="failReason")
    is_self_instruct: bool | None = flag("Whether it instructs itself", api="isSelfInstruct")
    model_name: str | None = text("Model used", api="modelName")


class AugmentationOperation(Mirrored):
    """Operations of an augmentation task, one a row."""

    __tablename__ = "qianfan_augmentation_operations"

    task_id: str = key("Augmentation task", "text", given=True)
    position: int = key("Place in the task's list, from 0", given=True)
    operation: str | None = text("Operation", given=True)


class TextAugmentationTask(Entity):
    """Text augmentation tasks (V2 DescribeTextAugmentTasks)."""

    __tablename__ = "qianfan_text_augmentation_tasks"

    id: str = key("Id (taskId)", "text")
    task_name: str | None = text("Name", api="taskName")
    status: str | None = text("Running, Stopped, Succeeded or Failed")
    task_type: str | None = text("Kind of task", api="taskType")
    src_dataset_version_id: str | None = text(
        "Dataset version it reads", api="srcDatasetVersionId", index=True
    )
    dst_dataset_version_id: str | None = text(
        "Dataset version it writes", api="dstDatasetVersionId", index=True
    )
    creator: str | None = text("Who made it")
    create_time: datetime | None = moment("When it was made (UTC)", api="createTime")
    finish_time: datetime | None = moment("When it ended, if sent (UTC)", api="finishTime")


class EtlTask(Entity):
    """Data processing tasks (V1 etl/list)."""

    __tablename__ = "qianfan_etl_tasks"

    id: str = key("Id (etlStrId); 'id:' and the number where the platform sent none", "text")
    numeric_id: int | None = whole("Old id", api="numericId")
    source_dataset_id: str | None = text(
        "Dataset version it reads", api="sourceDatasetStrId", index=True
    )
    source_dataset_name: str | None = text("Its name", api="sourceDatasetName")
    dest_dataset_id: str | None = text(
        "Dataset version it writes", api="destDatasetStrId", index=True
    )
    dest_dataset_name: str | None = text("Its name", api="destDatasetName")
    operator_name_list: str | None = document("Operators it applies", api="operatorNameList")
    entity_count: int | None = whole("Samples", api="entityCount")
    entity_type: int | None = whole("Kind of samples, as a code", api="entityType")
    result: str | None = document("What each operator did")
    process_status: int | None = whole("State, as a code", api="processStatus")
    process_status_name: str | None = text("State", api="processStatusName")
    status: int | None = whole("Status the platform sends beside it")
    err_code: int | None = whole("Code of the error", api="errCode")
    err_msg: str | None = text("What went wrong", api="errMsg")
    create_time: datetime | None = moment("When it was made (UTC)", api="createTime")
    start_time: datetime | None = moment("When it began (UTC)", api="startTime")
    finish_time: datetime | None = moment("When it ended (UTC)", api="finishTime")
    modify_time: datetime | None = moment(
        "When it last changed (UTC)", api="modifyTime", stamp=True
    )


class Dataset(Entity):
    """Datasets (V2 DescribeDatasets): groups of versions."""

    __tablename__ = "qianfan_datasets"

    id: str = key("Id (datasetId)", "text")
    dataset_name: str | None = text("Name", api="datasetName")
    data_format: str | None = text("Format of the data", api="dataFormat")
    description: str | None = text("Description")
    creator: str | None = text("Who made it")
    create_time: datetime | None = moment("When it was made (UTC)", api="createTime")
    modify_time: datetime | None = moment(
        "When it last changed (UTC)", api="modifyTime", stamp=True
    )


class DatasetVersion(Entity):
    """Versions of datasets (V2 DescribeDatasetVersions): what tasks read and write."""

    __tablename__ = "qianfan_dataset_versions"

    id: str = key("Id (versionId)", "text")
    dataset_id: str | None = text("Dataset", api="datasetId", index=True)
    version_number: int | None = whole("Number of the version", api="versionNumber")
    import_status: str | None = text("State of the import", api="importStatus")
    publish_status: str | None = text("State of the publication", api="publishStatus")
    entity_count: int | None = whole("Samples", api="entityCount")
    character_count: int | None = whole("Characters", api="characterCount")
    description: str | None = text("Description")
    creator: str | None = text("Who made it")
    create_time: datetime | None = moment("When it was made (UTC)", api="createTime")
    modify_time: datetime | None = moment(
        "When it last changed (UTC)", api="modifyTime", stamp=True
    )
    publish_time: datetime | None = moment("When it was published (UTC)", api="publishTime")


class FinetuneJob(Entity):
    """Fine-tuning jobs (V2 DescribeFineTuningJobs)."""

    __tablename__ = "qianfan_finetune_jobs"

    id: str = key("Id (jobId)", "text")
    name: str | None = text("Name")
    description: str | None = text("Description")
    model: str | None = text("Model trained")
    train_mode: str | None = text("Kind of training", api="trainMode")
    create_date: datetime | None = moment("When it was made (UTC)", api="createDate")


class FinetuneTask(Entity):
    """Fine-tuning tasks (V2 DescribeFineTuningTasks): the runs of a job."""

    __tablename__ = "qianfan_finetune_tasks"

    id: str = key("Id (taskId)", "text")
    job_id: str | None = text("Job", api="jobId", index=True)
    job_name: str | None = text("Name of the job", api="jobName")
    model: str | None = text("Model trained")
    train_mode: str | None = text("Kind of training", api="trainMode")
    parameter_scale: str | None = text("Which parameters are trained", api="parameterScale")
    run_status: str | None = text("State", api="runStatus")
    run_progress: str | None = document("Progress", api="runProgress")
    hyper_params: str | None = document("Hyperparameters", api="hyperParams")
    metrics: str | None = document("Metrics")
    checkpoints: str | None = document("Checkpoints")
    create_date: datetime | None = moment("When it was made (UTC)", api="createDate")
    finish_date: datetime | None = moment("When it ended (UTC)", api="finishDate")


class BatchInferenceTask(Entity):
    """Batch inference tasks (V2 DescribeBatchInferenceTasks)."""

    __tablename__ = "qianfan_batch_inference_tasks"

    id: str = key("Id (taskId)", "text")
    name: str | None = text("Name")
    description: str | None = text("Description")
    model_id: str | None = text("Model", api="modelId", index=True)
    run_status: str | None = text("State", api="runStatus")
    progress: float | None = number("Progress")
    error_code: int | None = whole("Code of the error", api="errorCode")
    error_reason: str | None = text("What went wrong", api="errorReason")
    input_bos_uri: str | None = text("Where the input lies", api="inputBosUri")
    output_bos_uri: str | None = text("Where the output lies", api="outputBosUri")
    output_dir: str | None = text("Folder of the output", api="outputDir")
    input_token_usage: int | None = whole("Tokens read", api="inputTokenUsage")
    output_token_usage: int | None = whole("Tokens written", api="outputTokenUsage")
    creator: str | None = text("Who made it")
    create_time: datetime | None = moment("When it was made (UTC)", api="createTime")
    finish_time: datetime | None = moment("When it ended (UTC)", api="finishTime")
