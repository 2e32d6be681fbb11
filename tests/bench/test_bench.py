"""The benchmark runs, and its contenders write the same rows."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_the_floor_and_annomirror_write_the_same_rows(database, tmp_path):
    size = ["--tasks", "150", "--page-size", "50", "--rounds", "1", "--databases", database]
    command = [sys.executable, str(HERE / "run.py"), *size, "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "results.json").read_text("utf-8"))
    (same,) = told["same_rows"]
    assert [same[scenario]["label_studio_tasks"] for scenario in ("full", "idle", "changed")] == [
        150,
        150,
        150,
    ]
    assert same["full"]["label_studio_results"] > 150
    assert "| annomirror |" in (tmp_path / "results.md").read_text("utf-8")
    assert (tmp_path / "results.svg").read_text("utf-8").startswith("<svg")


def test_a_quiet_run_over_three_platforms_takes_less_than_a_second_of_cpu():
    command = [sys.executable, str(HERE / "idle.py"), "--rounds", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu, requests, rows = re.findall(r"[\d.]+", done.stdout)
    assert float(cpu) < 1
    assert (int(requests) > 50, int(rows)) == (True, 0)
