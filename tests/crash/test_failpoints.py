"""Killed at every kind of place: before a request, in a transaction, while it closes the run.

`ANNOMIRROR_KILLS=200` kills at every place each time that it is reached, until a run comes through.
"""

import itertools
import os

import pytest

from etl.failpoints import PLACES
from killing import EMPTY

EVERY = "ANNOMIRROR_KILLS" in os.environ
# A few moments of each place; in the later run they lie in tasks, proof and what is buried.
FIRST = {
    "before_request": (1, 8),
    "after_fetch": (5,),
    "mid_transaction": (1, 3, 7),
    "before_commit": (1, 5),
    "after_commit": (2, 5, 9),
    "closing_run": (1,),
}
LATER = {
    "before_request": (6,),
    "after_fetch": (7,),
    "mid_transaction": (3, 5),
    "before_commit": (4, 7),
    "after_commit": (4, 7),
    "tombstoning": (2, 4),
    "closing_run": (1,),
}
LATER_OF_OTHERS = LATER | {"tombstoning": (1,)}


def moments(place, chosen):
    return itertools.count(1) if EVERY else chosen[place]


def assert_survives(scene, failpoint):
    """Kill a run, compare with every state there was, let one run end, compare with the last."""
    rig = scene.copy()
    killed = rig.killed_at(failpoint)
    assert (rig.checksum() in scene.states, rig.stale()) == (True, []), failpoint
    rig.mirrored()
    assert (rig.checksum(), rig.stale()) == (scene.states[-1], []), failpoint
    assert rig.all("SELECT count(*) FROM sync_runs WHERE outcome IS NULL") == [(0,)], failpoint
    return killed


def assert_survives_all(scene, place, chosen):
    for moment in moments(place, chosen):
        if not assert_survives(scene, f"{place}:{moment}"):
            assert EVERY, f"{place} was not reached {moment} times"
            return


def test_every_place_is_told_here():
    assert {*FIRST, *LATER, "migrating"} == set(PLACES)


def test_a_count_that_is_kept_though_a_task_went_is_noticed(later):
    rig = later.copy()
    rig.mirrored()
    with rig.session() as session:
        kept = session.all("SELECT part FROM sync_digests ORDER BY part")
        with session.transaction():
            session.run("DELETE FROM label_studio_tasks WHERE deleted_at IS NULL")
    assert rig.stale() == [row[0] for row in kept] != []


@pytest.mark.parametrize("place", FIRST)
def test_a_first_run_killed_anywhere_is_after_page_k_and_ends_as_if_it_never_was(first, place):
    assert_survives_all(first, place, FIRST)


@pytest.mark.parametrize("place", LATER)
def test_a_later_run_killed_anywhere_is_after_page_k_and_ends_as_if_it_never_was(later, place):
    assert_survives_all(later, place, LATER)


@pytest.mark.parametrize("place", FIRST)
def test_so_is_a_first_run_on_another_platform(first_of_others, place):
    assert_survives_all(first_of_others, place, FIRST)


@pytest.mark.parametrize("place", LATER)
def test_so_is_a_later_run_on_another_platform(later_of_others, place):
    assert_survives_all(later_of_others, place, LATER_OF_OTHERS)


def test_a_run_killed_at_page_k_goes_on_there_and_not_at_the_beginning(first):
    rig, server = first.copy(), first.server
    assert rig.killed_at("after_commit:9")
    there = rig.all("SELECT max(id) FROM label_studio_tasks")[0][0]
    server.requests.clear()
    rig.mirrored()
    asked = [r.param("query") for r in server.requests if r.path == "/api/tasks/"]
    assert there > 5
    assert f'"value":{there}' in asked[0].replace(" ", "")


@pytest.mark.parametrize("failpoint", ["migrating:1", "migrating:3", "before_commit:1"])
def test_a_killed_migration_leaves_nothing_and_is_made_by_the_next_run(first, failpoint):
    rig = first.copy(of=EMPTY)
    assert rig.killed_at(failpoint)
    assert rig.tables() == []
    rig.mirrored()
    assert rig.run("db", "check").exit_code == 0
    assert rig.checksum() == first.states[-1]


def test_a_place_that_is_not_named_is_passed_by(first):
    rig = first.copy()
    assert not rig.killed_at("tombstoning:1")  # a first run buries nothing
    assert rig.checksum() == first.states[-1]
