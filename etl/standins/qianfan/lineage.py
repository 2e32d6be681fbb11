"""Datasets and their versions, which everything else reads from and writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.standins.qianfan import notation

if TYPE_CHECKING:
    from etl.standins.exchange import Json
    from etl.standins.qianfan.state import State


def add_dataset(
    state: State, name: str = "数据集", data_format: str = "PromptResponse", *, versions: int = 1
) -> Json:
    """Add a dataset with so many versions."""
    with state.lock:
        row = {
            "datasetId": state.new_id("dg"),
            "datasetName": name,
            "dataFormat": data_format,
            "description": "",
            "createTime": notation.naive(state.now()),
        }
        state.add("datasets", row)
        for _ in range(versions):
            add_version(state, row["datasetId"])
        return row


def add_version(
    state: State, dataset_id: str, entities: int = 100, status: str = "ImportFinished"
) -> Json:
    """Add the next version of a dataset."""
    with state.lock:
        state.shelf("datasets").get(dataset_id)
        numbers = [one["versionNumber"] for one in versions_of(state, dataset_id)]
        now = notation.naive(state.now())
        row: Json = {
            "versionId": state.new_id("ds"),
            "versionNumber": max(numbers, default=0) + 1,
            "datasetId": dataset_id,
            "importStatus": status,
            "publishStatus": "Unpublished",
            "entityCount": entities,
            "characterCount": entities * 57,
            "createTime": now,
            "modifyTime": now,
            "publishTime": notation.DASH,
        }
        state.version_numbers[row["versionId"]] = state.new_number("dataset_versions")
        return state.add("dataset_versions", row)


def finish_import(
    state: State, version_id: str, entities: int = 100, *, failed: bool = False
) -> Json:
    """End an import, which sets the counts."""
    status = "ImportFailed" if failed else "ImportFinished"
    fields = {} if failed else {"entityCount": entities, "characterCount": entities * 57}
    return _change(state, version_id, importStatus=status, **fields)


def publish(state: State, version_id: str, status: str = "Published") -> Json:
    """Publish a version, or take one of the steps there."""
    time = {"publishTime": notation.naive(state.now())} if status == "Published" else {}
    return _change(state, version_id, publishStatus=status, **time)


def rename_dataset(state: State, dataset_id: str, name: str) -> Json:
    """Rename a dataset: the names in finished tasks change with it, as in no other write."""
    with state.lock:
        dataset = state.patch("datasets", dataset_id, datasetName=name)
        names = {
            one["versionId"]: f"{name}-V{one['versionNumber']}"
            for one in versions_of(state, dataset_id)
        }
        for task in (*state.shelf("enhance_tasks"), *state.shelf("etl_tasks")):
            for side in ("source", "dest"):
                if task.get(f"{side}DatasetStrId") in names:
                    task[f"{side}DatasetName"] = names[task[f"{side}DatasetStrId"]]
        return dataset


def delete_dataset(state: State, dataset_id: str) -> None:
    """Delete a dataset with its versions; tasks keep their ids and names."""
    with state.lock:
        for version in versions_of(state, dataset_id):
            state.delete("dataset_versions", version["versionId"])
        state.delete("datasets", dataset_id)


def versions_of(state: State, dataset_id: str) -> list[Json]:
    """List the versions of a dataset, oldest first."""
    return [one for one in state.shelf("dataset_versions") if one["datasetId"] == dataset_id]


def sides(state: State, source: str | None, dest: str | None) -> dict[str, Json]:
    """Name two versions as V1 tasks do; without an id, one is made up that no list shows."""
    return {**_side(state, "source", source), **_side(state, "dest", dest)}


def _side(state: State, side: str, version_id: str | None) -> dict[str, Json]:
    if version_id is None:
        number, version_id = state.new_number("dataset_versions"), state.new_id("ds")
        name = f"sys_bos数据集{number}-V1"
    else:
        version = state.shelf("dataset_versions").get(version_id)
        dataset = state.shelf("datasets").get(version["datasetId"])
        number = state.version_numbers[version_id]
        name = f"{dataset['datasetName']}-V{version['versionNumber']}"
    return {
        f"{side}DatasetId": number,
        f"{side}DatasetStrId": version_id,
        f"{side}DatasetName": name,
    }


def _change(state: State, version_id: str, **fields: Json) -> Json:
    with state.lock:
        now = notation.naive(state.now())
        return state.patch("dataset_versions", version_id, **fields, modifyTime=now)
