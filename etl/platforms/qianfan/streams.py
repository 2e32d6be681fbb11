"""Qianfan's streams, and how each is read.

References are to https://cloud.baidu.com/doc/WENXINWORKSHOP and /doc/qianfan-api. Where no
document tells the name of a list or of a time (datasets, their versions, text augmentation), the
first list of objects is taken, and any of the names the platform uses elsewhere.
"""

from __future__ import annotations

from etl.platforms.qianfan import login, records
from etl.platforms.qianfan.checking import by_total
from etl.platforms.qianfan.halving import by_places
from etl.platforms.qianfan.listings import V2_PAGE, Listing
from etl.platforms.qianfan.marked import by_marker
from etl.platforms.qianfan.recognising import recognising
from etl.platforms.qianfan.tables import (
    AugmentationOperation,
    AugmentationTask,
    BatchInferenceTask,
    Dataset,
    DatasetVersion,
    EtlTask,
    FinetuneJob,
    FinetuneTask,
    TextAugmentationTask,
)
from etl.platforms.qianfan.walks import by_offset
from etl.stream import Deletion, Exploded, Option, Parts, Platform, Shape, Stream

NEWEST_FIRST = "newest first, to what is known and done; whole when short, and once a day"
WHOLE = "read whole, compared by content"

AUGMENTATION_LIST = Listing(
    path="/wenxinworkshop/enhance/list",
    spelling=records.AUGMENTATION,
    body={"isSelfInstruct": True},
    state="status",
    documented=True,
    done=frozenset({2, 3, 4}),
)

AUGMENTATION_TASKS = Stream(
    name="augmentation_tasks",
    shape=Shape(
        table=AugmentationTask,
        mend=records.AUGMENTATION.mend,
        exploded=(
            Exploded(
                of="operations",
                tables={AugmentationOperation: ("position", "operation")},
                rows=records.operations,
                inherit=(("id", "task_id"),),
                root="task_id",
            ),
        ),
    ),
    walk=by_offset(AUGMENTATION_LIST),
    proof=by_places(AUGMENTATION_LIST),
    check=by_total(AUGMENTATION_LIST),
    changes=NEWEST_FIRST,
    deletion=Deletion.SWEEP,
)

ETL_LIST = Listing(
    path="/wenxinworkshop/etl/list",
    spelling=records.ETL,
    state="processStatus",
    done=frozenset({2, 3, 4}),
)

ETL_TASKS = Stream(
    name="etl_tasks",
    shape=Shape(table=EtlTask, mend=records.ETL.mend),
    walk=by_offset(ETL_LIST),
    proof=by_places(ETL_LIST),
    check=by_total(ETL_LIST),
    changes=NEWEST_FIRST,
    deletion=Deletion.SWEEP,
)

TEXT_AUGMENTATION_LIST = Listing(
    path="/v2/dataprocessing",
    action="DescribeTextAugmentTasks",
    items="tasks",
    spelling=records.TEXT_AUGMENTATION,
    state="status",
    done=frozenset({"Succeeded", "Stopped", "Failed"}),
)

TEXT_AUGMENTATION_TASKS = Stream(
    name="text_augmentation_tasks",
    shape=Shape(table=TextAugmentationTask, mend=records.TEXT_AUGMENTATION.mend),
    walk=by_marker(TEXT_AUGMENTATION_LIST),
    changes=NEWEST_FIRST,
    deletion=Deletion.COMPLETE_LISTING,
)

DATASET_LIST = Listing(
    path="/v2/dataset", action="DescribeDatasets", spelling=records.DATASET, whole=True
)

DATASETS = Stream(
    name="datasets",
    shape=Shape(table=Dataset, mend=records.DATASET.mend),
    walk=by_marker(DATASET_LIST),
    changes=WHOLE,
    deletion=Deletion.COMPLETE_LISTING,
)

DATASET_VERSIONS = Stream(
    name="dataset_versions",
    shape=Shape(table=DatasetVersion, mend=records.VERSION.mend),
    walk=by_marker(
        Listing(
            path="/v2/dataset",
            action="DescribeDatasetVersions",
            spelling=records.VERSION,
            parent="datasetId",
            column="dataset_id",
            whole=True,
        )
    ),
    changes=WHOLE,
    deletion=Deletion.COMPLETE_LISTING,
    parts=Parts(stream="datasets", table=Dataset, column="dataset_id", title="dataset_name"),
)

JOB_LIST = Listing(
    path="/v2/finetuning",
    action="DescribeFineTuningJobs",
    items="jobList",
    spelling=records.JOB,
    whole=True,
)

FINETUNE_JOBS = Stream(
    name="finetune_jobs",
    shape=Shape(table=FinetuneJob, mend=records.JOB.mend),
    walk=by_marker(JOB_LIST),
    changes=WHOLE,
    deletion=Deletion.COMPLETE_LISTING,
)

FINETUNE_TASKS = Stream(
    name="finetune_tasks",
    shape=Shape(table=FinetuneTask, mend=records.TRAINING.mend),
    walk=by_marker(
        Listing(
            path="/v2/finetuning",
            action="DescribeFineTuningTasks",
            items="taskList",
            spelling=records.TRAINING,
            parent="jobId",
            column="job_id",
            whole=True,
        )
    ),
    changes=WHOLE,
    deletion=Deletion.COMPLETE_LISTING,
    parts=Parts(stream="finetune_jobs", table=FinetuneJob, column="job_id", title="name"),
)

INFERENCE_LIST = Listing(
    path="/v2/batchinference",
    action="DescribeBatchInferenceTasks",
    items="taskList",
    spelling=records.INFERENCE,
    state="runStatus",
    done=frozenset({"Done", "Stopped", "Failed", "Expired"}),
)

BATCH_INFERENCE_TASKS = Stream(
    name="batch_inference_tasks",
    shape=Shape(table=BatchInferenceTask, mend=records.INFERENCE.mend),
    walk=by_marker(INFERENCE_LIST),
    changes=NEWEST_FIRST,
    deletion=Deletion.COMPLETE_LISTING,
)

QIANFAN = Platform(
    name="qianfan",
    title="Baidu Qianfan",
    options=(
        Option(
            name="access_key",
            about="access key of the account (its security page lists them)",
            required=True,
            secret=True,
            in_header=True,
        ),
        Option(name="secret_key", about="secret key that goes with it", required=True, secret=True),
        Option(
            name="session_token",
            about="session token of temporary keys",
            secret=True,
            in_header=True,
        ),
    ),
    streams=(
        AUGMENTATION_TASKS,
        TEXT_AUGMENTATION_TASKS,
        ETL_TASKS,
        DATASETS,
        DATASET_VERSIONS,
        FINETUNE_JOBS,
        FINETUNE_TASKS,
        BATCH_INFERENCE_TASKS,
    ),
    authorise=login.authorise,
    identify=login.identify,
    recognise=recognising(
        {
            AUGMENTATION_TASKS.name: AUGMENTATION_LIST,
            TEXT_AUGMENTATION_TASKS.name: TEXT_AUGMENTATION_LIST,
            ETL_TASKS.name: ETL_LIST,
            DATASETS.name: DATASET_LIST,
            FINETUNE_JOBS.name: JOB_LIST,
            BATCH_INFERENCE_TASKS.name: INFERENCE_LIST,
        }
    ),
    explain=login.explain,
    url="https://qianfan.baidubce.com",
    called="qianfan",
    page_size=V2_PAGE,
    most_concurrency=1,
)
"""Baidu Qianfan, as annomirror reads it."""
