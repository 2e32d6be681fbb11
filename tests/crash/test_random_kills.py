"""Killed at random, again and again, on a sync of a hundred pages.

A kill, and the same command again, which may be killed as well, until one comes through: that is a
round. Rounds go on until so many runs were killed, 10 of them or as many as `ANNOMIRROR_KILLS`
says: `ANNOMIRROR_KILLS=200 pytest tests/crash/test_random_kills.py -s` prints the figures.
"""

import os
import random
from dataclasses import dataclass

import pytest

from killing import Scene, clean_seconds, labels

KILLS = int(os.environ.get("ANNOMIRROR_KILLS", "10"))
PAGES = 100
ROWS = """SELECT count(*), count(DISTINCT id) FROM label_studio_tasks"""


@pytest.fixture(scope="module")
def hundred(kind, new_rig):
    """A first run over two projects of fifty pages each, and what it costs when nobody kills it."""
    with labels(tasks=200) as server:
        scene = Scene(kind, new_rig, server, "page_size = 4").play()
        yield scene


@dataclass
class Figures:
    kills: int = 0
    rounds: int = 0
    requests: int = 0
    lost: int = 0
    doubled: int = 0


def played(scene, seconds, figures, dice):
    """Play a round: kill until a run comes through; the mirror is looked at after each kill."""
    rig, before = scene.copy(), len(scene.server.requests)
    while rig.killed_after(dice.uniform(0, seconds)):
        figures.kills += 1
        assert (rig.checksum() in scene.states, rig.stale()) == (True, [])
    figures.rounds += 1
    figures.requests += len(scene.server.requests) - before
    ((rows, ids),) = rig.all(ROWS)
    figures.lost += len(scene.server.state.tasks) - ids
    figures.doubled += rows - ids
    assert (rig.checksum(), rig.stale()) == (scene.states[-1], [])


def test_runs_killed_at_random_lose_nothing_double_nothing_and_leave_no_lock(hundred, kind):
    before = len(hundred.server.requests)
    seconds = clean_seconds(hundred.copy())
    clean = len(hundred.server.requests) - before
    assert clean > PAGES
    figures, dice = Figures(), random.Random(KILLS)
    while figures.kills < KILLS:
        played(hundred, seconds, figures, dice)
    print(f"\n{kind}: {figures}, {clean} requests and {seconds:.2f} s without kills")  # noqa: T201
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.requests < 2 * clean * figures.rounds
