"""annomirror against a real Label Studio, through the command line and the server's own API."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from .real_label_studio import RealLabelStudio
from .record_label_studio import populate, post
from .truth import Mirror, differences

pytestmark = pytest.mark.live

BOXES = """<View><Image name="image" value="$image"/><RectangleLabels name="box" toName="image">
<Label value="Car"/><Label value="Bus"/></RectangleLabels></View>"""


def box(label: str, x: float = 1.5) -> dict[str, Any]:
    value = {"x": x, "y": 2, "width": 3, "height": 4, "rotation": 0, "rectanglelabels": [label]}
    names = {"id": f"r{x}", "from_name": "box", "to_name": "image", "type": "rectanglelabels"}
    return names | {"value": value, "original_width": 640, "original_height": 480}


class Place:
    """A folder with a configuration, and the program called in it as cron would."""

    def __init__(self, folder: Path, url: str, token: str, **settings: Any) -> None:
        self.folder = folder
        lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
        (folder / "annomirror.toml").write_text(
            f'[sources.labels]\nplatform = "label_studio"\nurl = "{url}"\ntoken = "{token}"\n'
            + "\n".join(lines)
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "etl", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        return process.returncode, out, err

    def sync(self, *arguments: str) -> dict[str, dict[str, Any]]:
        code, out, err = self.run("sync", "--json", *arguments)
        assert code == 0, out + err
        return {stream["stream"]: stream for stream in json.loads(out)["streams"]}

    @property
    def mirror(self) -> Path:
        return self.folder / "mirror.db"


def unlike(server: RealLabelStudio, place: Place) -> list[str]:
    mirror = Mirror(place.mirror)
    try:
        return differences(server.client, mirror)
    finally:
        mirror.close()


def project_of(client: httpx.Client, title: str, tasks: int) -> tuple[int, list[int]]:
    body = {"title": title, "label_config": BOXES}
    project = int(post(client, "/api/projects/", body)["id"])
    rows = [{"data": {"image": f"s3://b/{n}.jpg"}} for n in range(tasks)]
    path = f"/api/projects/{project}/import?return_task_ids=true"
    return project, post(client, path, rows)["task_ids"]


@pytest.fixture(scope="module")
def server() -> Iterator[RealLabelStudio]:
    with RealLabelStudio() as running:
        populate(running.client)
        yield running


@pytest.fixture
def place(server: RealLabelStudio, tmp_path: Path) -> Place:
    return Place(tmp_path, server.url, server.legacy_token)


def test_the_mirror_equals_the_server_field_by_field(server, place):
    place.sync()

    assert unlike(server, place) == []


def test_an_idle_sync_writes_nothing_and_asks_little(server, place):
    place.sync()
    before = _dump(place)

    streams = place.sync()

    projects = server.client.get("/api/projects/").json()["count"]
    assert _dump(place) == before
    assert sum(stream["requests"] for stream in streams.values()) <= 3 * projects + 4


def test_edits_skips_new_and_deleted_work_are_caught(server, place):
    project, tasks = project_of(server.client, "Edited", 5)
    paths = [f"/api/tasks/{task}/annotations/" for task in tasks]
    kept = post(server.client, paths[0], {"result": [box("Car"), box("Bus", 9)]})
    gone = post(server.client, paths[1], {"result": [box("Car")]})
    place.sync()

    server.client.patch(f"/api/annotations/{kept['id']}/", json={"result": [box("Bus")]})
    server.client.delete(f"/api/annotations/{gone['id']}/").raise_for_status()
    post(server.client, paths[2], {"result": [], "was_cancelled": True})
    post(server.client, f"/api/projects/{project}/import", [{"data": {"image": "s3://b/new.jpg"}}])
    counts = place.sync()["tasks"]

    assert unlike(server, place) == []
    assert counts["deleted"] >= 3  # the annotation, its region and label; one item of the other
    mirror = Mirror(place.mirror)
    (tombstone,) = mirror.rows("SELECT * FROM label_studio_annotations WHERE id = ?", gone["id"])
    mirror.close()
    assert tombstone["deleted_at"] is not None
    assert tombstone["task_id"] == tasks[1]


def test_predictions_made_in_bulk_edited_and_deleted_are_caught(server, place):
    project, tasks = project_of(server.client, "Predicted", 4)
    bulk = f"/api/projects/{project}/import/predictions"
    post(server.client, bulk, [{"task": tasks[0], "result": [box("Car")], "model_version": "m1"}])
    place.sync()

    post(server.client, bulk, [{"task": tasks[1], "result": [box("Bus")], "model_version": "m1"}])
    (first,) = server.client.get("/api/predictions/", params={"task": tasks[0]}).json()
    place.sync()
    assert unlike(server, place) == []

    server.client.patch(f"/api/predictions/{first['id']}/", json={"score": 0.25})
    place.sync()
    assert unlike(server, place) == []

    server.client.delete(f"/api/predictions/{first['id']}/").raise_for_status()
    place.sync()
    assert unlike(server, place) == []


def test_a_personal_access_token_mirrors_the_same(server, tmp_path):
    place = Place(tmp_path, server.url, server.personal_token())

    place.sync()

    assert unlike(server, place) == []


def test_check_says_what_is_wrong_with_a_token(server, tmp_path):
    place = Place(tmp_path, server.url, "0" * 40)

    code, out, err = place.run("check")

    assert code == 1
    assert "legacy token" in err
    assert "Personal Access Token" in err
    assert "0" * 40 not in out + err


def test_check_tells_a_disabled_legacy_token_from_a_wrong_one(server, place):
    settings = {"api_tokens_enabled": True, "legacy_api_tokens_enabled": False}
    bearer = {"Authorization": f"Bearer {_access(server)}"}
    httpx.post(f"{server.url}/api/jwt/settings", json=settings, headers=bearer).raise_for_status()
    try:
        code, _, err = place.run("check")
    finally:
        settings["legacy_api_tokens_enabled"] = True
        httpx.post(f"{server.url}/api/jwt/settings", json=settings, headers=bearer)

    assert code == 1
    assert "disabled in this organisation" in err


def test_a_task_that_the_server_cannot_serve_is_set_aside_and_harms_no_other(server, place):
    project, _ = project_of(server.client, "Poisoned", 2)
    raw = b'[{"data": {"image": "\\ud800"}}]'
    path, kind = f"/api/projects/{project}/import", {"Content-Type": "application/json"}
    server.client.post(path, content=raw, headers=kind).raise_for_status()

    code, out, err = place.run("sync", "--json")
    server.client.delete(f"/api/projects/{project}/").raise_for_status()

    streams = {stream["stream"]: stream for stream in json.loads(out)["streams"]}
    assert (code, streams["tasks"]["outcome"], streams["tasks"]["rejected"]) == (3, "partial", 1), (
        err
    )
    reasons = place.run("sql", "SELECT reason FROM sync_rejects", "--format", "csv")[1]
    assert "cannot give it" in reasons
    assert "HTTP 500" in reasons


def test_a_killed_sync_goes_on_from_the_last_committed_page(server, tmp_path):
    project, _ = project_of(server.client, "Killed", 400)
    place = Place(tmp_path, server.url, server.legacy_token, page_size=10, projects=["Killed"])
    process = place.start("sync")
    while not _mirrored(place) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    committed = _mirrored(place)

    requests = place.sync()["tasks"]["requests"]

    assert 0 < committed < 400
    assert _mirrored(place) == 400
    assert requests <= (400 - committed) // 10 + 3  # the last page is full: one more is asked for
    server.client.delete(f"/api/projects/{project}/").raise_for_status()


def _mirrored(place: Place) -> int:
    try:
        mirror = Mirror(place.mirror)
        (row,) = mirror.rows("SELECT count(*) AS n FROM label_studio_tasks")
        mirror.close()
        return int(row["n"])
    except Exception:  # noqa: BLE001  # the mirror or its tables may not be there yet
        return 0


def _dump(place: Place) -> dict[str, list[dict[str, Any]]]:
    mirror = Mirror(place.mirror)
    names = mirror.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' "
        "AND name NOT IN ('sync_runs', 'sync_stream_runs')"
    )
    content = {row["name"]: mirror.rows(f"SELECT * FROM {row['name']}") for row in names}
    mirror.close()
    return content


def _access(server: RealLabelStudio) -> str:
    body = {"refresh": server.personal_token()}
    return str(httpx.post(f"{server.url}/api/token/refresh/", json=body).json()["access"])


def test_nothing_of_the_environment_is_needed(server, place):
    """As cron calls it: no HOME, no terminal, another locale."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-m", "etl", "sync", "-q", "--config", "annomirror.toml"],
        cwd=place.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_deleted_or_written_without_a_stamp_is_found_by_the_next_sync(server, place):
    project, tasks = project_of(server.client, "Silent", 250)
    path = f"/api/tasks/{tasks[0]}/annotations/"
    source = post(server.client, path, {"result": [box("Car")]})
    place.sync()

    deleted = f"/api/tasks/{tasks[100]}/"
    server.client.delete(deleted).raise_for_status()
    reports = place.sync()
    assert unlike(server, place) == []
    assert _tombstones(place, "tasks", project) == [tasks[100]]
    assert reports["tasks"]["read"] <= 250

    bulk = [{"task": task, "result": [box("Bus")]} for task in tasks[120:220]]
    post(server.client, f"/api/projects/{project}/import/predictions", bulk)
    place.sync()
    assert unlike(server, place) == []

    chosen = {"selectedItems": {"all": False, "included": [tasks[240]]}, "project": project}
    action = f"/api/dm/actions/?id=propagate_annotations&project={project}"
    post(server.client, action, chosen | {"source_annotation_id": source["id"]})
    place.sync()
    assert unlike(server, place) == []

    same = [{"data": {"image": "s3://b/same.jpg"}} for _ in range(2)]
    made = f"/api/projects/{project}/import?return_task_ids=true"
    twice = post(server.client, made, same)["task_ids"]
    post(server.client, f"/api/tasks/{twice[1]}/annotations/", {"result": [box("Bus")]})
    place.sync()
    chosen = {"selectedItems": {"all": False, "included": twice}, "project": project}
    action = f"/api/dm/actions/?id=remove_duplicates&project={project}"
    post(server.client, action, chosen)
    place.sync()
    assert unlike(server, place) == []

    server.client.delete(f"/api/projects/{project}/").raise_for_status()
    place.sync("--allow-mass-delete")  # most of the tasks there are lie in this project
    assert unlike(server, place) == []
    gone = _tombstones(place, "tasks", project)
    assert set(tasks) <= set(gone)
    assert _tombstones(place, "projects", project, "id") == [project]


