"""The program against a Qianfan in a process of its own: a thousand tasks, and its exit codes."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts import Account
from etl.standins.qianfan import refusals
from etl.standins.qianfan.seed import lively

ROOT = Path(__file__).parents[3]
PYTHON = sys.executable


@contextmanager
def apart(*arguments):
    """Start a stand-in as a process of its own; give its address and keys."""
    command = [PYTHON, "-m", "etl.standins", "qianfan", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        _, url, *keys = process.stdout.readline().split()
        yield url, dict(key.split("=", 1) for key in keys)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


def configure(folder, url, keys):
    lines = ['[mirror]\ndatabase = "sqlite:///m.db"\n[sources.q]\nplatform = "qianfan"']
    lines += [f'{name} = "{value}"' for name, value in {"url": url, **keys}.items()]
    (folder / "annomirror.toml").write_text("\n".join(lines))


def sync(folder):
    """Run the program; give its exit code and, by stream, what it reports."""
    command = [PYTHON, "-m", "etl", "sync", "--json"]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    said = json.loads(done.stdout)
    return done.returncode, {stream["stream"]: stream for stream in said["streams"]}


def test_a_thousand_tasks_are_mirrored_and_then_quiet(tmp_path):
    with apart("--volume", "1000") as (url, keys):
        configure(tmp_path, url, keys)
        first, quiet = sync(tmp_path), sync(tmp_path)
    tasks = ("augmentation_tasks", "text_augmentation_tasks")
    assert [(first[0], *(first[1][t]["inserted"] for t in tasks))] == [(0, 1000, 1000)]
    assert [(quiet[0], *(quiet[1][t]["requests"] for t in tasks))] == [(0, 54, 10)]
    written = ("inserted", "updated", "deleted", "rejected")
    assert {stream[name] for stream in quiet[1].values() for name in written} == {0}


@pytest.mark.parametrize(
    ("refusal", "code", "outcomes"),
    [
        (refusals.denied(), 3, {"ok", "failed"}),
        (refusals.param_invalid(), 3, {"ok", "failed"}),
        (refusals.unknown_key(), 1, {"failed"}),
        (refusals.coded(17, "daily limit reached"), 1, {"failed"}),
    ],
    ids=lambda value: str(getattr(value, "code", "")),
)
def test_the_exit_code_tells_one_stream_from_all(tmp_path, refusal, code, outcomes):
    with Account() as account:
        account.clock.freeze(datetime.now(UTC))  # the program signs by the machine's clock
        lively(account.state)
        account.deny("enhance/list", refusal)
        configure(tmp_path, account.url, keys_of(account))
        exit_code, streams = sync(tmp_path)
    assert (exit_code, {stream["outcome"] for stream in streams.values()}) == (code, outcomes)
    assert streams["augmentation_tasks"]["outcome"] == "failed"


def keys_of(account):
    return {"access_key": account.access_key, "secret_key": account.secret_key}
