"""annomirror import into a real Label Studio, in both ways in which one takes tasks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .cutting import Cutting
from .real_label_studio import RealLabelStudio
from .record_label_studio import post
from .test_label_studio import BOXES, Place, unlike

pytestmark = pytest.mark.live

MANY = 10_000
FEW = 500  # in five batches


@pytest.fixture(scope="module", params=["plain", "async"])
def server(request: pytest.FixtureRequest) -> Iterator[RealLabelStudio]:
    with RealLabelStudio(flavour=request.param) as running:
        yield running


@pytest.fixture(scope="module")
def cutting(server: RealLabelStudio) -> Iterator[Cutting]:
    with Cutting(server.url) as running:
        yield running


@pytest.fixture
def place(cutting: Cutting, server: RealLabelStudio, tmp_path: Path) -> Place:
    cutting.at(0, "", lambda: None)
    return Place(tmp_path, cutting.url, server.legacy_token)


@pytest.fixture
def project(server: RealLabelStudio) -> int:
    body = {"title": "Imported", "label_config": BOXES}
    return int(post(server.client, "/api/projects/", body)["id"])


def written(place: Place, count: int) -> str:
    """Write a file of tasks, the number of each of which is that of its line."""
    rows = ({"data": {"image": f"s3://b/a%20b {n}.jpg", "n": n}} for n in range(1, count + 1))
    (place.folder / "tasks.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return "tasks.jsonl"


def put(place: Place, *arguments: str) -> dict[str, Any]:
    code, out, err = place.run("import", *arguments, "--json")
    assert code == 0, out + err
    return json.loads(out)


def of_server(server: RealLabelStudio, project: int) -> list[tuple[int, int]]:
    """Give the line each task of the project says it was, with its id; all there are."""
    asked = {"project": project, "page_size": 20_000, "include": "id,data"}
    tasks = server.client.get("/api/tasks/", params=asked).json()["tasks"]
    return sorted((task["data"]["n"], task["id"]) for task in tasks)


def asked(place: Place, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(place.mirror)) as connection:
        return connection.execute(sql).fetchall()


def of_books(place: Place) -> list[tuple[int, int]]:
    """Give the line and the task's id that the books have."""
    return asked(place, "SELECT line, task_id FROM label_studio_import_items ORDER BY line")


def exactly_once(server: RealLabelStudio, place: Place, project: int, count: int) -> None:
    there = of_server(server, project)
    assert [line for line, _ in there] == list(range(1, count + 1))
    assert of_books(place) == there
    mirrored = "SELECT json_extract(data, '$.n'), id FROM label_studio_tasks ORDER BY 1"
    assert asked(place, mirrored) == there


def test_what_was_imported_is_in_the_mirror_as_a_sync_would_have_it(server, place, project):
    put(place, "labels", "--project", str(project), written(place, 30))
    before = asked(place, "SELECT * FROM label_studio_tasks ORDER BY id")
    place.sync()
    mine = f"SELECT * FROM label_studio_tasks WHERE project_id = {project} ORDER BY id"
    assert asked(place, mine) == before
    assert unlike(server, place) == []


KILLS = [
    *(("before", 2), ("before", 3), ("during", 3), ("after", 3), ("during", 4)),
    *(("after", 4), ("during", 5), ("after", 6), ("during", 7), ("after", 12)),
]


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_an_import_that_was_killed_is_gone_on_with(server, cutting, place, project, kill):
    when, number = kill
    command = ("import", "labels", "--project", str(project), written(place, FEW))
    process = None

    def died() -> None:
        process.kill()
        process.wait(10)

    cutting.at(number, when, died)
    process = place.start(*command, "--batch-size", "100")
    out, err = process.communicate(timeout=120)
    assert process.returncode == -9, out + err
    put(place, "--resume")
    if not of_books(place):  # it died before the import was begun
        put(place, *command[1:])
    exactly_once(server, place, project, FEW)


