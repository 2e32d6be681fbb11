"""Mirrors to be killed, on both databases."""

import shutil
from pathlib import Path

import pytest

from etl import client
from killing import EMPTY, STANDINS, Rig, Scene, labels, team

OF_OTHERS = ("page_size = 10", "concurrency = 1")  # else parts come in any order
VARIABLES = ("ANNOMIRROR_CONFIG", "ANNOMIRROR_DATABASE", "ANNOMIRROR_FAILPOINT", "HTTP_PROXY")


@pytest.fixture(autouse=True, scope="module")
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for name in VARIABLES:
            patch.delenv(name, raising=False)
        patch.setattr(client, "LONGEST_PAUSE", 0.0)
        yield


@pytest.fixture(scope="module")
def new_rig(request, tmp_path_factory):
    """Makes mirrors of a server, each with a database of its own: migrated, or a copy of one."""

    def make(kind, server, *lines, of=None):
        folder = tmp_path_factory.mktemp("rig")
        if kind == "sqlite":
            template = request.getfixturevalue("sqlite_template")
            if of != EMPTY:
                shutil.copy(Path(of.place if of else template), folder / "mirror.db")
            return Rig(folder, f"sqlite:///{folder}/mirror.db", server, *lines)
        template = request.getfixturevalue("postgres_template")
        template = "template1" if of == EMPTY else of.place if of else template
        return Rig(folder, request.getfixturevalue("new_postgres")(template), server, *lines)

    return make


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def first(kind, new_rig):
    """A first run: everything is new."""
    with labels() as server:
        yield Scene(kind, new_rig, server, "page_size = 5").play()


@pytest.fixture(scope="module")
def later(kind, new_rig):
    """A run after a day of work, which has something of everything, deletions included."""
    with labels() as server:
        scene = Scene(kind, new_rig, server, "page_size = 5")
        scene.mirror_and_work()
        yield scene.play()


@pytest.fixture(scope="module", params=[name for name in STANDINS if name != "label_studio"])
def other(request):
    """One of the other platforms."""
    return request.param


@pytest.fixture(scope="module")
def first_of_others(kind, new_rig, other):
    with team(other) as server:
        yield Scene(kind, new_rig, server, *OF_OTHERS).play()


@pytest.fixture(scope="module")
def later_of_others(kind, new_rig, other):
    with team(other) as server:
        scene = Scene(kind, new_rig, server, *OF_OTHERS)
        scene.mirror_and_work()
        yield scene.play()
