"""The command line against a big COCO Annotator, each in a process of its own."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from annotators import assert_mirrored, tombstones
from etl.address import SQLITE, Address
from etl.database import connected

MOST = 200 << 10  # kilobytes a sync may take, whatever there is to read
SERVER = """
import json, sys
from etl.standins.coco_annotator import CocoAnnotator, catalogue, volume, work

kinds = ("datasets", "categories", "images", "annotations", "users", "exports", "tasks")
with CocoAnnotator() as server:
    count = int(sys.argv[1])
    volume.many(server.state, count)
    print(json.dumps([server.url, server.username, server.password]), flush=True)
    for _ in sys.stdin:
        for key in range(10, count, 100):
            work.put_annotation(server.state, key)
        for key in range(20, count, 100):
            work.delete_annotation(server.state, key)
        for key in range(30, count, 100):
            catalogue.erase(server.state, "annotations", key)
        work.annotate(server.state, 1, "admin", [(1, {"segmentation": [[0, 0, 9, 0, 9, 9]]})])
        catalogue.delete_image(server.state, 2)
        truth = {kind: server.state.truth(kind) for kind in kinds}
        with open(sys.argv[2], "w") as file:
            json.dump([truth, server.side_effects], file)
        print("changed", flush=True)
"""
CONFIGURATION = """
[mirror]
database = "sqlite:///mirror.db"

[sources.boxes]
platform = "coco_annotator"
url = "{}"
username = "{}"
password = "{}"
"""


class Apart:
    """A COCO Annotator in another process, which changes when told to."""

    def __init__(self, count, told):
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(count), str(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.account = json.loads(self._process.stdout.readline())
        self.side_effects = None

    def change(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "changed\n"
        self._truth, self.side_effects = json.loads(self._told.read_text())

    def truth(self, kind):
        return self._truth[kind]

    def stop(self):
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


@pytest.fixture(params=[1_000, 20_000, pytest.param(100_000, marks=pytest.mark.live)])
def count(request):
    return request.param


@pytest.fixture
def server(count, tmp_path):
    server = Apart(count, tmp_path / "truth.json")
    (tmp_path / "annomirror.toml").write_text(CONFIGURATION.format(*server.account))
    yield server
    server.stop()


def synchronised(folder):
    """Run `annomirror sync`; give what it says and the most memory it had, in kilobytes."""
    with subprocess.Popen(
        [sys.executable, "-m", "etl", "sync", "--json"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[3])},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        most = 0
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(0.02)
        said = json.loads(process.stdout.read())
    assert process.returncode == 0, said
    return {stream["stream"]: stream for stream in said["streams"]}, most


def memory(pid):
    """Give a process' peak memory, which counts from its exec on."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return 0


def counts(stream):
    return tuple(stream[name] for name in ("read", "inserted", "updated", "deleted"))


def test_full_idle_and_changed_runs_in_little_memory(count, server, tmp_path):
    first, most = synchronised(tmp_path)
    assert counts(first["images"]) == (count // 5, count // 5, 0, 0)
    assert counts(first["annotations"]) == (count, 2 * count, 0, 0)  # with an event each
    idle, most_idle = synchronised(tmp_path)
    assert {counts(stream)[1:] for stream in idle.values()} == {(0, 0, 0)}
    pages = -(-count // 5 // 1000)
    assert idle["images"]["requests"] == 1 + pages + 1 + pages + 2
    assert idle["annotations"]["requests"] == 4
    server.change()
    changed, most_changed = synchronised(tmp_path)
    share = count // 100
    assert counts(changed["annotations"])[:2] == (count - share + 1, 1)
    assert changed["annotations"]["updated"] == share
    with connected(Address(SQLITE, str(tmp_path / "mirror.db"))) as session:
        assert_mirrored(session, server)
        gone = {*range(20, count, 100), *range(30, count, 100)}
        assert tombstones(session, "annotations").keys() == gone
    assert max(most, most_idle, most_changed) < MOST
    assert server.side_effects == []
