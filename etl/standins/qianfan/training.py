"""Fine-tuning jobs with their runs, and batch inference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.qianfan import notation

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State

FINETUNE_STATUSES = frozenset({"Running", "Done", "Stopped", "Failed", "Waiting"})
INFERENCE_STATUSES = frozenset(
    {"Queuing", "Running", "Done", "Stopping", "Stopped", "Failed", "Expired"}
)
_FINETUNE_ENDED = frozenset({"Done", "Stopped", "Failed"})
_INFERENCE_ENDED = frozenset({"Done", "Stopped", "Failed", "Expired"})


def add_job(
    state: State, name: str = "SFT任务", model: str = "ERNIE-Speed-8K", mode: str = "SFT"
) -> Json:
    """Add a fine-tuning job, which is a name for its runs."""
    row = {
        "jobId": state.new_id("job"),
        "name": name,
        "description": "",
        "model": model,
        "trainMode": mode,
        "createDate": notation.zulu(state.now()),
    }
    return state.add("finetune_jobs", row)


def add_finetune(state: State, job_id: str, status: str = "Running", scale: str = "LoRA") -> Json:
    """Run a job once more."""
    with state.lock:
        job = state.shelf("finetune_jobs").get(job_id)
        row = {
            "taskId": state.new_id("task"),
            "jobId": job_id,
            "jobName": job["name"],
            "model": job["model"],
            "trainMode": job["trainMode"],
            "parameterScale": scale,
            "runStatus": status,
            "runProgress": "0%",
            "createDate": notation.zulu(state.now()),
            "finishDate": notation.SQL_ZERO,
        }
        state.add("finetune_tasks", row)
        return progress_finetune(state, row["taskId"], status)


def progress_finetune(
    state: State, key: str, status: str = "Done", progress: str | None = None
) -> Json:
    """Move a run on; a `finishDate` of year zero becomes a time at its end."""
    with state.lock:
        row = state.shelf("finetune_tasks").get(key)
        if status in _FINETUNE_ENDED:
            row["finishDate"] = notation.zulu(state.now())
        if status == "Done":
            progress = "100%"
        row["runStatus"], row["runProgress"] = status, progress or row["runProgress"]
        return row


def add_inference(
    state: State,
    name: str = "batch_inference",
    status: str = "Queuing",
    *,
    model: str = "amv-qb8ijukaish3",
    creator: str = "baidu_user",
) -> Json:
    """Add a batch inference task."""
    with state.lock:
        row: Json = {
            "taskId": state.new_id("infer"),
            "name": name,
            "description": "",
            "modelId": model,
            "inputBosUri": "bos:/qianfan-batch/input",
            "outputBosUri": "bos:/qianfan-batch/output",
            "outputDir": "",
            "runStatus": status,
            "progress": 0,
            "inputTokenUsage": 0,
            "outputTokenUsage": 0,
            "errorCode": 0,
            "errorReason": "",
            "creator": creator,
            "createTime": notation.zulu(state.now()),
            "finishTime": notation.NEVER,
        }
        state.add("batch_inference_tasks", row)
        return progress_inference(state, row["taskId"], status)


def progress_inference(
    state: State,
    key: str,
    status: str = "Running",
    progress: int | None = None,
    error: tuple[int, str] = (0, ""),
) -> Json:
    """Move a task on; `finishTime` is local time, whatever its `Z` says."""
    with state.lock:
        row = state.shelf("batch_inference_tasks").get(key)
        progress = 100 if status == "Done" else progress
        row["progress"] = row["progress"] if progress is None else progress
        row["inputTokenUsage"], row["outputTokenUsage"] = (
            row["progress"] * 811,
            row["progress"] * 97,
        )
        row["runStatus"] = status
        row["errorCode"], row["errorReason"] = error
        if status in _INFERENCE_ENDED:
            row["finishTime"] = notation.local_zulu(state.now())
            row["outputDir"] = f"output_{row['taskId']}"
        return row
