"""Nobody reads what a run says: that stops no run, and makes none fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from etl.standins.faults import Fault
from sources import ROOT

FULL = Path("/dev/full")


@pytest.fixture
def spoken(site, boxes):
    """Run a command in a shell of its own, where its streams lead somewhere else."""

    def run(command):
        said = f"{sys.executable} -m etl {command}".replace(
            " sync", f" sync --config {site.configuration}"
        )
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            ["sh", "-c", said], env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.mark.parametrize(
    "command",
    [
        "sync 2>&-",
        "sync -v 2>&-",
        "sync >&-",
        "sync --json <&-",
        pytest.param(
            "sync >/dev/full", marks=pytest.mark.skipif(not FULL.exists(), reason="Linux")
        ),
        pytest.param(
            "sync -v 2>/dev/full", marks=pytest.mark.skipif(not FULL.exists(), reason="Linux")
        ),
    ],
)
def test_a_run_goes_well_though_nobody_can_read_what_it_says(site, spoken, command):
    done = spoken(command)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert site.rows("SELECT outcome FROM sync_runs") == [("ok",)]
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(12,)]


def test_a_reader_that_leaves_makes_no_run_fail(site, spoken):
    done = spoken("sync -v | true; sleep 0")
    assert "Traceback" not in done.stderr
    assert site.rows("SELECT outcome FROM sync_runs") == [("ok",)]


def test_what_is_split_by_a_stream_that_failed_has_not_gone_well(site, boxes, server):
    server.faults.append(Fault(path="/api/projects/", times=None, status=403, body=b"{}"))
    code, said = site.sync()
    found = {one["stream"]: (one["outcome"], one["error"]) for one in said["streams"]}
    assert (code, found["users"]) == (3, ("ok", None))
    why = "not asked: projects, by which it is split, could not be read"
    assert (found["tasks"], found["predictions"]) == (("failed", why), ("failed", why))


def test_what_is_mirrored_of_a_stream_goes_on_though_its_parts_could_not_be_read(
    site, boxes, server
):
    site.mirrored()
    server.state.import_tasks(boxes.id, [{"data": {"n": 99}}])
    server.faults.append(Fault(path="/api/projects/", times=None, status=403, body=b"{}"))
    assert site.sync()[0] == 3
    assert site.rows("SELECT count(*) FROM label_studio_tasks") == [(13,)]
