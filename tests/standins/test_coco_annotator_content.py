"""The demo's content, content of any size, and the command that serves them."""

import subprocess
import sys
from datetime import UTC, datetime

import httpx

from etl.standins.clock import Clock
from etl.standins.coco_annotator import CocoAnnotator
from etl.standins.coco_annotator.seed import lively, work_a_while
from etl.standins.coco_annotator.volume import many

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KINDS = ("datasets", "categories", "images", "annotations", "users", "exports", "tasks")


def test_the_demo_is_the_same_every_time_and_its_people_work_on():
    def lived():
        platform = CocoAnnotator(clock=Clock(NOON))
        platform.server.stop()
        lively(platform.state)
        before = {row["id"]: row for row in platform.state.truth("annotations")}
        work_a_while(platform.state)
        return before, {row["id"]: row for row in platform.state.truth("annotations")}

    (before, after), again = lived(), lived()
    assert (before, after) == again
    assert before.keys() - after.keys()
    assert after.keys() - before.keys()
    same = before.keys() & after.keys()
    assert sum(before[number] != after[number] for number in same) > 10


def test_the_demo_has_something_of_everything_and_lies_in_the_past():
    platform = CocoAnnotator(clock=Clock(NOON))
    platform.server.stop()
    lively(platform.state)
    counts = {kind: len(platform.state.truth(kind)) for kind in KINDS}
    expected = {"datasets": 3, "categories": 10, "images": 60, "users": 4, "exports": 3, "tasks": 7}
    assert counts == {**expected, "annotations": counts["annotations"]}
    rows = platform.state.truth("annotations")
    assert 180 < len(rows) < 260
    assert any(row["keypoints"] for row in rows)
    assert {row["deleted"] for row in rows} == {row["isbbox"] for row in rows} == {True, False}
    stamps = [event["created_at"]["$date"] for row in rows for event in row["events"]]
    assert max(stamps) < NOON.timestamp() * 1000
    names = [row["file_name"] for row in platform.state.truth("images")]
    assert len(set(names)) < len(names)


def test_many_annotations_come_in_one_answer():
    with CocoAnnotator() as platform:
        many(platform.state, 1000)
        auth = (platform.username, platform.password)
        answer = httpx.get(f"{platform.url}/api/annotation/", auth=auth)
        assert answer.json() == platform.state.truth("annotations")
    assert 450 < len(answer.content) / 1000 < 650


def test_the_command_serves_it_and_says_where():
    command = [sys.executable, "-m", "etl.standins", "coco_annotator", "--volume", "20"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        platform, url, username, password = process.stdout.readline().split()
        auth = (username.partition("=")[2], password.partition("=")[2])
        rows = httpx.get(f"{url}/api/annotation/", auth=auth).json()
        process.terminate()
    assert (platform, len(rows), process.returncode) == ("coco_annotator", 20, 0)
