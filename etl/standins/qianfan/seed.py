"""A team at work on its datasets for three weeks, and what it does on the day after."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from etl.standins.qianfan import enhancing, processing

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State

_DAYS = 21
_HOURS = _DAYS * 24
_DATASETS = (
    ("客服对话", "PromptResponse"),
    ("法律问答", "PromptResponse"),
    ("电商评论", "Prompt"),
    ("medical_qa", "PromptResponse"),
    ("travel_dialogs", "Role"),
    ("金融研报", "Text"),
)
_MODELS = ("ERNIE-3.5-8K", "ERNIE-Lite-8K", "ERNIE-4.0-8K", "ERNIE-Speed-8K")
_REASONS = (
    "对象存储访问异常",
    "目标数据集不存在",
    "模型服务调用超时",
    "seed samples too similar to continue",
)
_OPERATIONS = ("", "", "随机mask", "随机删除,同词性替换", "近义词替换,同音词替换")
_PEOPLE = ("baidu_user", "li_wei", "chen_jing")
_ENHANCED, _AUGMENTED, _CLEANED, _INFERRED = 45, 14, 16, 9
_WAITING, _RUNNING = 2, 3
_ENDS = {"Failed": (336, "input file contains invalid json line"), "Expired": (337, "expired")}


def lively(state: State, seed: int = 1) -> None:
    """Fill an empty account with three weeks of work, the same for the same seed."""
    random = Random(seed)  # noqa: S311
    with state.lock, state.clock.elsewhere(days=-_DAYS):
        _datasets(state, random)
        for number in range(_ENHANCED):
            state.clock.advance(hours=_HOURS / (_ENHANCED + 2) * random.uniform(0.7, 1.25))
            _enhance(state, random, number)
            _rest(state, random, number)
        _trainings(state, random)


def work_a_while(state: State, seed: int = 2) -> None:
    """Let a day's work happen: ended, failed and new tasks, a renamed dataset, one task deleted."""
    random = Random(seed)  # noqa: S311
    with state.lock:
        waiting, running = (
            _in_status(state, enhancing.WAITING),
            _in_status(state, enhancing.RUNNING),
        )
        state.progress_enhance(running[0], enhancing.DONE)
        state.progress_enhance(running[1], enhancing.FAILED, _REASONS[0])
        state.progress_enhance(waiting[0], enhancing.RUNNING)
        state.delete("enhance_tasks", random.choice(_in_status(state, enhancing.STOPPED)))
        dataset = state.shelf("datasets").rows[0]
        state.rename_dataset(dataset["datasetId"], f"{dataset['datasetName']}_正式")
        version = state.add_version(dataset["datasetId"], 640)
        state.publish(version["versionId"])
        for number in range(3):
            fields = {
                "dest": version["versionId"],
                "status": number % 2,
                "modelName": _MODELS[number],
            }
            state.add_enhance(f"补充增强_{number + 1}", source=_version(state, random), **fields)
        _elsewhere(state)


def _elsewhere(state: State) -> None:
    """End one running task of every other kind and begin a new one."""
    augment = next(r for r in state.shelf("text_augment_tasks") if r["status"] == "Running")
    state.progress_text_augment(augment["taskId"])
    state.add_text_augment("法律问答_evol_new")
    cleaning = next(r for r in state.shelf("etl_tasks") if r["processStatus"] == processing.RUNNING)
    state.progress_etl(cleaning["etlStrId"])
    under_way = {"Running", "Waiting", "Queuing"}
    training = next(r for r in state.shelf("finetune_tasks") if r["runStatus"] in under_way)
    state.progress_finetune(training["taskId"])
    state.add_finetune(training["jobId"], "Waiting")
    inferences = state.shelf("batch_inference_tasks")
    inference = next(r for r in inferences if r["runStatus"] in under_way)
    state.progress_inference(inference["taskId"], "Done")
    state.add_inference("nightly_eval_new")


def _datasets(state: State, random: Random) -> None:
    for name, data_format in _DATASETS:
        dataset = state.add_dataset(name, data_format, versions=0)
        for _ in range(random.randint(2, 4)):
            version = state.add_version(dataset["datasetId"], random.randint(80, 4000))
            if random.random() < 0.7:  # noqa: PLR2004
                state.publish(version["versionId"])
            state.clock.advance(minutes=random.uniform(5, 50))
    last = state.add_version(dataset["datasetId"], 0, "Importing")
    state.finish_import(last["versionId"], failed=True)


