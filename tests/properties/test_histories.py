"""Whatever happens upstream, and wherever a run is cut: the mirror is what a new one would be."""

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from etl.platforms import PLATFORMS
from etl.platforms.label_studio import predicting, proof
from histories import HISTORIES, HISTORY, World
from mirror import SOURCE, content, dump
from senders import synchronise

LABEL_STUDIO = PLATFORMS["label_studio"]
SMALL = replace(SOURCE, page_size=3)

TINY = ((predicting, "WHOLE_LISTING", 0), (predicting, "SLICE", 2), (proof, "SMALL", 1))

KINDS = ("users", "projects", "tasks", "annotations", "predictions")

histories = settings(max_examples=20, phases=[Phase.generate])


@pytest.fixture(scope="module", params=["sqlite", "sqlite-tiny", "postgresql"])
def new_mirror(request):
    """Opens empty mirrors; perhaps with the shortcuts for large projects taken by small ones."""
    database, _, tiny = request.param.partition("-")
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in TINY if tiny else ():
            patch.setattr(module, name, value)
        yield request.getfixturevalue(f"new_{database}")


def sync(session, world, **how):
    return synchronise(session, SMALL, LABEL_STUDIO, world, **how)


def found(session):
    """Give what is mirrored, and what is a tombstone."""
    return content(session)


def alive(session):
    """Give the ids of all that is no tombstone."""
    tables = found(session)
    return {kind: [row["id"] for row in tables[f"label_studio_{kind}"]] for kind in KINDS}


def mirrored_anew(new_sqlite, world):
    with new_sqlite() as session:
        synchronise(session, SOURCE, LABEL_STUDIO, world)
        return found(session)


@histories
@given(HISTORIES)
def test_an_incremental_mirror_is_what_a_new_one_would_be(new_mirror, new_sqlite, happened):
    world = World()
    with new_mirror() as session:
        sync(session, world)
        for history in happened:
            world.live(history)
            sync(session, world)
            assert alive(session) == {kind: sorted(getattr(world.state, kind)) for kind in KINDS}
        assert found(session) == mirrored_anew(new_sqlite, world)


@histories
@given(HISTORY, st.integers(1, 15))
def test_a_run_killed_after_any_page_and_resumed_loses_nothing(new_mirror, new_sqlite, past, page):
    world = World()
    world.live(past)
    with new_mirror() as session:
        sync(session, world, stop_after=page)
        sync(session, world)
        assert found(session) == mirrored_anew(new_sqlite, world)


@histories
@given(HISTORY, st.lists(st.tuples(st.integers(1, 8), HISTORY), max_size=3))
def test_work_that_goes_on_between_killed_runs_is_not_lost(new_mirror, new_sqlite, past, cuts):
    world = World()
    world.live(past)
    with new_mirror() as session:
        for page, history in cuts:
            sync(session, world, stop_after=page)
            world.live(history)
        sync(session, world)  # goes on where the killed run was
        sync(session, world)  # and this one reads what was written meanwhile
        assert found(session) == mirrored_anew(new_sqlite, world)


@histories
@given(HISTORIES)
def test_reading_the_same_again_writes_nothing(new_mirror, happened):
    world = World()
    with new_mirror() as session:
        for history in happened:
            world.live(history)
            synchronise(session, SOURCE, LABEL_STUDIO, world)
        synchronise(session, SOURCE, LABEL_STUDIO, world)
        before, changes = dump(session), total_changes(session)
        synchronise(session, SOURCE, LABEL_STUDIO, world)
        assert (dump(session), total_changes(session)) == (before, changes)


def total_changes(session):
    """Give how many rows were ever written over this connection, where the database counts."""
    return getattr(session.driver, "total_changes", None)
