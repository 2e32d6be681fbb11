"""What a run costs that finds nothing new, on all three platforms at once.

    python tests/bench/idle.py --rounds 5

The made-up servers have ten projects and ten datasets; they run in this process, the measured
`annomirror sync` in one of its own. Printed are its CPU seconds, start-up included, and requests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from etl.standins import coco_annotator, label_studio, qianfan
from etl.standins.coco_annotator import seed as coco_seed
from etl.standins.label_studio import seed as label_seed
from etl.standins.qianfan import seed as qianfan_seed

PARTS = 10
TASKS = 50

CONFIGURATION = """
[mirror]
database = "sqlite:///mirror.db"

[sources.labels]
platform = "label_studio"
url = "{labels.url}"
token = "{labels.token}"

[sources.boxes]
platform = "coco_annotator"
url = "{boxes.url}"
username = "{boxes.username}"
password = "{boxes.password}"

[sources.qianfan]
platform = "qianfan"
url = "{runs.url}"
access_key = "{runs.access_key}"
secret_key = "{runs.secret_key}"
"""


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """Run the three servers, and write the configuration that names them."""
    with (
        label_studio.LabelStudio() as labels,
        coco_annotator.CocoAnnotator() as boxes,
        qianfan.Qianfan() as runs,
    ):
        _many_projects(labels.state)
        _many_datasets(boxes.state)
        qianfan_seed.lively(runs.state)
        text = CONFIGURATION.format(labels=labels, boxes=boxes, runs=runs)
        (folder / "annomirror.toml").write_text(text, "utf-8")
        yield


def _many_projects(state: Any) -> None:
    label_seed.lively(state)
    for number in range(PARTS - len(state.projects)):
        project = state.add_project(f"More {number}")
        state.import_tasks(project.id, [{"data": {"n": n}} for n in range(TASKS)])


def _many_datasets(state: Any) -> None:
    coco_seed.lively(state)
    random = Random(1)
    for number in range(PARTS - len(state.datasets.rows)):
        coco_seed._dataset(state, random, f"more {number}", ("car", "bus"))


def sync(folder: Path) -> dict[str, Any]:
    """Run a sync; give its CPU seconds, its requests and the rows it wrote."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "etl", "sync", "--json"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    streams = json.loads(done.stdout)["streams"]
    return {
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "requests": sum(one["requests"] for one in streams),
        "written": sum(one["inserted"] + one["updated"] + one["deleted"] for one in streams),
    }


def measured(rounds: int) -> list[dict[str, Any]]:
    """Fill a mirror, and give what the runs after that took."""
    with tempfile.TemporaryDirectory() as place, served(Path(place)):
        sync(Path(place))
        return [sync(Path(place)) for _ in range(rounds)]


def main() -> None:
    """Print the median."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    runs = measured(parser.parse_args().rounds)
    cpu, requests = median(one["cpu"] for one in runs), runs[-1]["requests"]
    sys.stdout.write(f"{cpu:.3f} s of CPU, {requests} requests, {runs[-1]['written']} rows\n")


if __name__ == "__main__":
    main()
