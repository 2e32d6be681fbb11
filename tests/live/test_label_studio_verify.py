"""annomirror verify against a real Label Studio, on mirrors that somebody made wrong."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .real_label_studio import RealLabelStudio
from .record_label_studio import populate, post
from .test_label_studio import Place, box, project_of, unlike

pytestmark = pytest.mark.live

MANY = 900  # more than come on a page, no more than the comparison of its own asks for
OF = "owner = 'annotation' AND owner_id = ?"
AGED = """UPDATE label_studio_tasks SET data = '{}', updated_at = '2020-01-01 00:00:00.000000'
WHERE id = ?"""
INVENTED = """INSERT INTO label_studio_tasks (source, id, project_id)
SELECT source, 987654, project_id FROM label_studio_tasks WHERE id = ?"""


@pytest.fixture(scope="module")
def server() -> Iterator[RealLabelStudio]:
    with RealLabelStudio() as running:
        populate(running.client)
        yield running


@pytest.fixture
def place(server: RealLabelStudio, tmp_path: Path) -> Place:
    return Place(tmp_path, server.url, server.legacy_token)


def verified(place: Place, *arguments: str, code: int = 0) -> dict[str, dict[str, Any]]:
    ended, out, err = place.run("verify", "--json", *arguments)
    assert ended == code, out + err
    return {stream["stream"]: stream for stream in json.loads(out)["streams"]}


def named(streams: dict[str, dict[str, Any]]) -> list[tuple[str, str, Any]]:
    return sorted(
        (one["kind"], one["table"].removeprefix("label_studio_"), list(one["key"].values())[-1])
        for stream in streams.values()
        for one in stream["differences"]
    )


def doctored(place: Place, *statements: tuple[str, tuple[Any, ...]]) -> None:
    with closing(sqlite3.connect(place.mirror)) as mirror, mirror:
        for sql, values in statements:
            assert mirror.execute(sql, values).rowcount == 1


def test_a_good_mirror_is_proven_by_numbers_and_by_content(server, place):
    project_of(server.client, "Many", MANY)
    place.sync()
    by_numbers, by_content = verified(place), verified(place, "--deep")
    assert (named(by_numbers), named(by_content)) == ([], [])
    projects = by_numbers["projects"]["records"]
    assert by_numbers["tasks"]["requests"] + by_numbers["predictions"]["requests"] <= 3 * projects
    assert by_numbers["tasks"]["read"] < MANY <= by_content["tasks"]["read"]


def test_five_wrong_rows_are_named_and_mended_and_no_others(server, place):
    _, tasks = project_of(server.client, "Doctored", MANY)
    made = [
        post(server.client, f"/api/tasks/{task}/annotations/", {"result": [box("Car")]})["id"]
        for task in tasks[:5]
    ]
    place.sync()
    doctored(
        place,
        ("DELETE FROM label_studio_tasks WHERE id = ?", (tasks[10],)),
        (AGED, (tasks[20],)),
        (INVENTED, (tasks[0],)),
        (f"UPDATE label_studio_results SET x = 77 WHERE {OF}", (made[1],)),
        (f"UPDATE label_studio_result_labels SET label = 'Dog' WHERE {OF}", (made[2],)),
    )
    wrong = [
        ("different", "result_labels", 0),
        ("different", "results", 0),
        ("extra", "tasks", 987654),
        ("missing", "tasks", tasks[10]),
        ("stale", "tasks", tasks[20]),
    ]
    assert named(verified(place, "--deep", code=1)) == wrong
    mended = verified(place, "--repair")
    assert named(mended) == wrong
    tasks_mended = mended["tasks"]
    assert (tasks_mended["repaired"], tasks_mended["rows_inserted"]) == (5, 1)
    assert named(verified(place, "--deep")) == []
    assert unlike(server, place) == []


def test_one_deletion_among_many_tasks_is_named_by_few_requests(server, place):
    _, tasks = project_of(server.client, "Deleted from", MANY)
    place.sync()
    server.client.delete(f"/api/tasks/{tasks[600]}/").raise_for_status()
    found = verified(place, "--stream", "tasks", code=1)["tasks"]
    assert [(one["kind"], one["id"]) for one in found["differences"]] == [("extra", tasks[600])]
    assert found["read"] < MANY
    place.sync()
    assert named(verified(place)) == []