def _enhance(state: State, random: Random, number: int) -> None:
    """Run one task to an end; the last ones are still running or waiting."""
    source, dest = _version(state, random), _version(state, random)
    fields: Json = {"modelName": random.choice(_MODELS), "operations": random.choice(_OPERATIONS)}
    row = state.add_enhance(source=source, dest=dest, **fields)
    row["name"] = f"{row['sourceDatasetName']}_增强_{number + 1}"
    if number >= _ENHANCED - _WAITING:
        return
    state.progress_enhance(row["strId"])
    if number >= _ENHANCED - _WAITING - _RUNNING:
        return
    with state.clock.elsewhere(minutes=random.uniform(3, 55)):
        _end(state, random, row, number)


def _end(state: State, random: Random, row: Json, number: int) -> None:
    status = enhancing.DONE
    if number % 7 == 3:  # noqa: PLR2004
        status = enhancing.FAILED
    elif number % 11 == 5:  # noqa: PLR2004
        status = enhancing.STOPPED
    reason = random.choice(_REASONS) if status == enhancing.FAILED else ""
    state.progress_enhance(row["strId"], status, reason)


def _rest(state: State, random: Random, number: int) -> None:
    """Do now and then what is not V1 augmentation."""
    if number % (_ENHANCED // _AUGMENTED) == 0:
        status = ("Succeeded", "Succeeded", "Failed", "Stopped")[number % 4]
        status = "Running" if number > _ENHANCED - 9 else status
        name, creator = f"{random.choice(_DATASETS)[0]}_evol_{number}", random.choice(_PEOPLE)
        source, dest = _version(state, random), _version(state, random)
        state.add_text_augment(name, source=source, dest=dest, status=status, creator=creator)
    if number % (_ENHANCED // _CLEANED) == 1:
        _clean(state, random, number)
    if number % (_ENHANCED // _INFERRED) == 2:  # noqa: PLR2004
        _infer(state, random, number)


def _clean(state: State, random: Random, number: int) -> None:
    source, dest = _version(state, random), _version(state, random)
    row = state.add_etl(source=source, dest=dest, entityCount=random.randint(50, 5000))
    if number > _ENHANCED - 6:
        return
    failed = number % 5 == 4  # noqa: PLR2004
    with state.clock.elsewhere(minutes=random.uniform(1, 20)):
        status = processing.FAILED if failed else processing.DONE
        error = (1301, "数据集存储异常") if failed else (0, "")
        state.progress_etl(row["etlStrId"], status, error)


def _infer(state: State, random: Random, number: int) -> None:
    row = state.add_inference(f"nightly_eval_{number}", creator=random.choice(_PEOPLE))
    state.progress_inference(row["taskId"], "Running", random.randint(10, 80))
    if number > _ENHANCED - 6:
        return
    status = ("Done", "Done", "Failed", "Expired")[number % 4]
    with state.clock.elsewhere(minutes=random.uniform(20, 120)):
        state.progress_inference(row["taskId"], status, error=_ENDS.get(status, (0, "")))


def _trainings(state: State, random: Random) -> None:
    """Train in the first days; the last run goes on."""
    state.clock.advance(days=-_DAYS / 2)
    for number, (name, _) in enumerate(_DATASETS[:4]):
        job = state.add_job(f"{name}_SFT", _MODELS[number])
        for status in ("Failed", "Done", "Stopped")[: random.randint(1, 3)]:
            run = state.add_finetune(job["jobId"], scale=random.choice(("LoRA", "FullFineTuning")))
            state.clock.advance(hours=random.uniform(1, 9))
            state.progress_finetune(run["taskId"], status)
    run = state.add_finetune(job["jobId"])
    state.progress_finetune(run["taskId"], "Running", "63%")


def _version(state: State, random: Random) -> str:
    return str(random.choice(state.shelf("dataset_versions").rows)["versionId"])


def _in_status(state: State, status: int) -> list[str]:
    return [row["strId"] for row in state.shelf("enhance_tasks") if row["status"] == status]
