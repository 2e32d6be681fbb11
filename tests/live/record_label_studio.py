"""Records the answers of a real Label Studio: `python -m tests.live.record_label_studio OUT_DIR`.

A file holds the bytes of one answer as the server sent them; `index.json` says which request each
of them answers.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .real_label_studio import RealLabelStudio

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]
Params = dict[str, Any]

CORPUS = Path(__file__).with_name("label_studio_corpus.json")
SECOND = {"email": "ann@example.com", "username": "ann", "first_name": "Ann", "last_name": "Otator"}

# Spelled out, not taken from the product: recordings are the evidence it is judged by.
TASK_FIELDS = (
    "id,inner_id,data,meta,created_at,updated_at,is_labeled,overlap,file_upload,project,"
    "updated_by,total_annotations,cancelled_annotations,total_predictions,annotations,result,"
    "completed_by,was_cancelled,ground_truth,draft_created_at,lead_time,import_id,last_action,"
    "bulk_created,task,parent_prediction,parent_annotation,last_created_by"
)
SWEPT_FIELDS = (
    "id,created_at,updated_at,total_annotations,cancelled_annotations,total_predictions,"
    "is_labeled,overlap"
)
PROJECT_FIELDS = (
    "id,title,description,label_config,parsed_label_config,expert_instruction,show_instruction,"
    "show_skip_button,enable_empty_annotation,show_annotation_history,organization,color,"
    "maximum_annotations,is_published,model_version,is_draft,created_by,created_at,"
    "min_annotations_to_start_training,show_collab_predictions,sampling,show_overlap_first,"
    "overlap_cohort_percentage,control_weights,evaluate_predictions_automatically,skip_queue,"
    "reveal_preannotations_interactively,pinned_at,annotator_evaluation_enabled,state,"
    "task_number,finished_task_number,total_predictions_number,total_annotations_number,"
    "num_tasks_with_annotations,useful_annotation_number,ground_truth_number,"
    "skipped_annotations_number"
)


class Recorder:
    """Saves the body of every answer it fetches, and what was asked."""

    def __init__(self, client: httpx.Client, out: Path) -> None:
        self._client = client
        self._out = out
        self._index: dict[str, Json] = {}

    def get(self, name: str, path: str, **params: str | int) -> None:
        answer = self._client.get(path, params=params).raise_for_status()
        (self._out / f"{name}.json").write_bytes(answer.content)
        self._index[f"{name}.json"] = {"method": "GET", "path": path, "params": params}

    def finish(self) -> None:
        (self._out / "index.json").write_text(json.dumps(self._index, indent=1) + "\n")


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    with RealLabelStudio() as server:
        projects = populate(server.client)
        recorder = Recorder(server.client, out)
        record_server(recorder)
        for name, project in projects.items():
            record_project(recorder, name, project)
        record_probes(recorder, projects["boxes"])
        recorder.finish()


def populate(client: httpx.Client) -> dict[str, int]:
    """Projects by name: one for each kind, one of odd results, one without tasks."""
    corpus = json.loads(CORPUS.read_bytes())
    second = post(client, "/api/users/", SECOND)
    me = client.get("/api/current-user/whoami").raise_for_status().json()
    people = [me["id"], second["id"]]
    projects = {kind["name"]: annotated(client, kind, people) for kind in corpus["kinds"]}
    projects["odd"] = imported(client, corpus["odd"])
    projects["empty"] = created(client, corpus["kinds"][0] | {"name": "empty"})
    return projects


def post(client: httpx.Client, path: str, body: Any) -> Json:
    answer: Json = client.post(path, json=body).raise_for_status().json()
    return answer


def created(client: httpx.Client, kind: Json) -> int:
    body = {"title": kind["name"], "label_config": kind["config"], "description": "Recorded"}
    return int(post(client, "/api/projects/", body)["id"])


def annotated(client: httpx.Client, kind: Json, people: list[int]) -> int:
    """Both people annotate in turn, through the same requests as the editor."""
    project = created(client, kind)
    tasks = post(
        client,
        f"/api/projects/{project}/import?return_task_ids=true",
        [{"data": data, "meta": {"row": row}} for row, data in enumerate(kind["tasks"])],
    )["task_ids"]
    for turn, result in enumerate(kind["results"]):
        body = {"result": result, "lead_time": 1.5 + turn, "completed_by": people[turn % 2]}
        post(client, f"/api/tasks/{tasks[turn % len(tasks)]}/annotations/", body)
    first = kind["results"][0][0]
    if kind["name"] == "boxes":
        judged(client, tasks, people[1], first)
    predicted(client, project, tasks[0], first)
    return project


def judged(client: httpx.Client, tasks: list[int], person: int, item: Json) -> None:
    """A ground truth, a skip beside other annotations, and a task that was only skipped."""
    truth = {"result": [item], "ground_truth": True, "completed_by": person}
    skipped = {"result": [], "was_cancelled": True, "completed_by": person}
    post(client, f"/api/tasks/{tasks[0]}/annotations/", truth)
    post(client, f"/api/tasks/{tasks[0]}/annotations/", skipped)
    post(client, f"/api/tasks/{tasks[3]}/annotations/", skipped)


def predicted(client: httpx.Client, project: int, task: int, item: Json) -> None:
    """With and without score and model version: unnamed it is stored as `""`, in bulk as a word."""
    body = {"task": task, "result": [item]}
    post(client, "/api/predictions/", body | {"model_version": "v1", "score": 0.875})
    post(client, "/api/predictions/", body | {"model_version": "v2"})
    post(client, "/api/predictions/", body)
    post(client, f"/api/projects/{project}/import/predictions", [body | {"score": 1}])


def imported(client: httpx.Client, kind: Json) -> int:
    """Annotations that come with their tasks; an import checks even less than the editor's API."""
    project = created(client, kind)
    results = list(enumerate(kind["results"], start=1001))
    tasks = [
        {"data": data, "annotations": [{"id": n, "result": r} for n, r in results[turn::2]]}
        for turn, data in enumerate(kind["tasks"])
    ]
    post(client, f"/api/projects/{project}/import", tasks)
    return project