def test_a_full_run_finds_the_deletion_of_predictions_of_no_version(server, place):
    project, tasks = project_of(server.client, "Unversioned", 3)
    rows = [{"task": task, "result": [box("Car")], "model_version": None} for task in tasks]
    post(server.client, f"/api/projects/{project}/import/predictions", rows)
    versions = f"/api/projects/{project}/model-versions/?extended=true"
    (listed,) = server.client.get(versions).json()["static"]
    assert (listed["model_version"], listed["count"]) == (None, 0)
    place.sync()
    chosen = {"selectedItems": {"all": False, "included": tasks[:1]}, "project": project}
    action = f"/api/dm/actions/?id=delete_tasks_predictions&project={project}"
    post(server.client, action, chosen)
    place.sync("--full")  # the server may go on counting three of them
    assert unlike(server, place) == []
    assert len(_tombstones(place, "predictions", project)) == 1
    server.client.delete(f"/api/projects/{project}/").raise_for_status()


def _tombstones(place: Place, table: str, project: int, column: str = "project_id") -> list[int]:
    mirror = Mirror(place.mirror)
    sql = f"SELECT id FROM label_studio_{table} WHERE deleted_at IS NOT NULL AND {column} = ?"
    found = [row["id"] for row in mirror.rows(f"{sql} ORDER BY id", project)]
    mirror.close()
    return found