@pytest.mark.parametrize("number", [3, 6, 11])
def test_a_connection_cut_after_the_batch_was_taken(server, cutting, place, project, number):
    numbers = {"plain": {3: 3, 6: 5, 11: 11}, "async": {3: 3, 6: 6, 11: 9}}
    flavour = "plain" if "Community" in server.client.get("/api/version").text else "async"
    cutting.at(numbers[flavour][number], "after", lambda: None)
    said = put(
        place, "labels", "--project", str(project), written(place, FEW), "--batch-size", "100"
    )
    cut = cutting.seen[cutting.number - 1]
    assert (cut, said["created"]) == (f"POST /api/projects/{project}/import", FEW)
    exactly_once(server, place, project, FEW)


def test_the_server_finds_tasks_by_mark_and_by_key(server, place, project):
    put(place, "labels", "--project", str(project), written(place, 120), "--key", "image")
    file = written(place, 130)
    said = put(place, "labels", "--project", str(project), file, "--key", "image", "--update")
    assert (said["created"], said["skipped"], said["updated"]) == (10, 120, 0)
    rows = [{"data": {"image": "s3://b/new.jpg", "n": 7}}]
    (place.folder / "new.jsonl").write_text(json.dumps(rows))
    said = put(place, "labels", "--project", str(project), "new.jsonl", "--key", "n", "--update")
    assert said["updated"] == 1
    place.sync()
    assert unlike(server, place) == []


def test_what_the_server_refuses_is_told_with_its_line(server, place, project):
    rows = [{"image": "a", "n": 1}, {"n": 2}, {"image": 3, "n": 3}, {"image": "d", "n": 4}]
    (place.folder / "bad.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, _ = place.run("import", "labels", "--project", str(project), "bad.jsonl", "--json")
    error = json.loads(out)["error"]
    assert (code, of_server(server, project)) == (2, [])
    assert 'line 2: "image" key is expected in task data; line 3: ' in error
    said = put(place, "--resume", "--skip-bad")
    assert (said["created"], said["rejected"]) == (2, 2)
    assert [line for line, _ in of_server(server, project)] == [1, 4]


def test_of_a_file_that_grew_only_the_new_lines_are_sent(server, place, project):
    command = ("labels", "--project", str(project))
    put(place, *command, written(place, 30))
    assert put(place, *command, written(place, 40))["created"] == 10
    exactly_once(server, place, project, 40)
    code, out, _ = place.run("import", *command, "tasks.jsonl", "--json")
    assert (code, json.loads(out)["outcome"]) == (5, "refused")
    exactly_once(server, place, project, 40)


DEEP = """<View><Text name="t" value="$a.b"/><Choices name="c" toName="t"><Choice value="x"/>
</Choices><Header name="h" value="see $h and $i"/></View>"""
INTERFACES = [BOXES, DEEP]
ROWS = [{"n": 1}, {"a": {"b": "x"}}, {"h": "x"}, {"image": "x", "a": {"b": "x"}, "h": "x"}]


@pytest.mark.parametrize("interface", INTERFACES)
def test_a_rehearsal_misses_the_fields_that_the_server_misses(server, place, interface):
    body = {"title": "Rehearsed", "label_config": interface}
    command = ("labels", "--project", str(post(server.client, "/api/projects/", body)["id"]))
    for n, row in enumerate([*ROWS, {"data": 7}]):
        (place.folder / f"{n}.jsonl").write_text(json.dumps(row) + "\n")
        foretold, _, _ = place.run("import", *command, f"{n}.jsonl", "--dry-run")
        code, out, _ = place.run("import", *command, f"{n}.jsonl", "--json")
        assert foretold == code, out


# The last, for the other tests compare all that the server has.


def test_every_line_of_ten_thousand_has_the_id_of_its_task(server, place, project):
    said = put(place, "labels", "--project", str(project), written(place, MANY))
    assert (said["created"], said["unfinished"]) == (MANY, 0)
    exactly_once(server, place, project, MANY)
    assert asked(place, "SELECT count(*) FROM label_studio_imports") == [(MANY // 1000,)]