def record_server(recorder: Recorder) -> None:
    recorder.get("version", "/api/version/")
    recorder.get("whoami", "/api/current-user/whoami")
    recorder.get("users", "/api/users/")
    page: Params = {"ordering": "id", "page": 1, "page_size": 100}
    recorder.get("projects", "/api/projects/", **page, include=PROJECT_FIELDS)


def record_project(recorder: Recorder, name: str, project: int) -> None:
    page: Params = {"project": project, "page_size": 500, "fields": "all", "resolve_uri": "false"}
    recorder.get(f"{name}.tasks", "/api/tasks/", **page, include=TASK_FIELDS, query=query(after=0))
    recorder.get(f"{name}.predictions", "/api/predictions/", project=project)
    versions = f"/api/projects/{project}/model-versions/"
    recorder.get(f"{name}.model_versions", versions, extended="true")


def record_probes(recorder: Recorder, project: int) -> None:
    """The other questions put to a project's tasks, once: their answers differ only in size."""
    base: Params = {"project": project, "fields": "all", "resolve_uri": "false"}
    newest: Params = base | {"page_size": 1, "include": "id,updated_at"}
    recorder.get("boxes.newest", "/api/tasks/", **newest, query=query(order="-tasks:updated_at"))
    swept: Params = base | {"page_size": 5000, "include": SWEPT_FIELDS}
    recorder.get("boxes.sweep", "/api/tasks/", **swept, query=query(after=0))
    nested: Params = base | {"page_size": 500, "include": "id,updated_at,predictions"}
    recorder.get("boxes.nested_predictions", "/api/tasks/", **nested, query=query(after=0))
    recorder.get("boxes.beyond", "/api/tasks/", **newest, query=query(after=10**9))


def query(*, after: int | None = None, order: str = "tasks:id") -> str:
    """The data manager's filter: tasks of greater id than `after`, in the given order."""
    key = {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": after}
    items = [] if after is None else [key]
    filters = {"conjunction": "and", "items": items}
    return json.dumps({"filters": filters, "ordering": [order]}, separators=(",", ":"))


if __name__ == "__main__":
    main()
